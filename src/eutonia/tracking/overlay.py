"""What was seen and measured, drawn into the pictures of a video, to be checked by eye."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eutonia.model import Floats, Landmarks, Movement, Points
from eutonia.tracking.arm import ARM, ends_at
from eutonia.tracking.crops import Picture
from eutonia.tracking.video import ahead, pictures

if TYPE_CHECKING:
    from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]
Colour = tuple[int, int, int]
Event = tuple[float, float, str]

# Lines of the face: numbers of its 478 points, in order along each line (the maker's numbering).
_EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246, 33),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466, 263),
)
_LIPS = (
    (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61),
    (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78),
)
_OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10),
)
_BROWS = ((70, 63, 105, 66, 107), (300, 293, 334, 296, 336))
#: From the root of the nose to its tip and to the chin: they show turn and tilt.
_MIDLINE = (168, 6, 197, 195, 5, 4, 1, 2, 164, 0, 17, 200, 152)
_FACE = (*_EYES, *_LIPS, _OVAL, *_BROWS, _MIDLINE)
#: Lines of a whole body.
WHOLE = (
    (11, 12, 24, 23, 11),
    *((11, 13, 15), (12, 14, 16), (23, 25, 27, 29, 31, 27), (24, 26, 28, 30, 32, 28)),
)
_HAND = (
    *((0, 1, 2, 3, 4), (0, 5, 9, 13, 17, 0)),
    *((5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16), (17, 18, 19, 20)),
)
_LINES = {"face": _FACE, "body": WHOLE, "left_hand": _HAND, "right_hand": _HAND}
#: BGR. The person's left is blue and right is orange, which most colour-blind people tell apart.
_LEFT, _RIGHT, _MIDDLE = (235, 130, 30), (30, 130, 235), (80, 200, 80)
_COLOURS = {"left_hand": _LEFT, "right_hand": _RIGHT}
#: Of fingers whose bend was guessed, so that a line may lie beside its finger, and of those that
#: were hidden behind others.
_PALE = {"left_hand": (250, 215, 170), "right_hand": (170, 215, 250)}
_UNSEEN = (150, 150, 150)
#: How long an event without a duration is shown, seconds.
_FLASH_S = 0.3
#: Pictures before and after one by which it is known how often a part is looked for.
_RECENT = 150
#: Least visibility of a point of the body that is drawn.
_VISIBLE = 0.5
#: Closure above which a lid counts as shut (measures.md §8), drawn in red.
_SHUT = 0.5
_RED = (40, 40, 230)
#: Grey of the field in which values are written; pixels of a line in the font's own size, the least
#: share of that size, and pictures by whose lines the field's width is chosen.
_DARK, _LINE_PX, _LEAST_SCALE, _SAMPLES = 40, 26, 0.35, 60
#: Colours of words: those of a side, as light as words on a dark field have to be, are the legend.
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_SAID = {"left": (255, 190, 120), "right": (120, 190, 255)}


def annotated(
    picture: Picture,
    landmarks: Landmarks,
    i: int,
    *,
    movements: Sequence[Movement] = (),
    film: bool = True,
) -> Picture:
    """Return a picture with the landmarks of its moment drawn in.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width, 3)
        BGR, upright, not mirrored.
    landmarks : Landmarks
    i : int
        Which picture of the landmarks it is.
    movements : sequence of Movement
        Of lids, how far they are shut is drawn as bars.
    film : bool
        Whether the picture is one of a film, in which a part that is looked for now and then stays
        until the next look.
    """
    out = picture.copy()
    unsure = _unsure(movements)
    for name, points in landmarks.parts.items():
        at = _looked(points, landmarks.t_s, i) if film else i
        lines = _LINES[name] if name != "body" else of_body(landmarks, at, i)
        _draw(out, points, at, name, lines, unsure.get(name, {}))
    for movement in movements:
        if movement.kind == "lid":
            _lids(out, movement, i)
    return out


def said(
    landmarks: Landmarks, i: int, *, movements: Sequence[Movement], events: Sequence[Event]
) -> list[str]:
    """Return the time of a picture, what was going on, and the values of its moment, in lines.

    Parameters
    ----------
    landmarks : Landmarks
    i : int
        Which picture of the landmarks it is.
    movements : sequence of Movement
    events : sequence of (float, float, str)
        Start, end and name of what happened.
    """
    t = float(landmarks.t_s[i])
    going_on = (name for on, off, name in events if on <= t < max(off, on + _FLASH_S))
    return [f"{t:.2f} s", *going_on, *(line for m in movements for line in _words(m, i))]


def _looked(points: Points, t_s: Floats, i: int) -> int:
    """Return the picture from which a part is drawn: that of the last look, until the next one.

    A part that is looked for in every picture is drawn from its own picture alone, so that one that
    is lost vanishes at once.
    """
    seen = points.seen[max(i - _RECENT, 0) : i + _RECENT]
    here = min(i, _RECENT)
    if seen[here]:
        return i
    looks = np.flatnonzero(seen)
    before = looks[looks < here]
    if len(looks) < 3 or not len(before):
        return i
    first = i - here
    # Seldom less than what was asked for; repeated pictures, which repeat a look, are fewer.
    apart = float(np.quantile(np.diff(t_s[first + looks]), 0.25))
    step = float(np.median(np.diff(t_s[first : first + len(seen)])))
    last = first + int(before[-1])
    return last if apart > 1.5 * step and t_s[i] - t_s[last] < apart - 1e-6 else i


#: Points of a hand beyond the knuckle of each finger.
_BEYOND = {"index": (6, 7, 8), "middle": (10, 11, 12), "ring": (14, 15, 16), "little": (18, 19, 20)}
#: Flags of a finger whose angle is not to be read off the film.
_GUESSED, _HIDDEN = "bend_guessed", "bend_hidden"


def _unsure(movements: Sequence[Movement]) -> dict[str, dict[int, Colour]]:
    """Return the points of each hand whose finger was guessed or hidden, with their colour."""
    points: dict[str, dict[int, Colour]] = {}
    for channel in (c for m in movements if m.kind == "finger" for c in m.channels):
        finger, _, joint = channel.site.partition("_")
        hidden = _HIDDEN in channel.flags
        if joint == "curl" and (hidden or _GUESSED in channel.flags) and finger in _BEYOND:
            hand = f"{channel.side}_hand"
            colour = _UNSEEN if hidden else _PALE[hand]
            points.setdefault(hand, {}).update(dict.fromkeys(_BEYOND[finger], colour))
    return points


def of_body(landmarks: Landmarks, at: int, i: int) -> tuple[tuple[int, ...], ...]:
    """Return the lines of the body that are shown: in a film of hands, arms that end at a hand.

    Of a person of whom arms alone are in the picture the model draws a whole one.

    Parameters
    ----------
    landmarks : Landmarks
        With ``body``.
    at, i : int
        Pictures from which the body and the hands are shown.
    """
    hands = [landmarks.parts[h] for h in _COLOURS if h in landmarks.parts]
    if "face" in landmarks.parts or not hands:
        return WHOLE
    whole, size = landmarks.parts["body"], (landmarks.width, landmarks.height)
    visible = None if whole.visible is None else whole.visible[[at]]
    body = Points(xyz=whole.xyz[[at]], score=whole.score[[at]], visible=visible)
    shown = [h.xyz[[i]].astype(np.float64) for h in hands if h.seen[i]]
    return tuple(
        arm
        for side, arm in ARM.items()
        if any(ends_at(hand, body, side=side, size=size)[0] for hand in shown)
    )


def _draw(
    out: Picture,
    points: Points,
    i: int,
    name: str,
    lines: tuple[tuple[int, ...], ...],
    unsure: Mapping[int, Colour],
) -> None:
    import cv2

    if not points.seen[i]:
        return
    xy = points.xyz[i, :, :2]
    thick = max(1, round(out.shape[0] / 480))
    for line in lines:
        kept = visible(points, i, line)
        at = np.round(xy[kept]).astype(np.int32)
        if len(at) > 1:
            colour = _COLOURS.get(name, _sided(name, line))
            colour = next((unsure[k] for k in line if k in unsure), colour)
            cv2.polylines(out, [at.reshape(-1, 1, 2)], False, colour, thick, cv2.LINE_AA)
    if name != "face":
        drawn = range(len(xy)) if lines in (WHOLE, _HAND) else sorted({*chain(*lines)})
        for x, y in xy[visible(points, i, (k for k in drawn if k not in unsure))]:
            cv2.circle(out, (round(float(x)), round(float(y))), 2 * thick, (255, 255, 255), -1)


def visible(points: Points, i: int, line: Iterable[int]) -> NDArray[np.intp]:
    """Return those points of a line that are seen in a picture."""
    if points.visible is None:
        return np.array(list(line), dtype=np.intp)
    seen = points.visible[i]
    return np.array([k for k in line if seen[k] >= _VISIBLE], dtype=np.intp)


def _sided(name: str, line: tuple[int, ...]) -> Colour:
    """Return the colour of the person's side that a line lies on."""
    if name == "body" and len(set(line)) in (3, 5):
        return _LEFT if line[0] % 2 else _RIGHT
    if line in (_EYES[1], _BROWS[1]):
        return _LEFT
    return _RIGHT if line in (_EYES[0], _BROWS[0]) else _MIDDLE


