"""MATLAB files of any version: a small mapping says which variable holds what.

``<name of the file>.mapping.yaml`` beside it (all but `samples` may be left out)::

    samples: emg                    # the variable; fields of structures as data.emg
    time: rows                      # samples follow one another down the rows, or along columns
    rate_hz: 500                    # a number, or the name of a variable
    names: [ECU, EDC, FCR, FCU]     # or the name of a variable
    unit: adc                       # one, or a list
    kind: emg                       # one, or a list
    events: {variable: label, as: labels, names: {1: rest, 2: power grip}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats import Format, _names, _wfdb_files, bids, corrections, units
from eutonia.formats._mat_file import MatFile, looks_like_mat, opened
from eutonia.formats._mat_found import Found, fieldtrip, scalar
from eutonia.formats.signals import Scaled
from eutonia.formats.sites import key, places
from eutonia.model import (
    Channel,
    Clock,
    Events,
    Floats,
    InvalidRecord,
    Issue,
    Recording,
    Source,
    UnreadableFile,
)

_FIELDS = ("samples", "time", "rate_hz", "names", "unit", "kind", "events")
_EVENT_FIELDS = ("variable", "as", "names")
_RATES = frozenset(
    (
        *(
            "fs",
            "sr",
            "srate",
            "fsample",
            "samplingrate",
            "samplerate",
            "samplingfrequency",
            "freq",
        ),
        *("samplefrequency", "samplingfreq", "sfreq", "ratehz", "fsamp", "fshz"),
    )
)
_NAMES = frozenset(
    (
        *("labels", "label", "names", "channels", "channelnames", "chnames", "chans", "muscles"),
        *("channellabels", "chanlabels", "chlabels", "musclenames", "electrodes"),
    )
)
_UNITS = frozenset(["unit", "units", "chanunit"])
_TIMES = frozenset(["t", "time", "times", "timevector", "tvec", "timestamps"])
_LEAST_SAMPLES = 100  # shorter arrays are parameters; our rule
_CLEARLY_LONGER = 4  # times, from which the longer axis is the one of time; our rule


def mapping_for(path: Path) -> Path:
    """Return where the mapping of a MATLAB file is looked for."""
    return path.with_name(f"{bids.stem(path)}.mapping.yaml")


def reads(path: Path) -> bool:
    """Whether a file is MATLAB's, and not the signal file of a WFDB header beside it."""
    return looks_like_mat(path) and _wfdb_files.header_of(path) == path


def read(path: Path) -> tuple[Recording, ...]:
    """Read a MATLAB file: one recording, by its mapping or where it leaves no choice.

    Raises
    ------
    UnreadableFile
        If the file is damaged, or holds several variables that may be the samples and no mapping
        says which; the message lists them and a mapping to copy.
    InvalidRecord
        If the mapping breaks its schema.
    """
    file = opened(path)
    sidecar = mapping_for(path)
    try:
        found = _mapped(file, sidecar) if sidecar.is_file() else _recognised(file)
    except (KeyError, ValueError, IndexError, TypeError, AttributeError, OSError) as error:
        raise UnreadableFile(
            f"{path}: the variables of the MATLAB file cannot be read ({error}). It may be damaged."
        ) from error
    converted = [units.standard(w) for w in found.written]
    signal = found.signal
    if any(factor != 1 for _, factor in converted):
        signal = Scaled(signal, tuple(factor for _, factor in converted))
    names, repeated = _names.unique([n.strip() for n in found.names])
    at = places(names, units=[u for u, _ in converted], kinds=found.kinds)
    issues = [*found.issues, *repeated]
    if not all(w.strip() for w in found.written):
        message = "The file states no unit. Give it in the mapping, or in the corrections."
        issues.append(Issue(code="no_scale", severity="note", message=message))
    return (
        Recording(
            id=path.name,
            kind="",
            channels=tuple(
                Channel(name=n, kind=p.kind, unit=u, site=p.site, side=p.side)
                for n, (u, _), p in zip(names, converted, at, strict=True)
            ),
            clock=Clock(id=path.name),
            signal=signal,
            rate_hz=found.rate_hz,
            events=found.events,
            sources=(Source(path=path.name, sha256=""), *found.sources),
            issues=tuple(issues),
            bad=found.bad,
        ),
    )


