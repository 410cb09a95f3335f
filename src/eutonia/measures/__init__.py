"""The measures: one folder per instrument, one module per measure.

A module that has ``MEASURE``, ``measure`` and ``example`` is found by itself: adding a measure is
adding a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from eutonia.model import Inputs, Measure, Result, UnknownName


@dataclass(frozen=True)
class Entry:
    """A measure with the module that computes it; picklable by the module's name."""

    declared: Measure
    module: str

    def measure(self, inputs: Inputs) -> Result:
        """Run the measure's pure function."""
        result: Result = import_module(self.module).measure(inputs)
        return result

    def example(self, seed: int) -> tuple[Any, Any]:
        """Return a simulated visit and its truth."""
        visit, truth = import_module(self.module).example(seed)
        return visit, truth


@cache
def entries() -> dict[str, Entry]:
    """Return every measure by id, in order of id."""
    found: dict[str, Entry] = {}
    for info in walk_packages(__path__, prefix=f"{__name__}."):
        module = import_module(info.name)
        declared = getattr(module, "MEASURE", None)
        if isinstance(declared, Measure):
            found[declared.id] = Entry(declared, info.name)
    return dict(sorted(found.items()))


def all_measures() -> tuple[Measure, ...]:
    """Return the declarations of all measures, in order of id."""
    return tuple(e.declared for e in entries().values())


def entry(measure_id: str) -> Entry:
    """Return one measure by its id, or by the full id of one of its parts.

    Raises
    ------
    UnknownName
        If there is none; names the nearest.
    """
    known = entries()
    if measure_id in known:
        return known[measure_id]
    for one in known.values():
        if measure_id in {one.declared.full_id(part) for part in one.declared.units}:
            return one
    near = get_close_matches(measure_id, known, n=3, cutoff=0.3) or list(known)
    raise UnknownName(f"No measure is called {measure_id!r}. Did you mean {' or '.join(near)}?")


def get(measure_id: str) -> Measure:
    """Return the declaration of one measure (see `entry`)."""
    return entry(measure_id).declared
