from typing import ClassVar


class Refusal(Exception):
    """What may not be done now; `says` tells the person why and what to do instead."""

    says: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.says
