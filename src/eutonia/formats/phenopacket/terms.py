"""Terms and ages as phenopackets write them."""

from __future__ import annotations

import math
import re
from typing import Any

Json = dict[str, Any]

#: Prefix of our own terms; a phenopacket names every prefix under metaData.
OWN = "EUTONIA"
#: Sex in a phenopacket.
SEX = {"female": "FEMALE", "male": "MALE", "other": "OTHER_SEX", "unknown": "UNKNOWN_SEX"}
_DURATION = re.compile(r"P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T.*)?", re.ASCII)


def own(code: str, label: str) -> Json:
    """Return a term of our own, for what no ontology names."""
    return {"id": f"{OWN}:{code}", "label": label or code}


def duration(years: float) -> str:
    """Return an age as ISO 8601 duration, in whole months below.

    Examples
    --------
    >>> duration(52.5), duration(7)
    ('P52Y6M', 'P7Y')
    """
    months = int(years * 12 + 1e-9)
    year, month = divmod(months, 12)
    return f"P{year}Y{month}M" if month else f"P{year}Y"


def years(text: object) -> float | None:
    """Return an ISO 8601 duration in years, or None where it is none.

    Examples
    --------
    >>> years("P52Y6M")
    52.5
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None or not any(match.groups()):
        return None
    y, m, w, d = (float(g or 0) for g in match.groups())
    age = y + m / 12 + (w * 7 + d) / 365.25
    return age if math.isfinite(age) else None
