"""Finished work of an interrupted run: JSON with its arrays beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eutonia.model import Contrast, Estimate, Evidence, NotMeasurable, Outcome

_Numbers = tuple[tuple[Estimate, ...], tuple[Contrast, ...], tuple[NotMeasurable, ...]]


def save_outcome(outcome: Outcome, stem: Path) -> None:
    """Write ``stem.npz`` and then ``stem.json``, so that a half-written pair is never read."""
    from pydantic import TypeAdapter

    stem.parent.mkdir(parents=True, exist_ok=True)
    keys = list(outcome.evidence)
    arrays = {
        f"{i}/{name}": array
        for i, key in enumerate(keys)
        for name, array in outcome.evidence[key].items()
    }
    np.savez(_npz(stem), keys=np.array(keys, dtype=str), **arrays)  # type: ignore[arg-type]
    numbers = (outcome.estimates, outcome.contrasts, outcome.not_measurable)
    text = TypeAdapter(_Numbers).dump_json(numbers)
    unfinished = _json(stem).with_suffix(".part")
    unfinished.write_bytes(text)
    unfinished.replace(_json(stem))


def load_outcome(stem: Path) -> Outcome | None:
    """Read a pair back; None where there is none, or it cannot be read."""
    from pydantic import TypeAdapter, ValidationError

    if not _json(stem).is_file():
        return None
    try:
        estimates, contrasts, missing = TypeAdapter(_Numbers).validate_json(
            _json(stem).read_bytes()
        )
        evidence: Evidence = {}
        with np.load(_npz(stem), allow_pickle=False) as arrays:
            keys = [str(k) for k in arrays["keys"]]
            for name in arrays.files:
                place, _, array_name = name.partition("/")
                if array_name:
                    evidence.setdefault(keys[int(place)], {})[array_name] = arrays[name]
    except (OSError, ValueError, ValidationError, KeyError):
        return None
    return Outcome(
        estimates=estimates, contrasts=contrasts, not_measurable=missing, evidence=evidence
    )


def _json(stem: Path) -> Path:
    return stem.with_name(stem.name + ".json")


def _npz(stem: Path) -> Path:
    return stem.with_name(stem.name + ".npz")