def _words(movement: Movement, i: int) -> list[str]:
    """Return the values of one moment, one channel a line; a dash where there is none."""
    if movement.kind == "finger":
        return _hands(movement, i)
    found = []
    for channel, x, good in zip(movement.channels, movement.x, movement.good, strict=True):
        if not good.any() or _inner(movement, channel.site, channel.unit):
            continue
        # A lid is 0 where it is open as usual, below where it is opened wide, and 1 where shut.
        lid = channel.unit == "1"
        value, unit = (100 * max(x[i], 0.0), "% shut") if lid else (x[i], channel.unit)
        seen = " as seen" if channel.site in _IN_PART else ""
        found.append(f"{channel.label}: {f'{value:+.0f} {unit}{seen}' if good[i] else '-'}")
    return found


#: Channels of which landmarks show a part, or too much; the report gives the whole way.
_IN_PART = ("jaw_opening", "jaw_deviation", "lip_gap")
#: The chin lies below the nose with a shut mouth too: a jaw is as open as it is beyond this share
#: of the film, per cent.
_SHUT_PERCENT = 5.0


def _from_least(movement: Movement) -> Movement:
    """Return a movement whose jaw opens from where it is shut in this film."""
    x = movement.x.copy()
    for row, channel in enumerate(movement.channels):
        if channel.site == "jaw_opening" and movement.good[row].any():
            x[row] -= np.percentile(x[row, movement.good[row]], _SHUT_PERCENT)
    return replace(movement, x=x)