def _mapped(file: MatFile, sidecar: Path) -> Found:
    """Read what a mapping names."""
    said = _load(sidecar)
    name = _variable(file, sidecar, "samples", said.get("samples"), "numeric")
    shape = file.variables[name].shape
    time = said.get("time", "rows" if shape[0] >= shape[1] else "columns")
    if time not in ("rows", "columns"):
        raise InvalidRecord(f"{sidecar}: time is {time!r}; allowed: rows, columns.")
    n = shape[1] if time == "rows" else shape[0]
    rate = said.get("rate_hz")
    if rate is None:
        rate = _one_rate(file)
    elif isinstance(rate, str):
        rate = scalar(file.value(_variable(file, sidecar, "rate_hz", rate, "numeric")))
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < 1e7:
        raise InvalidRecord(f"{sidecar}: rate_hz is {rate!r}; it has to be a number above 0.")
    names = said.get("names")
    if isinstance(names, str):
        names = file.value(_variable(file, sidecar, "names", names, "text"))
    kinds = _each(sidecar, "kind", said.get("kind", ""), n)
    for kind in kinds:
        if kind and kind not in corrections.KINDS:
            allowed = ", ".join(corrections.KINDS)
            raise InvalidRecord(f"{sidecar}: kind is {kind!r}; allowed: {allowed}.")
    return Found(
        signal=file.signal(name, time_first=time == "rows"),
        rate_hz=float(rate),
        names=_each(sidecar, "names", names, n) if names else _numbered(name, n),
        written=_each(sidecar, "unit", said.get("unit", ""), n),
        kinds=kinds,
        events=_events(file, sidecar, said.get("events"), float(rate)),
        sources=(
            Source(path=str(sidecar.resolve()), sha256=sha256(sidecar.read_bytes()).hexdigest()),
        ),
    )


