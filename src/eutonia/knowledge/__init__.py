"""What the field knows, as data: muscles, conditions, events, forms, references.

The YAML files beside this module are the source; ``python -m eutonia.knowledge`` checks them and
compiles them to ``compiled.json``, which loads in milliseconds.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _compiled() -> dict[str, Any]:
    text = files(__package__).joinpath("compiled.json").read_text(encoding="utf-8")
    tables: dict[str, Any] = json.loads(text)
    return tables


def table(name: str) -> Any:
    """Return one table, such as ``muscles``.

    Raises
    ------
    KeyError
        If there is no such table.
    """
    return _compiled()[name]
