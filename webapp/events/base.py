from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """What every fact is: frozen, of keys, codes and counts."""