def _load(sidecar: Path) -> Mapping[str, Any]:
    import yaml

    try:
        said = yaml.safe_load(sidecar.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidRecord(f"{sidecar}: the mapping is no YAML ({error}).") from error
    if not isinstance(said, Mapping) or "samples" not in said:
        raise InvalidRecord(f"{sidecar}: the mapping has to name the variable of the `samples`.")
    for name in said:
        if name not in _FIELDS:
            raise InvalidRecord(f"{sidecar}: {name!r} is no field; allowed: {', '.join(_FIELDS)}.")
    return said


def _variable(file: MatFile, sidecar: Path, what: str, name: object, kind: str) -> str:
    fitting = [n for n, v in file.variables.items() if v.kind == kind]
    if name not in fitting:
        raise InvalidRecord(
            f"{sidecar}: {what} is {name!r}; the file holds: {', '.join(fitting[:30]) or 'none'}."
        )
    return str(name)


def _each(sidecar: Path, what: str, value: object, n: int) -> tuple[str, ...]:
    """Return one text for each channel."""
    if isinstance(value, list | tuple):
        if len(value) != n:
            raise InvalidRecord(f"{sidecar}: {what} has {len(value)} entries for {n} channels.")
        return tuple(str(v) for v in value)
    return (str(value),) * n if what != "names" or n == 1 else _numbered(str(value), n)


def _numbered(name: str, n: int) -> tuple[str, ...]:
    return (name,) if n == 1 else tuple(f"{name} {i + 1}" for i in range(n))


def _one_rate(file: MatFile) -> float | None:
    """Return the one scalar that is called like a rate; None where there is none, or two."""
    found = {
        scalar(file.value(name))
        for name, v in file.variables.items()
        if v.kind == "numeric" and v.size == 1 and key(name.rpartition(".")[2]) in _RATES
    }
    rate = found.pop() if len(found) == 1 else None
    return rate if isinstance(rate, float) and 0 < rate < 1e7 else None


def _events(file: MatFile, sidecar: Path, said: object, rate_hz: float) -> Events:
    """Return events: stretches of one label, or moments in samples (from 1) or seconds."""
    if said is None:
        return Events()
    entry = {"variable": said} if isinstance(said, str) else said
    if not isinstance(entry, Mapping) or any(k not in _EVENT_FIELDS for k in entry):
        raise InvalidRecord(f"{sidecar}: events may hold {', '.join(_EVENT_FIELDS)}.")
    name = _variable(file, sidecar, "events: variable", entry.get("variable"), "numeric")
    values = np.asarray(file.value(name), np.float64).ravel()
    how = entry.get("as", "labels")
    named = {str(k): str(v) for k, v in dict(entry.get("names") or {}).items()}
    if how == "labels":
        edges = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
        lasts = np.diff(np.append(edges, len(values)))
        words = [f"{values[i]:g}" for i in edges]
        return Events(
            onset_s=edges / rate_hz,
            duration_s=lasts / rate_hz,
            name=tuple(named.get(w, w) for w in words),
        )
    if how not in ("samples", "seconds"):
        raise InvalidRecord(f"{sidecar}: events: as is {how!r}; allowed: labels, samples, seconds.")
    onset: Floats = np.sort((values - 1) / rate_hz if how == "samples" else values)
    return Events(
        onset_s=onset, duration_s=np.zeros(len(onset)), name=(named.get("", name),) * len(onset)
    )


def _recognised(file: MatFile) -> Found:
    """Read a file that leaves no choice: FieldTrip's, or one array of samples and one rate."""
    if trip := fieldtrip(file):
        return trip
    arrays = [
        name
        for name, v in file.variables.items()
        if v.kind == "numeric"
        and v.size >= _LEAST_SAMPLES
        and key(name.rpartition(".")[2]) not in _TIMES
    ]
    rate = _one_rate(file)
    shape = file.variables[arrays[0]].shape if len(arrays) == 1 else (0, 0)
    if rate is None or max(shape) < _CLEARLY_LONGER * max(min(shape), 1):
        raise UnreadableFile(_choice(file, arrays))
    time_first, n = shape[0] > shape[1], min(shape)
    texts = {
        key(name.rpartition(".")[2]): file.value(name)
        for name, v in file.variables.items()
        if v.kind == "text"
    }
    lists = [t for k, t in texts.items() if k in _NAMES and isinstance(t, list) and len(t) == n]
    stated = [t for k, t in texts.items() if k in _UNITS and (isinstance(t, str) or len(t) == n)]
    unit = stated[0] if len(stated) == 1 else ""
    axis = "rows" if time_first else "columns"
    how = f"samples from {arrays[0]}, {rate:g} Hz, time along its {axis}"
    message = f"From the shapes and names of the variables: {how}. A mapping can say otherwise."
    return Found(
        signal=file.signal(arrays[0], time_first=time_first),
        rate_hz=rate,
        names=tuple(lists[0]) if len(lists) == 1 else _numbered(arrays[0], n),
        written=tuple(unit) if isinstance(unit, list) else (unit,) * n,
        kinds=("",) * n,
        events=Events(),
        issues=(Issue(code="inferred", severity="note", message=message),),
    )


def _choice(file: MatFile, arrays: Sequence[str]) -> str:
    """Say which variables there are, and show a mapping to copy."""
    listed = "; ".join(
        f"{name} ({' x '.join(map(str, v.shape))}, {v.kind})"
        for name, v in list(file.variables.items())[:20]
    )
    sizes = {name: file.variables[name].size for name in arrays}
    guess = max(sizes, key=lambda name: sizes[name]) if sizes else "NAME"
    shape = file.variables[guess].shape if sizes else (1, 1)
    time = "rows" if shape[0] >= shape[1] else "columns"
    return (
        f"{file.path}: which variable holds the samples, and at which rate, is not certain. It "
        f"holds {listed or 'no variables'}. Write {mapping_for(file.path).name} beside it, such "
        f"as: {{samples: {guess}, time: {time}, rate_hz: 1000, unit: uV, kind: emg}}"
    )


FORMAT = Format(
    id="mat",
    title="MATLAB",
    suffixes=(".mat",),
    reads=reads,
    read=read,
)
