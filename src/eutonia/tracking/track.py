"""One pass over a video: what is seen of one person in each picture."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats._store import digest
from eutonia.formats.landmarks import key_of, load, save
from eutonia.knowledge import table
from eutonia.model import Floats, Landmarks, Points, Source, UnknownName, UnreadableFile
from eutonia.tracking.crops import Found, Picture
from eutonia.tracking.rows import Row, Rows
from eutonia.tracking.video import Header, ahead, header, pictures

#: Called with the video's name, pictures done, and pictures in all.
Progress = Callable[[str, int, int], None]

#: What can be looked for, and the models that it takes.
PARTS: Mapping[str, tuple[str, ...]] = {
    "face": ("face_detection", "face_detection_far", "face_landmarks", "face_blendshapes"),
    "body": ("body_detection", "body_landmarks"),
    "hands": ("palm_detection", "hand_landmarks"),
}
#: Raise it where the same pictures give other landmarks: what was tracked before is tracked again.
RESULTS = 4
#: Seconds for which a body says where the hands are. [D]
FRESH_S = 0.25
#: Seconds without a body, where its place is all that is asked for, after which it is looked for
#: this seldom: a hand that fills the picture has none beside it. [D]
ABSENT_S, SELDOM_S = 3.0, 0.5
_SAY_EVERY = 15  # pictures


def track(
    path: Path | str,
    *,
    parts: Sequence[str] | Mapping[str, float] = ("face", "body", "hands"),
    mirrored: bool = False,
    slow_motion: float = 1.0,
    kept: Path | str | None = None,
    progress: Progress | None = None,
) -> Landmarks:
    """Follow one person through a video.

    One picture at a time is in memory. What was seen waits on disk, so that a pass that is
    interrupted goes on where it stopped when it is called again in the same way.

    Parameters
    ----------
    path : path
        The video.
    parts : sequence of str, or mapping of str to float
        What to look for: ``face``, ``body``, ``hands``; each costs time. As a mapping, with the
        least seconds (of the movement) from one look to the next, such as ``{"face": 0, "body":
        0.1}`` where only the shoulders are wanted; between two looks a part counts as not seen.
    mirrored : bool
        Whether the video is a mirror image, as selfie cameras make: it is turned back before
        anything is looked for, so that left and right are the person's.
    slow_motion : float
        How many times slower the video plays than the movement was.
    kept : path, optional
        Where the landmarks are kept (``.npz``): they are loaded where the same video was tracked
        in the same way before, else written.
    progress : callable, optional
        Called with the video's name, pictures done, and pictures in all.

    Returns
    -------
    Landmarks
        A picture that repeats the one before repeats its landmarks, exactly.

    Raises
    ------
    UnreadableFile
        If no picture can be decoded.
    MissingModel
        If a model file is missing or is another one.
    UnknownName
        If a part is asked for that does not exist.
    """
    path = Path(path)
    paces = _paces(parts, slow_motion)
    about = header(path)
    source = Source(path=path.name, sha256=digest(path))
    used = {n: table("video_models")[n]["sha256"] for part in paces for n in PARTS[part]}
    key = _key(RESULTS, source.sha256, list(paces.items()), mirrored, sorted(used.items()))
    whole = _key(key, slow_motion)
    if kept is not None and key_of(kept) == whole:
        with suppress(UnreadableFile):  # a damaged one is written again
            return load(kept)
    names = tuple(chain(*map(_names, paces)))
    watch = _Watch(paces)
    stream = partial(pictures, path, about=about, mirrored=mirrored)
    t_s, points = _pass(stream, Rows(key, names), watch, _said(path, about, progress))
    if not len(t_s):
        raise UnreadableFile(f"{path}: no picture can be decoded. Copy or export it again.")
    landmarks = Landmarks(
        t_s=t_s / slow_motion,
        width=about.width,
        height=about.height,
        parts=points,
        mirrored=mirrored,
        models=used,
        sources=(source,),
    )
    if kept is not None:
        save(landmarks, kept, key=whole)
    return landmarks


def _pass(
    stream: Callable[..., Iterator[tuple[float, Picture]]],
    rows: Rows,
    watch: _Watch,
    say: Callable[[int], None],
) -> tuple[Floats, dict[str, Points]]:
    """Look at each picture that was not looked at before; what was seen is never lost."""
    try:
        done_s, n = rows.last_s, rows.n
        watch.recall(rows.memory)
        for t_s, picture in ahead(stream(start_s=done_s)):
            if t_s <= done_s:  # the last one before the interruption
                watch.picture = picture
                continue
            seen = watch.look(t_s, picture)
            rows.append(t_s, seen, memory=watch.memory())
            say(n)
            n += 1
    except BaseException:
        rows.rest()
        raise
    return rows.finished()


def _said(path: Path, about: Header, progress: Progress | None) -> Callable[[int], None]:
    """Return what tells the user, now and then, how many pictures are done."""

    def say(done: int) -> None:
        if progress and done % _SAY_EVERY == 0:
            progress(path.name, done, max(done, len(about.stamps_s)))

    return say


class _Watch:
    """The trackers of the parts that are looked for, each at its own pace.

    Parameters
    ----------
    paces : mapping of str to float
        Least seconds of the video between two looks at each part.
    """

    def __init__(self, paces: Mapping[str, float]) -> None:
        self._trackers = {part: MAKERS[part]() for part in paces}
        self._paces = paces
        self._looked_s = dict.fromkeys(paces, float("-inf"))
        self._body: tuple[float, Found | None] = (float("-inf"), None)
        self._seen: dict[str, Row] = {}
        self._face: Found | None = None
        self._with_body_s = 0.0
        self.picture: Picture | None = None

    def memory(self) -> Any:
        """Return all that the next picture needs of those before, but the last picture."""
        trackers = {p: {k: vars(t)[k] for k in _remembered(t)} for p, t in self._trackers.items()}
        seen = self._face, self._body, self._with_body_s, self._seen
        return trackers, dict(self._looked_s), seen

    def recall(self, memory: Any) -> None:
        """Go on from what `memory` returned in an interrupted pass."""
        if memory is None:
            return
        trackers, self._looked_s, seen = memory
        self._face, self._body, self._with_body_s, self._seen = seen
        for part, remembered in trackers.items():
            vars(self._trackers[part]).update(remembered)

    def look(self, t_s: float, picture: Picture) -> dict[str, Row]:
        """Return what is seen in the next picture."""
        if not self._repeats(picture):
            self._seen = {}
            for part in self._trackers:
                if t_s - self._looked_s[part] >= self._pace(part, t_s) - 1e-6:
                    self._looked_s[part] = t_s
                    self._seen |= self._found(part, t_s, picture)
            if "body" in self._seen:
                self._with_body_s = t_s
        self.picture = picture
        return self._seen

    def _pace(self, part: str, t_s: float) -> float:
        """Return the least seconds from one look at a part to the next."""
        pace = self._paces[part]
        absent = part == "body" and pace > 0 and t_s - self._with_body_s > ABSENT_S
        return max(pace, SELDOM_S) if absent else pace

    def _repeats(self, picture: Picture) -> bool:
        """Whether the camera or a converter gave the picture before once more."""
        before = self.picture
        if before is None or before.shape != picture.shape:
            return False
        alike = np.array_equal(before[::16, ::16], picture[::16, ::16])
        return bool(alike and np.array_equal(before, picture))

    def _found(self, part: str, t_s: float, picture: Picture) -> dict[str, Row]:
        tracker = self._trackers[part]
        if part == "hands":
            since, body = self._body
            fresh = body if t_s - since <= FRESH_S else None
            if self._paces[part]:
                tracker.seek()
            hands: dict[str, Found] = tracker.follow(picture, body=fresh)
            self._check_body(hands.values())
            return {k: _row(hand) for k, hand in hands.items()}
        one: Found | None
        if part == "body":
            # Where the body only serves the face, it has to be that person's.
            face = self._face if self._paces[part] else None
            one = tracker.follow(picture, face=face)
            self._body = (t_s, one)
        else:
            one = self._face = tracker.follow(picture)
        if one is None:
            return {}
        if part == "face":
            return {part: {**_row(one), "others": tracker.others, "person": tracker.taken}}
        return {part: _row(one)}

    def _check_body(self, hands: Iterable[Found]) -> None:
        """Forget a body that is a hand."""
        from eutonia.tracking.hands import taken_for_body

        body = self._body[1]
        if body is not None and any(taken_for_body(hand, body) for hand in hands):
            self._trackers["body"].reset()
            self._body = (float("-inf"), None)
            self._seen.pop("body", None)


def _remembered(tracker: Any) -> tuple[str, ...]:
    """Return the names of what a tracker remembers: all that its `reset` sets, and only that."""
    blank = object.__new__(type(tracker))
    blank.reset()
    return tuple(vars(blank))


def _row(found: Found) -> Row:
    return {f.name: getattr(found, f.name) for f in fields(found)}


def _face() -> Any:
    from eutonia.tracking.face import FaceTracker

    return FaceTracker(shapes=True)


def _body() -> Any:
    from eutonia.tracking.body import BodyTracker

    return BodyTracker()


def _hands() -> Any:
    from eutonia.tracking.hands import HandTracker

    return HandTracker()


#: Makes the tracker of a part.
MAKERS: dict[str, Callable[[], Any]] = {"face": _face, "body": _body, "hands": _hands}


def _paces(parts: Sequence[str] | Mapping[str, float], slow_motion: float) -> Mapping[str, float]:
    """Return seconds of the video between two looks; the body comes before the hands."""
    if not slow_motion > 0:
        raise UnknownName(f"Slow motion has to be a number of times above 0, not {slow_motion!r}.")
    asked = parts if isinstance(parts, Mapping) else dict.fromkeys(parts, 0.0)
    for part in asked:
        if part not in PARTS:
            raise UnknownName(
                f"There is no part {part!r} to look for; there are {', '.join(PARTS)}."
            )
    if not asked:
        raise UnknownName(f"No part to look for is named; there are {', '.join(PARTS)}.")
    return {p: float(asked[p]) * slow_motion for p in PARTS if p in asked}


def _names(part: str) -> tuple[str, ...]:
    return ("left_hand", "right_hand") if part == "hands" else (part,)


def _key(*what: object) -> str:
    """Return the name of a pass: equal where the rows would be equal."""
    return hashlib.sha256(repr(what).encode()).hexdigest()[:32]
