"""Natus NeuroWorks, formerly Xltek: a study is ``.erd``, ``.etc``, ``.ent``, ``.snc``, ``.stc``.

By specification: public readers that follow the maker's "EEG file format" (wonambi, xltek2mef of
the Mayo Clinic, a C library ``xltek``, XltekDataReader, natus2json, UCSF's xltekreader),
natus-erd-reader, which was held against the maker's own exports, and xltek2edf, which has their
ranges; they agree on every field used here but where it is said. Equal to wonambi 7.17 and
natus-erd-reader 0.2.1 on files that the tests write; not tried on a real file.

- Microvolts are given to the electrodes of headboxes of which all sources state the same factor.
  The factor of DC inputs in the description (10.8 V) is not the one in the maker's exports (10.3
  V), oximeters have none, and of the Quantum the sources disagree on the sign: counts, ``adc``.
- Sources disagree on whether a name and a factor belong to the place in the packet or to the
  physical channel; where the two differ, neither is used.
- Channels of different rates (a "frequency byte") and tables of contents of other schemas are read
  by no source, or by one alone; they are refused. Schemas 5 to 7 of the samples follow two sources
  (wonambi, natus2json) that were not tried on them.
- Times are UTC, from the clock that the ``.snc`` states, else from when the study was created.

The headers hold the patient's names only so that they can be struck out of the notes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import WALL, Format, _library, _natus_notes
from eutonia.formats._library import beside
from eutonia.formats._names import unique
from eutonia.formats._natus_files import (
    GUID,
    OF_PART,
    OF_STUDY,
    Header,
    Segment,
    missing_parts,
    parts_of,
    patient,
    segments_of,
    start_s,
    study_of,
)
from eutonia.formats._natus_samples import ErdSignal
from eutonia.formats._patient_names import STRUCK
from eutonia.formats._segments import Placed, placed
from eutonia.formats.sites import places
from eutonia.model import Channel, Clock, Events, Issue, Recording, UnreadableFile

_UV = 8711 / (2**21 - 0.5)  # of a count without discarded bits
#: Headbox type to its name and how many of its inputs are electrodes.
_HEADBOXES = {
    **{1: ("EEG32", 32), 3: ("EEG128", 128), 4: ("AMB28", 24), 5: ("HYPPO", 26)},
    **{6: ("EMU36", 32), 8: ("MOBEE24", 25), 9: ("MOBEE32", 33), 14: ("Connex", 38)},
    **{15: ("Trex", 28), 17: ("EMU40", 40), 19: ("EEG32U", 32), 21: ("NeuroLink IP", 128)},
    **{22: ("Netlink", 32), 23: ("Traveler", 32), 20: ("Quantum", 0)},
}
_QUANTUM, _QUANTUM_OTHERS = 20, 20
_TRIGGER = "event byte"


def leader(path: Path) -> Path:
    """Return the first ``.erd`` of a study for any file of it."""
    name = path.name.lower()
    endings = [e for e in (*OF_STUDY, OF_PART, ".erd") if name.endswith(e)]
    if not endings:
        return path
    stem = path.name[: -len(endings[0])]
    found = parts_of(study_of(path.with_name(stem + ".erd")))
    return found[0] if found else path


def looks_like_natus(path: Path) -> bool:
    """Whether a file is named ``.erd`` and bears the maker's mark."""
    with path.open("rb") as file:
        return path.suffix.lower() == ".erd" and file.read(16)[1:] == GUID


def read(path: Path) -> tuple[Recording, ...]:
    """Read a study: one recording, or several where the rate or the channels change.

    Raises
    ------
    UnreadableFile
        If it is damaged, of a version that is not known, holds no samples, or a table of contents
        is missing.
    """
    path = leader(path)
    segments: list[Segment] = []
    lost: list[UnreadableFile] = []
    for file in parts_of(study_of(path)):
        try:
            segments += segments_of(file)
        except UnreadableFile as error:
            lost.append(error)
    if not segments:
        raise lost[0] if lost else UnreadableFile(f"{path}: holds no samples. Copy it again.")
    segments.sort(key=lambda s: int(s.stamp[0]))
    texts = (str(error).replace(f"{path.parent}{os.sep}", "") for error in lost)
    said = [Issue(code="left_out", severity="warning", message=text) for text in texts]
    said += missing_parts(path, segments, len(lost))
    groups: dict[Header, list[Segment]] = {}
    for segment in segments:
        groups.setdefault(segment.header, []).append(segment)
    notes, heard = _notes(path)
    start = start_s(path, segments)
    found = []
    for i, group in enumerate(groups.values(), 1):
        one = _recording(path, group, notes, start)
        name = path.name if len(groups) == 1 else f"{path.name}#{i}"
        found.append(replace(one, id=name, issues=(*one.issues, *said, *heard)))
    return tuple(found)


def _notes(path: Path) -> tuple[_natus_notes.Notes, list[Issue]]:
    """Return the notes of a study without the patient's names, and what is wrong with them."""
    study = study_of(path)
    files = beside(study, ".ent") or beside(study, ".ent.old")
    if not files:
        text = "The study's .ent is missing, which holds the names of the channels and the notes."
        issue = Issue(code="missing_file", severity="warning", message=text)
        return _natus_notes.Notes(), [issue]
    notes = _natus_notes.parse(files[0].read_bytes())
    names = patient(path)
    marks = tuple((stamp, names.sub(STRUCK, text)) for stamp, text in notes.marks)
    issues = []
    if notes.damaged:
        text = f"{notes.damaged} note(s) are damaged; left out."
        issues.append(Issue(code="events", severity="warning", message=text))
    if names.search(path.stem.replace("_", " ")):
        text = "This file is named after the patient, as NeuroWorks does: rename the study's files."
        issues.append(Issue(code="patient_in_name", severity="warning", message=text))
    return replace(notes, marks=marks), issues