#: Channels of a kind that only say how something else was seen: how their sites begin.
_INNER = {"head": ("nod_of_jaw",), "mouth": ("head_", "lid_gap"), "finger": ("hand_",)}


def _inner(movement: Movement, site: str, unit: str) -> bool:
    """Tell whether a channel is there for the measures alone, and says nothing to who looks on."""
    told = movement.kind == "lid" or unit != "1"
    return not told or site.startswith(_INNER.get(movement.kind, ()))


def _hands(movement: Movement, i: int) -> list[str]:
    """Return the angles of one moment, one finger a line, of the hands that are seen in it."""
    fingers: dict[str, list[tuple[str, int]]] = {}
    for row, channel in enumerate(movement.channels):
        if _inner(movement, channel.site, channel.unit):
            continue
        finger, _, joint = channel.site.partition("_")
        fingers.setdefault(f"{channel.side} {finger}", []).append((joint, row))
    found = []
    for finger, joints in fingers.items():
        seen = [(joint, row) for joint, row in joints if movement.good[row, i]]
        if not seen:
            continue
        flags = {flag for _, row in seen for flag in movement.channels[row].flags}
        # How far the finger is bent in all stands first.
        seen.sort(key=lambda one: one[0] != "curl")
        names = [joint.replace("pip_dip", "pip+dip").replace("_", " ") for joint, _ in seen]
        angles = (
            f"{name} {movement.x[row, i]:+.0f}" for name, (_, row) in zip(names, seen, strict=True)
        )
        unit = movement.channels[seen[0][1]].unit
        # How near the thumb is to a finger is read too far: the report takes that off.
        words = f"{', '.join(angles).strip()} {unit}{' as seen' if unit == '%' else ''}"
        if _GUESSED in flags:
            words += " (guess)"
        found.append(f"{finger}: {'hidden' if _HIDDEN in flags else words}")
    return found


