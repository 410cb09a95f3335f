"""The videos of a visit to recordings of movement: tracked once, kept beside the assessment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eutonia.derive.hand_named import named_otherwise
from eutonia.derive.hand_view import guessed_view, small_from_ahead
from eutonia.derive.head import HeadZero
from eutonia.derive.shoes_named import shoes_unsaid
from eutonia.derive.trunk import put_right
from eutonia.derive.video import Calibration, as_recordings, calibrated, covered, seen_in
from eutonia.film import PREFIX, Pictures, kept_of, pictures_of, telling_times
from eutonia.formats.corrections import Film, film_of
from eutonia.formats.video import LOW_RATE, of_time
from eutonia.knowledge import find, table
from eutonia.measures.withheld import without_hidden
from eutonia.model import (
    GLASSES,
    Channel,
    EutoniaError,
    Evidence,
    Issue,
    Landmarks,
    Lost,
    Movement,
    Recording,
    UnreadableFile,
    Visit,
)
from eutonia.read import read_visit, spans, visit_folder
from eutonia.tracking import issues
from eutonia.tracking.fleeting import without_fleeting
from eutonia.tracking.overlay import write_overlay
from eutonia.tracking.possible import possible
from eutonia.tracking.seen import InView, dark_face
from eutonia.tracking.store import load, note
from eutonia.tracking.track import track

Progress = Callable[[str, int, int], None]

#: Kinds of recordings that hold pictures, or what was seen in them.
FILMED = ("video", "landmarks")
#: How a head turns: what a camera sees otherwise of a face with glasses.
_TURNS = frozenset({"yaw", "pitch", "roll"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Watched:
    """One video and what was seen in it; `zero_of` names the video whose zero serves it too."""

    filmed: Recording
    landmarks: Landmarks
    zero_of: str = ""


def watched(
    visit: Visit,
    base: Path,
    *,
    kept: Path,
    pictures: Pictures = "shown",
    progress: Progress | None = None,
) -> tuple[Visit, Evidence]:
    """Return the visit with each video replaced by the movements that were seen in it.

    Parameters
    ----------
    visit : Visit
        As read; visits without a video are returned as they are.
    base : Path
        Folder that the ids of the recordings are relative to.
    kept : Path
        Folder where landmarks are kept: a video that was tracked before is not tracked again.
    pictures : {'shown', 'covered', 'none'}
        Whether some pictures of the person are kept for the report.
    progress : callable, optional
        Called with a few words, pictures done, and pictures in all.

    Returns
    -------
    Visit
    Evidence
        Of each video what the report shows, see `eutonia.film`.
    """
    films = [r for r in visit.recordings if r.kind in FILMED]
    lost: list[Lost] = []
    seen: list[Watched] = []
    for filmed in films:
        try:
            seen.append(_watch(filmed, visit, base, kept=kept, progress=progress))
        except EutoniaError as error:
            lost.append(Lost(path=filmed.id, error=str(error)))
    moved: list[Recording] = []
    evidence: Evidence = {}
    for one, calibration in _calibrated(seen):
        found = seen_in(one.landmarks, calibration, spans(one.filmed))
        w = _of_view(one, found)
        if not found:
            lost.append(Lost(path=w.filmed.id, error=_nothing(w)))
            continue
        recordings = as_recordings(found, w.landmarks, w.filmed)
        if visit.state.glasses:
            recordings = tuple(_with_glasses(r) for r in recordings)
        moved += recordings
        evidence[f"{PREFIX}{w.filmed.id}"] = _shown(w, found, recordings, base, pictures)
    others = tuple(r for r in visit.recordings if r.kind not in FILMED)
    visit = replace(visit, recordings=(*others, *moved), lost=(*visit.lost, *lost))
    return visit, evidence


def _calibrated(seen: Iterable[Watched]) -> Iterator[tuple[Watched, Calibration]]:
    """Yield each video with its calibration.

    Lids are a person's own: what one video shows of them serves the others of the visit. A straight
    head belongs to the camera that filmed it: it serves another video where a person said so.
    """
    every = [(w, *calibrated(w.landmarks, spans(w.filmed))) for w in seen]
    straight = {w.filmed.id: own.zero for w, own, _ in every if own.zero is not None}
    lids = next((own.lids for _, own, _ in every if own.lids is not None), None)
    for w, own, wrong in every:
        parts = spans(w.filmed)
        said = (*covered(w.landmarks), *named_otherwise(w.landmarks, parts), *shoes_unsaid(parts))
        said += tuple(wrong)
        zero, issues = own.zero, [*w.filmed.issues, *said]
        if zero is None and straight and "face" in w.landmarks.parts:
            zero, of_zero = _zero_elsewhere(w, straight)
            issues.append(of_zero)
        whole = Calibration(zero=zero, lids=own.lids or lids)
        yield replace(w, filmed=replace(w.filmed, issues=tuple(issues))), whole


def _zero_elsewhere(w: Watched, straight: dict[str, HeadZero]) -> tuple[HeadZero | None, Issue]:
    """Return the zero of another video, if it serves this one too, and what is said of it."""
    of = (zero for name, zero in straight.items() if w.zero_of in (name, Path(name).name))
    if zero := next(of, None):
        text = f"Angles of the head are against the segment 'straight' of {w.zero_of}, as was said."
        return zero, Issue(code="zero_elsewhere", severity="note", message=text)
    name = Path(next(iter(straight))).name
    text = (
        f"The segment 'straight' of {name} was not used for this video: where the camera stood "
        "elsewhere, or was held otherwise, all angles would be wrong by that. Film it in every "
        f"video. If the camera stayed where it was: video: {{zero_of: {name}}} in its corrections."
    )
    severity: Literal["note", "warning"] = "note"
    if w.zero_of:
        text = (
            f"zero_of names {w.zero_of!r}, which is no video of this visit with a segment "
            f"'straight': angles are against the anatomical zero. There is: {name}."
        )
        severity = "warning"
    return None, Issue(code="zero_elsewhere", severity=severity, message=text)


def _of_view(w: Watched, found: Iterable[Movement]) -> Watched:
    """Return a video with what is said of how its hands were seen."""
    of_hands = (*guessed_view(w.landmarks, found), *small_from_ahead(w.landmarks, found))
    issues = (*w.filmed.issues, *of_hands)
    return replace(w, filmed=replace(w.filmed, issues=issues))


def _with_glasses(moved: Recording) -> Recording:
    """Return a movement whose turns of the head are flagged as of one with glasses."""

    def told(channel: Channel) -> Channel:
        turns = channel.kind == "head" and channel.site in _TURNS
        return replace(channel, flags=(*channel.flags, GLASSES)) if turns else channel

    return replace(moved, channels=tuple(told(c) for c in moved.channels))


def _shown(
    w: Watched,
    found: tuple[Movement, ...],
    recordings: tuple[Recording, ...],
    base: Path,
    pictures: Pictures,
) -> dict[str, NDArray[np.generic]]:
    """Return what the report shows of one video."""
    path, parts = base / w.filmed.id, spans(w.filmed)
    arrays = kept_of(path, w.landmarks, recordings, spans=parts)
    if w.filmed.kind != "video":  # stored landmarks have no pictures
        return arrays
    at_s = telling_times(w.landmarks, found, parts)
    return arrays | pictures_of(
        path, put_right(w.landmarks), at_s=at_s, movements=found, pictures=pictures
    )


def _nothing(w: Watched) -> str:
    why = " ".join(i.message for i in w.filmed.issues if i.severity != "note")
    return f"Neither a face nor a hand nor a body was found in this video. {why}".strip()


def _watch(
    filmed: Recording, visit: Visit, base: Path, *, kept: Path, progress: Progress | None
) -> Watched:
    """Track one video, or load its landmarks."""
    path = base / filmed.id
    film = film_of(path)
    if filmed.kind == "landmarks":
        landmarks = load(path)
    else:
        mirrored = film.mirrored if film.mirrored is not None else visit.state.camera_mirrored
        parts = parts_for(filmed, visit, film)
        if mirrored is not False:
            about = _TURNED_BACK if mirrored else _MIRROR
            filmed = replace(filmed, issues=(*filmed.issues, about))
        filmed = _in_real_time(filmed, film.slow_motion)
        file = kept / f"{filmed.id.replace('/', '_')}.landmarks.npz"
        if file.is_file():  # before it is opened, which keeps it from being replaced on Windows
            with suppress(UnreadableFile):  # a damaged one is tracked again
                note(file, spans(_to_its_end(filmed)))
        landmarks = track(
            path,
            parts=parts,
            mirrored=bool(mirrored),
            slow_motion=film.slow_motion,
            kept=file,
            progress=progress,
        )
        note(file, spans(_to_its_end(filmed)))
    if not any(span.condition.levels for span in spans(filmed)):
        filmed = replace(filmed, issues=(*filmed.issues, _NO_SEGMENTS))
    filmed_s = float(filmed.stamps_s[-1]) if filmed.stamps_s is not None else None
    filmed_n = len(filmed.stamps_s) if filmed.stamps_s is not None else None
    sought = parts_for(filmed, visit, film)
    in_view, aids = _body_in_view(sought), _HANDS if sought.get("hands") else ()
    landmarks = without_fleeting(possible(landmarks))
    more = issues(landmarks, filmed_s=filmed_s, filmed_n=filmed_n, body=in_view, aids=aids)
    if filmed.kind == "video":
        more += dark_face(path, landmarks)
    filmed = replace(filmed, issues=(*filmed.issues, *more))
    return Watched(filmed=filmed, landmarks=landmarks, zero_of=film.zero_of)


def _to_its_end(filmed: Recording) -> Recording:
    """Return a film whose last picture lasts as long as others, so that segments hold it too."""
    stamps = filmed.stamps_s
    if stamps is None or len(stamps) < 2:
        return filmed
    return replace(filmed, stamps_s=np.append(stamps, stamps[-1] + np.median(np.diff(stamps))))


def _body_in_view(parts: Mapping[str, float]) -> InView | None:
    """Return what of the body a film has to show, from what it is searched for.

    A body that is looked at in every picture is what was filmed. Beside a face its shoulders are
    needed, beside hands nothing of it; None where all was looked for, since nobody said what for.
    """
    if "face" in parts and not parts.get("hands", 1.0):
        return None
    if not parts.get("body", 1.0):
        return "whole"
    return "shoulders" if "face" in parts else "nothing"


#: Hands that are looked for now and then only tell whether they hide a part of the face.
_HANDS = ("left_hand", "right_hand")


def _in_real_time(filmed: Recording, slow_motion: float) -> Recording:
    """Bring what was marked in the time of the playing video to the time of the movement."""
    if slow_motion == 1.0 or filmed.stamps_s is None:
        return filmed
    events = filmed.events
    marked = replace(
        events,
        onset_s=events.onset_s / slow_motion,
        duration_s=events.duration_s / slow_motion,
    )
    stamps = filmed.stamps_s / slow_motion
    # What is too seldom for a player is not for the movement, and the other way round.
    others = tuple(i for i in filmed.issues if i.code != LOW_RATE)
    seldom = tuple(i for i in of_time(stamps) if i.code == LOW_RATE)
    return replace(filmed, stamps_s=stamps, events=marked, issues=(*others, *seldom))


_NO_SEGMENTS = Issue(
    code="no_segments",
    severity="note",
    message="Nobody said what was done when, so the film counts as one condition: nothing is "
    "compared, and what belongs to a task (the zero, the range, a trick, gentle closures) is not "
    "measured. Name the segments in a text file beside the film, or with --segment; `eutonia "
    "protocols` says which.",
)
_MIRROR = Issue(
    code="mirror_unknown",
    severity="note",
    message="Whether this video is a mirror image was not said, so it is taken as none: a mirrored "
    "one swaps every side. Answer camera_mirrored in the intake, or use --mirrored.",
)


_TURNED_BACK = Issue(
    code="mirrored",
    severity="note",
    message="This video is a mirror image, as was said: it was turned back, so that left and right "
    "are the person's own.",
)


def parts_for(filmed: Recording, visit: Visit, film: Film) -> dict[str, float]:
    """Return what to look for in a video, and how many seconds apart (0: in every picture).

    As the protocol needs that the file's name or the visit names; else as the tasks need that were
    filmed; else everything; and with a trick its hand. Where the person says what to look for, only
    that, and what neither protocol nor tasks look for, in every picture.
    """
    usual = _usual_parts(filmed, visit)
    if usual and any(span.condition.get("trick") == "on" for span in spans(filmed)):
        usual = {**table("video_parts")["with_trick"], **usual}
    if not film.parts:
        return usual or dict(table("video_parts")["default"])
    return {part: usual.get(part, 0.0) for part in film.parts}


def _usual_parts(filmed: Recording, visit: Visit) -> dict[str, float]:
    """Return what the protocol or the tasks of a video ask for; nothing where neither is known."""
    rules = table("video_parts")
    words = Path(filmed.id).stem.replace("-", "_").split("_")
    for name in (*words, visit.state.protocol or ""):
        if named := rules["by_protocol"].get(find("protocols", name)):
            return dict(named)
    wanted: dict[str, float] = {}
    for span in spans(filmed):
        for part, every_s in rules["by_task"].get(span.condition.get("task"), {}).items():
            wanted[part] = min(every_s, wanted.get(part, every_s))
    return wanted


def overlay(video: Path, out: Path, *, kept: Path, progress: Progress | None = None) -> None:
    """Write a copy of one video with what was seen, measured and marked drawn in.

    Raises
    ------
    UnreadableFile
        If it cannot be decoded, or the copy cannot be written.
    """
    visit = read_visit(video)
    if not visit.recordings:
        raise UnreadableFile(visit.lost[0].error if visit.lost else f"{video}: no video.")
    w = _watch(visit.recordings[0], visit, video.parent, kept=kept, progress=progress)
    ((w, calibration),) = _calibrated([w])
    _draw(w, calibration, video, out, progress)


def overlays(path: Path, folder: Path, *, progress: Progress | None = None) -> tuple[Path, ...]:
    """Write such a copy of each video of an assessed visit into ``overlay`` of its results.

    Angles are those of the assessment.

    Parameters
    ----------
    path : Path
        The visit, or one video.
    folder : Path
        Where its assessment lies; landmarks that are kept there are used again.
    """
    visit, base = read_visit(path), visit_folder(path) if path.is_dir() else path.parent
    films = [r for r in visit.recordings if r.kind in FILMED]
    seen = [_watch(f, visit, base, kept=folder / "landmarks", progress=progress) for f in films]
    written = []
    for w, calibration in _calibrated(seen):
        if w.filmed.kind != "video":
            continue
        name = w.filmed.id.replace("/", "_")
        name = name if name.lower().endswith(".mp4") else f"{name}.mp4"
        out = folder / "overlay" / name
        out.parent.mkdir(parents=True, exist_ok=True)
        _draw(w, calibration, base / w.filmed.id, out, progress)
        written.append(out)
    return tuple(written)


def _draw(
    w: Watched, calibration: Calibration, video: Path, out: Path, progress: Progress | None
) -> None:
    parts, marked = spans(w.filmed), w.filmed.events
    found = seen_in(w.landmarks, calibration, parts)
    found = without_hidden(found, w.landmarks.t_s, parts)
    events = [(s.start_s, s.stop_s, s.condition.label) for s in parts if s.condition.levels]
    events += [
        (float(on), float(on + lasts), name)
        for on, lasts, name in zip(marked.onset_s, marked.duration_s, marked.name, strict=True)
        if lasts < _MARK_S
    ]
    shown = put_right(w.landmarks)
    write_overlay(video, shown, out, movements=found, events=events, progress=progress)


#: Longer marks are segments, which are named by their condition.
_MARK_S = 1.0
