"""The normal distribution, as far as intervals need it."""

from __future__ import annotations

#: Half the width of a 95 % interval of a normal distribution, in standard deviations.
HALF_95 = 1.959963984540054
