"""The patient's names, which headers hold and which are struck out of the texts of marks."""

from __future__ import annotations

import re
from collections.abc import Iterable

STRUCK = "[name]"
_SHORTEST = 3  # letters; shorter words are as often parts of other texts as names


def name_pattern(fields: Iterable[str]) -> re.Pattern[str]:
    """Return what finds each word of some fields of a header, in any case, as a whole word.

    Examples
    --------
    >>> name_pattern(["Doe, Jane"]).sub(STRUCK, "jane reads, doesn't blink")
    "[name] reads, doesn't blink"
    """
    words = {w for text in fields for w in re.split(r"[\W_]+", text) if len(w) >= _SHORTEST}
    either = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])" if either else r"(?!)", re.I)