def _recording(
    path: Path, segments: list[Segment], notes: _natus_notes.Notes, start: float | None
) -> Recording:
    """Return the segments of one kind as a recording."""
    header = segments[0].header
    rate = header.rate_hz
    channels, gain, issues = _channels(header, notes.channels)
    signal = ErdSignal(segments[0].part.path, tuple(s.part for s in segments), gain)
    n = np.concatenate([np.diff(s.part.first) for s in segments])
    stamp = np.concatenate([s.stamp for s in segments])
    first = np.cumsum(n) - n
    begins = np.flatnonzero(np.append(True, stamp[1:] != stamp[:-1] + n[:-1]))
    axis = placed(signal, rate, first[begins].tolist(), (stamp[begins] / rate).tolist())
    events, lost = _events(notes.marks, axis, stamp[begins], n.sum() - first[begins], rate)
    origin = int(stamp[0]) / rate
    study = study_of(path)
    files = [path if s.part.path == str(path.resolve()) else Path(s.part.path) for s in segments]
    others = [*(t for f in files for t in beside(f, OF_PART)), *beside(study, *OF_STUDY)]
    said = [issue for s in segments for issue in s.said]
    return Recording(
        id=path.name,
        kind="",
        channels=channels,
        clock=Clock(id=path.name) if start is None else Clock(id=WALL, offset_s=start + origin),
        signal=axis.signal,
        rate_hz=rate,
        events=events,
        device=f"Natus {_HEADBOXES[header.headbox][0]}" if header.headbox in _HEADBOXES else "",
        sources=_library.sources(path, files[0], (*files[1:], *others)),
        issues=(*issues, *said, *lost, *axis.issues),
        bad=axis.bad,
    )


def _channels(
    header: Header, labels: Sequence[str]
) -> tuple[tuple[Channel, ...], tuple[float, ...], tuple[Issue, ...]]:
    """Return the channels and the trigger, the factors to their units, and what is said."""
    electrodes = _HEADBOXES.get(header.headbox, ("", 0))[1]
    n, stored = header.packet.n_channels, header.packet.stored
    if header.headbox == _QUANTUM and len(labels) > n:  # those of its other inputs lie elsewhere
        labels = labels[: n - _QUANTUM_OTHERS]
    known = {i for i in stored if header.physical[i] == i}
    written = [labels[i] if i in known and i < len(labels) else "" for i in stored]
    texts = [text or f"Ch{header.physical[i] + 1}" for i, text in zip(stored, written, strict=True)]
    names, issues = unique([*texts, _TRIGGER])
    in_uv = [i < electrodes and header.physical[i] < electrodes for i in stored]
    unit = ["uV" if uv else "adc" for uv in in_uv]
    scale = _UV * 2**header.discarded
    found = places(names[:-1], units=unit)
    channels = [
        Channel(name=name, kind=at.kind, unit=u, site=at.site, side=at.side)
        for name, u, at in zip(names, unit, found, strict=False)
    ]
    channels.append(Channel(name=names[-1], kind="trigger", unit="1"))
    if len(known) < len(stored):
        text = "The stored order is not that of the headbox, so names of channels are not certain."
        issues.append(Issue(code="channels_disagree", severity="warning", message=text))
    if not any(in_uv):
        text = f"The scale of this headbox (type {header.headbox}) is not known: values are counts."
        if header.headbox == _QUANTUM:
            text = f"Values are counts of {scale:.6g} uV; sources disagree on the Quantum's sign."
        issues.append(Issue(code="no_scale", severity="warning", message=text))
    gain = (*(scale if uv else 1.0 for uv in in_uv), 1.0)
    return tuple(channels), gain, tuple(issues)


def _events(
    marks: Sequence[tuple[int, str]],
    axis: Placed,
    begins: NDArray[np.int64],
    left: NDArray[np.int64],
    rate_hz: float,
) -> tuple[Events, tuple[Issue, ...]]:
    """Return the notes at their time; those in a pause that was cut out lie on the cut.

    Parameters
    ----------
    marks : sequence of (int, str)
        Stamps and texts.
    axis : Placed
        Where the stretches lie.
    begins, left : ndarray of int64, shape (n_stretches,)
        First stamp of each stretch, and how many samples there are from there on.
    rate_hz : float
        Sampling rate.
    """
    stamps = np.array([s for s, _ in marks], dtype=np.int64)
    inside = (stamps >= begins[0]) & (stamps <= begins[-1] + left[-1])
    kept = stamps[inside]
    at = np.maximum(np.searchsorted(begins, kept, side="right") - 1, 0)
    next_at = np.append(axis.place[1:], np.inf)[at]
    onset = np.minimum(axis.place[at] + kept - begins[at], next_at) / rate_hz
    events = Events(
        onset_s=onset,
        duration_s=np.zeros(len(kept)),
        name=tuple(text for (_, text), k in zip(marks, inside, strict=True) if k),
    )
    if inside.all():
        return events, ()
    text = f"{(~inside).sum()} note(s) lie before or after the samples; left out."
    return events, (Issue(code="events", severity="note", message=text),)


FORMAT = Format(
    id="natus",
    title="Natus ERD",
    suffixes=(".erd",),
    reads=looks_like_natus,
    read=read,
    leader=leader,
)
