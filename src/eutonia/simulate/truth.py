"""What is true of simulated recordings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Truth:
    """The values that a perfect measurement would give.

    Parameters
    ----------
    values : mapping of (measure, target, condition) to float
        Full id of the measure, label of the target (`Channel.label`, pairs joined by `` / ``) and
        label of the condition.
    """

    values: Mapping[tuple[str, str, str], float]

    def to_json(self) -> str:
        """Return the values as a JSON list of objects, sorted, one a line."""
        rows = [
            json.dumps(
                {"measure": measure, "target": target, "condition": condition, "value": value},
                ensure_ascii=False,
            )
            for (measure, target, condition), value in sorted(self.values.items())
        ]
        return "[\n  " + ",\n  ".join(rows) + "\n]\n" if rows else "[]\n"
