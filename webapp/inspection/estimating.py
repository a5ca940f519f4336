"""A share found by a sample, and how sure it is. Pure.

A single share has the interval of Wilson (Journal of the American Statistical Association 22, 1927, 209-212), which is right for small
samples and for shares near 0 and 1. Strata are drawn at different rates, so a sum of strata is weighted by what each row stands for
(population of its stratum / rows checked there), and its interval is Wilson's at the effective sample size of Kish (Survey Sampling, 1965,
section 11.7): (sum of weights)² / sum of squared weights. A stratum is drawn without putting back, so what it adds to the sum below is
corrected by 1 - checked / population (Cochran, Sampling Techniques, 1977, section 2.6): where everything was checked nothing is unsure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Cell:
    """One stratum: its population, how many of it were checked, how many of those count (`base`), and how many of these are `good`."""

    population: int
    checked: int
    base: int
    good: int


@dataclass(frozen=True, slots=True)
class Share:
    """Between 0 and 1, with its interval; `good` of `base` are the rows themselves, unweighted."""

    value: float
    low: float
    high: float
    good: int
    base: int

    @property
    def is_census(self) -> bool:
        """Everything was checked: the share is no estimate."""
        return self.low == self.high


def wilson(good: float, base: float) -> tuple[float, float]:
    """The 95 % interval of `good` in `base` > 0; both may be fractions (an effective sample)."""
    share, square = good / base, _Z * _Z
    middle = (share + square / (2 * base)) / (1 + square / base)
    half = _Z / (1 + square / base) * sqrt(share * (1 - share) / base + square / (4 * base * base))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))  # never past the share by a rounding of the machine


def estimate(cells: Iterable[Cell]) -> Share | None:
    """The weighted share over these strata; None where nothing counts yet."""
    counting = [(cell, cell.population / cell.checked) for cell in cells if cell.base]
    if not counting:
        return None
    weights = sum(cell.base * weight for cell, weight in counting)
    value = min(1.0, sum(cell.good * weight for cell, weight in counting) / weights)
    unsure = sum(cell.base * weight * weight * (1 - cell.checked / cell.population) for cell, weight in counting)
    effective = weights * weights / unsure if unsure else 0.0
    low, high = wilson(value * effective, effective) if effective else (value, value)
    return Share(value, low, high, sum(cell.good for cell, _ in counting), sum(cell.base for cell, _ in counting))
