"""How many digits of a number are shown: what its interval lets be known of it."""

from __future__ import annotations

import math

from eutonia.model import Interval

#: Where one limit is so many times further from the value than the other, as of ratios, each
#: number is rounded by the distance that it is known to (our rule).
SKEWED = 4.0


def decimals(value: float, interval: Interval | None) -> int:
    """Return how many decimals of a value are shown; negative: tens, hundreds and so on.

    Two digits of the width of its interval, or of twice the way to its nearer limit where the other
    is far away; three digits of its own where it has no interval.
    """
    if interval is None or not interval.hi > interval.lo:
        return 0 if value == 0 else min(12, max(0, _digits(abs(value), 3)))
    below, above = value - interval.lo, interval.hi - value
    return _digits(2 * min(below, above) if _skewed(below, above) else below + above)


def decimals_of_limits(value: float, interval: Interval) -> tuple[int, int]:
    """Return how many decimals of the lower and of the upper limit are shown beside a value.

    A limit that is not 0 is not shown as 0 where one decimal more shows it: beside "differs" that
    would read as its opposite.
    """
    below, above = value - interval.lo, interval.hi - value
    alike = decimals(value, interval)
    low, high = (_digits(2 * below), _digits(2 * above)) if _skewed(below, above) else (alike,) * 2
    return _beyond_nothing(interval.lo, low), _beyond_nothing(interval.hi, high)


def _beyond_nothing(limit: float, shown: int) -> int:
    """Return one decimal more where that shows that a limit is not 0."""
    hidden = math.isfinite(limit) and round(limit, shown) == 0
    return shown + 1 if hidden and round(limit, shown + 1) != 0 else shown


def _skewed(below: float, above: float) -> bool:
    near, far = sorted((below, above))
    return 0 < SKEWED * near < far < math.inf


def _digits(size: float, n: int = 2) -> int:
    """Return how many decimals show so many digits of a size."""
    return min(12, n - 1 - math.floor(math.log10(size)))
