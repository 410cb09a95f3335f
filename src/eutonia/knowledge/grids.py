"""Write out the items of scales that stand as rows × columns, or only as a number of items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Entry = dict[str, Any]


def written_out(scales: dict[str, Entry]) -> dict[str, Entry]:
    """Return the scales with every item under `items` and every group of items in the formula."""
    return {
        key: {"short": key}
        | scale
        | {"parts": {k: _part(part) for k, part in scale["parts"].items()}}
        for key, scale in scales.items()
    }


def _part(part: Entry) -> Entry:
    out = {k: v for k, v in part.items() if k not in ("grid", "numbered")}
    out["items"] = [*part.get("items", ()), *_cells(part), *_numbered(part)]
    if part.get("grid", {}).get("product"):
        columns = part["grid"]["columns"]
        rows = part["grid"]["rows"]
        groups = [
            {
                "take": "product",
                "items": [_id(row, c) for c in columns],
                "weight": row.get("weight", 1),
            }
            for row in rows
        ]
        out["formula"] = part["formula"] | {"groups": groups}
    return out


def _cells(part: Entry) -> Iterator[Entry]:
    """Yield one item per row and column; a row may have anchors of its own."""
    grid = part.get("grid", {"rows": (), "columns": ()})
    for row in grid["rows"]:
        for column in grid["columns"]:
            own = row.get("anchors", {}).get(column["id"])
            label = f"{row['label']}: {column['label']}" if column["label"] else row["label"]
            cell = column | {"id": _id(row, column), "label": label}
            yield cell | ({"anchors": own} if own else {})


def _id(row: Entry, column: Entry) -> str:
    return f"{row['id']}_{column['id']}" if column["id"] else str(row["id"])


def _numbered(part: Entry) -> Iterator[Entry]:
    """Yield the items of a scale whose wording is not ours to show."""
    if found := part.get("numbered"):
        for i in range(1, found["n"] + 1):
            yield {"id": f"item_{i}", "label": f"item {i}", "lo": found["lo"], "hi": found["hi"]}