class _Strip:
    """The dark field to the right of a film's pictures in which their values are written.

    Nothing is written over the person: of a film of everything there are thirty lines.

    Parameters
    ----------
    samples : sequence of list of str
        Lines of some of the pictures: the strip is as wide as they need.
    width, height : int
        Of the pictures, in pixels.
    """

    def __init__(self, samples: Sequence[list[str]], *, width: int, height: int) -> None:
        # By the shorter side, so that a phone held upright has words as small as one held across.
        n_lines = max(map(len, samples), default=1)
        fits = ((height - 8) // n_lines - 4.5) / _LINE_PX
        self._scale = max(_LEAST_SCALE, min(min(width, height) / 1200, fits))
        self._step = round(_LINE_PX * self._scale) + 4
        texts = {text for lines in samples for text in lines}
        room = max((self._width_of(text) for text in texts), default=0) + 24
        self.width = room + (width + room) % 2  # videos are even
        self._height = height

    def _width_of(self, text: str) -> int:
        import cv2

        return int(cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, self._scale, 1)[0][0])

    def beside(self, picture: Picture, lines: list[str]) -> Picture:
        """Return a picture with its lines to the right."""
        import cv2

        fits = max(1, (self._height - 8) // self._step)
        lines = lines if len(lines) <= fits else [*lines[: fits - 1], "..."]
        field = np.full((self._height, self.width, 3), _DARK, dtype=np.uint8)
        for k, text in enumerate(lines):
            at, colour = (6, 2 + self._step * (k + 1) - 4), _SAID.get(text.split(" ")[0], _WHITE)
            font = cv2.FONT_HERSHEY_SIMPLEX
            cv2.putText(field, text, at, font, self._scale, colour, 1, cv2.LINE_AA)
        return np.hstack([picture, field])


def _lids(out: Picture, movement: Movement, i: int) -> None:
    """Draw how far each lid is shut as a bar: the person's left at the right of the picture.

    The bars are named by their side, and are red where a lid counts as shut.
    """
    import cv2

    height, width = out.shape[:2]
    edge = max(10, width // 40)
    name_at, font = 10 + height // 4 + edge, cv2.FONT_HERSHEY_SIMPLEX
    for channel, x, good in zip(movement.channels, movement.x, movement.good, strict=True):
        if channel.unit != "1" or channel.side not in ("left", "right") or not good[i]:
            continue
        x0 = width - 2 * edge if channel.side == "left" else width - 4 * edge
        full = height // 4
        level = round(full * float(np.clip(x[i], 0, 1)))
        colour = _RED if x[i] > _SHUT else (_LEFT if channel.side == "left" else _RIGHT)
        cv2.rectangle(out, (x0, 10), (x0 + edge, 10 + full), (90, 90, 90), 1)
        cv2.rectangle(out, (x0, 10), (x0 + edge, 10 + level), colour, -1)
        for ink, thick in ((_BLACK, 4), (_WHITE, 1)):
            name = channel.side[0].upper()
            cv2.putText(out, name, (x0, name_at), font, edge / 20, ink, thick, cv2.LINE_AA)


def write_overlay(
    path: Path,
    landmarks: Landmarks,
    out: Path,
    *,
    movements: Sequence[Movement] = (),
    events: Sequence[Event] = (),
    progress: Progress | None = None,
) -> None:
    """Write a copy of a video with landmarks drawn in and numbers and events beside; no sound.

    Each picture is shown at its own time, so that the clock of a player is that of the report, and
    what the camera dropped remains a pause.

    Raises
    ------
    UnreadableFile
        If the video cannot be decoded, or the copy cannot be written.
    """
    from eutonia.tracking.privacy import Film, rate_of

    n, width, height = landmarks.n_frames, landmarks.width, landmarks.height
    shown = tuple(map(_from_least, movements))
    lines = partial(said, landmarks, movements=shown, events=events)
    some = np.linspace(0, n - 1, min(n, _SAMPLES)).astype(int).tolist()
    strip = _Strip([lines(i) for i in some], width=width, height=height)
    rate_hz = rate_of(landmarks.t_s)
    with Film(out, rate_hz=rate_hz, width=width + strip.width, height=height) as film:
        stream = ahead(pictures(path, mirrored=landmarks.mirrored))
        for i, (_, picture) in enumerate(stream):
            if i >= n:
                break
            drawn = annotated(picture, landmarks, i, movements=movements)
            film.add(strip.beside(drawn, lines(i)), t_s=float(landmarks.t_s[i]))
            if progress:
                progress("drawing", i + 1, n)
