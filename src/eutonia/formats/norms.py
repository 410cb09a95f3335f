"""A laboratory's norms on disk, and where they are found."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from eutonia.model import HarmnTable, InvalidRecord, Norms

#: Name of the file in the folder of a data set, or of any folder above a visit.
FILE = "eutonia-norms.json"

_HARMN = ("age_years", "freq_hz", "electrodes", "mean", "sd")
_HARMN_NUMBERS = frozenset({"age_years", "freq_hz", "mean", "sd", "batch_mean", "batch_sd"})


def save(norms: Norms, path: Path) -> Path:
    """Write norms as JSON and return the path."""
    from pydantic import TypeAdapter

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(TypeAdapter(Norms).dump_json(norms, indent=1) + b"\n")
    return path


def load(path: Path) -> Norms:
    """Read what `save` wrote.

    Raises
    ------
    InvalidRecord
        If the file is missing, damaged, or holds a spread that is not positive.
    """
    from pydantic import TypeAdapter, ValidationError

    if not path.is_file():
        raise InvalidRecord(f"{path}: there is no such file; `eutonia norms build` writes one.")
    try:
        norms: Norms = TypeAdapter(Norms).validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise InvalidRecord(
            f"{path}: {where} is not as it should be ({first['msg']}); build the norms again."
        ) from None
    for n in norms.norms:
        spreads = [n.sd] if n.sem is None else [n.sd, n.sem]
        whole = math.isfinite(n.mean) and n.n > 1
        if not (whole and all(math.isfinite(s) and s > 0 for s in spreads)):
            raise InvalidRecord(
                f"{path}: {n.measure}, {n.target}: the spread of the controls must be a positive "
                "number of at least two people; build the norms again."
            )
    return norms


def load_harmn(path: Path) -> HarmnTable:
    """Read a table of norms for the features of ``eeg.harmn``, an ``.npz`` archive.

    It holds the arrays of `HarmnTable` under their names; the batches may be missing. The tables of
    the HarMNqEEG study are not public in this form: whoever has them, or fits their own, saves them
    with ``numpy.savez``.

    Raises
    ------
    InvalidRecord
        If an array is missing, has another shape, or a spread is not positive.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, BadZipFile) as error:
        raise InvalidRecord(f"{path} is no archive of arrays (.npz): {error}.") from None
    if missing := [n for n in _HARMN if n not in arrays]:
        raise InvalidRecord(f"{path} lacks {', '.join(missing)}; it needs {', '.join(_HARMN)}.")
    known: dict[str, Any] = {
        k: np.asarray(v, dtype=np.float64) for k, v in arrays.items() if k in _HARMN_NUMBERS
    }
    for name in ("electrodes", "batches"):
        known[name] = tuple(map(str, arrays.get(name, ())))
    table = HarmnTable(**known)
    inner = len(table.freq_hz), len(table.electrodes)
    shapes = {
        "mean": (len(table.age_years), *inner),
        "sd": (len(table.age_years), *inner),
        **dict.fromkeys(("batch_mean", "batch_sd"), (len(table.batches), *inner)),
    }
    for name in shapes if table.batches else ("mean", "sd"):
        if (shape := getattr(table, name).shape) != shapes[name]:
            raise InvalidRecord(f"{path}: {name} has shape {shape}, not {shapes[name]}.")
    if not (np.diff(table.age_years) > 0).all() or not (table.sd > 0).all():
        raise InvalidRecord(f"{path}: ages must rise, and every sd must be positive.")
    return table


def found_for(visit: Path) -> Path | None:
    """Return the norms of the data set that a visit lies in: the nearest file above it."""
    visit = visit.resolve()
    for folder in (visit, *visit.parents):
        if (folder / FILE).is_file():
            return folder / FILE
        if (folder / "dataset_description.json").is_file():
            return None
    return None
