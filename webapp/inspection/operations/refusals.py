"""The base of every refusal of this room."""

from typing import ClassVar


class Refusal(Exception):
    """What may not be done now; `says` tells the person why and what to do instead."""

    says: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.says


class NoReason(Refusal):
    says = "请写明理由"


class TooNear(Refusal):
    says = "这是您本人、您所在（所在过）单位的岗位，或者是您审核通过的，按回避要求不能由您办理，请交给其他同事"
