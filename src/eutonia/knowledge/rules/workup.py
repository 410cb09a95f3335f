"""Rules of the tables of work-up, laboratory values and genes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def problems(sources: dict[str, Any]) -> Iterator[str]:
    """Yield every broken rule as ``table: what is wrong``."""
    yield from ()
