"""What a working face, or a hand at the face, makes of the numbers of a head that keeps still.

The tracker's model of the face moves all its points with the jaw, the lids and what covers them: a
head that keeps still seems to nod with every syllable, and stands a little elsewhere while a hand
touches the face. No choice of points helps (see `eutonia.measures.nod_of_jaw`), so the numbers keep
what was seen, and their limits and differences hold what it may be.

Learned from rendered people whose head kept still, straight and turned by 25 and tilted by 10
degrees, filmed at 640x480: 61, 63, 65 to 69 and 72 to 76.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from eutonia.measures import squeezed_eyes
from eutonia.measures.covered_mouth import at_mouthpiece
from eutonia.model import FACE_SMALL, Condition, Floats, Inputs

#: Tasks in which the face moves by itself, and one in which the jaw is held open.
OF_THE_FACE = frozenset({"speaking", "reading", "counting", "eating", "closures", "mouthpiece"})
_OPEN = OF_THE_FACE | {"vowel"}
#: How far a jaw that is open by 5 degrees on average turns a still head, SD, degrees: by 0.07, 0.13
#: and 0.04 for each degree of the jaw of these people, and up to 1.1 in pitch of two others (42 and
#: 88). Where the jaw shut after every syllable, these went by 0.1, 0.2 and 0.1 only. [D]
FACE_SD: Mapping[str, float] = {"yaw": 0.5, "pitch": 0.8, "roll": 0.3}
#: The same of shut lids against open ones, root mean square. [D]
LIDS_SD: Mapping[str, float] = {"yaw": 0.5, "pitch": 0.8, "roll": 0.4}
#: The same in differences, where the eyes are shut for most of a condition: lids alone nodded still
#: heads by up to 3.1 degrees (see `eutonia.derive.head_lids`). [D]
SHUT_SD: Mapping[str, float] = {"yaw": 0.5, "pitch": 1.3, "roll": 0.4}
#: The same of a small face (flag `FACE_SMALL`). Gently shut against open eyes in 8 films of still
#: heads of 7 people with dark skin (0 to 39; 21 to 34 pixels between the outer corners of the eyes,
#: exposure 0.3 to 1, JPEG 35 to 60) read as 0.98, 2.57 and 0.62 degrees of yaw, pitch and roll
#: (root mean square), mostly down, and of 5 with light skin as 0.9 of pitch: this and
#: `EXPRESSION_SD` give 1.0, 2.6 and 0.7. Of 9 dark people (40 to 79), by whom nothing was chosen:
#: 2.2 of pitch, 3.7 at most. [D]
SHUT_SMALL_SD: Mapping[str, float] = {"yaw": 0.9, "pitch": 2.4, "roll": 0.5}
#: Share of a condition from which on its eyes are shut in most of it. [D]
SHUT_SHARE = 0.5
#: What another expression turns a still head by, SD of the difference of two conditions, degrees: a
#: jaw aside by 6 degrees, a corner pulled, both, an open jaw, shut lids, a squint of one side. Root
#: mean square of 17 rendered people (0 to 48), light and dark skin, straight and turned by 15
#: degrees: 0.43, 1.02 and 0.44. The roll goes alike in all (0.8 to the other side for jaw and
#: corner together), the pitch of a hard squint by 2. [D]
EXPRESSION_SD: Mapping[str, float] = {"yaw": 0.5, "pitch": 1.0, "roll": 0.5}
#: Said of every contrast of angles that holds it; and of which version was the last that did not.
EXPRESSION = (
    " Differences hold what another expression of the face, such as a jaw aside, a pulled corner, "
    f"shut lids or a squint, makes of a still head: {EXPRESSION_SD['yaw']:g} degrees (SD) of turn "
    f"and tilt, {EXPRESSION_SD['pitch']:g} of nod. A hard squint of one "
    "eye nodded still heads of rendered people by 2 degrees. Where the eyes are shut for most of a "
    f"condition, {np.hypot(SHUT_SD['pitch'], EXPRESSION_SD['pitch']):.1f} of nod are held, and "
    f"{np.hypot(SHUT_SMALL_SD['pitch'], EXPRESSION_SD['pitch']):.1f} where the face is small: lids "
    "that shut read as a nod, which an interval of one condition holds only as the error of its "
    "zero."
)
NO_EXPRESSION = "Up to version {} differences held nothing of another expression of the face."
LESS_OF_LIDS = "Up to version {} they held less of eyes that are shut, above all in a small face."
#: The same of a hand at the chin or the cheek of a turned and tilted head: 1.3, 1.5 and 0.8, root
#: mean square of twelve people, half as much of a straight one. People differ: of six others one
#: (86), turned away from the hand, was off by 3 and 5 degrees, which 95 % limits hold now. [D]
HAND_SD: Mapping[str, float] = {"yaw": 1.6, "pitch": 2.5, "roll": 0.9}
#: The same of a mouthpiece at the lips of a straight, still head: root mean square over twelve
#: rendered people (60 to 71) and those of a trumpet, a trombone, a clarinet and a flute. [D]
MOUTHPIECE_SD: Mapping[str, float] = {"yaw": 0.5, "pitch": 2.4, "roll": 0.2}
#: How far a hand at the face shifts a head aside, root mean square, in % of the distance of the
#: shoulders: a raised hand moves what is seen as the middle of these. [D]
HAND_SHIFT_SD: Mapping[str, float] = {"shift_lateral": 5.0}
#: The most that a working face adds to what a still head seems to move, root mean square, degrees:
#: to all of it (0.82 of these people; a jaw that moves by 2.5 degrees, SD, and nods the head by 0.4
#: for each, 1.0), and from 0.5 to 2.5 Hz (0.59 of these people). A hand adds nothing. [D]
MOST_DEG, MOST_SLOW_DEG = 1.0, 0.7
#: What a still head seems to move anyway, by the noise of the landmarks, at least: no limit lies
#: lower. [D]
NOISE_DEG, NOISE_SLOW_DEG = 0.15, 0.05
NOTE = (
    "the face works, which a still head seems to move with (by up to {most:.1f} degrees, root mean "
    "square): the lower limit and differences hold it"
)

NOISE_NOTE = (
    "a head that keeps still reads up to {most:g} degrees: more than half of this may be the noise "
    "of the landmarks, and it is no more than the upper limit"
)


def works(condition: Condition) -> bool:
    """Tell whether the face works in a condition."""
    return condition.get("task") in OF_THE_FACE


def turned_by(
    condition: Condition, axis: str, *, of_lids: Mapping[str, float] | None = None
) -> float:
    """Return how far face, lids and hand turn a still head on an axis, SD; 0 where they rest.

    Parameters
    ----------
    condition : Condition
    axis : str
    of_lids : mapping of str to float, optional
        What the lids do; None: what the condition says of them.
    """
    said = LIDS_SD if condition.get("eyes") == "closed" else {}
    at_work = (
        (FACE_SD, condition.get("task") in _OPEN),
        (said if of_lids is None else of_lids, True),
        (HAND_SD, condition.get("trick") == "on"),
        (MOUTHPIECE_SD, at_mouthpiece(condition)),
    )
    return float(np.sqrt(sum(sd.get(axis, 0.0) ** 2 for sd, there in at_work if there)))


def differs_by(x: Inputs, axis: str) -> float:
    """Return the part of one condition in what a still head differs by from another, SD.

    That is `turned_by` with what shut lids do to this face, and half of the variance of
    `EXPRESSION_SD`: no task tells whether a jaw goes aside or an eye squints.
    """
    small = any(FACE_SMALL in c.flags for c in x.channels["head"])
    of_shut = SHUT_SMALL_SD if small else SHUT_SD
    by_face = turned_by(x.condition, axis, of_lids=of_shut if shut(x) else {})
    return float(np.hypot(by_face, EXPRESSION_SD[axis] / np.sqrt(2)))


def shut(x: Inputs) -> bool:
    """Tell whether the eyes are shut for most of a condition, as was said or as is seen.

    The lids of a small, dark face are seldom seen to shut: then only what was said tells it.
    """
    if x.condition.get("eyes") == "closed":
        return True
    rows = [i for i, c in enumerate(x.channels["head"]) if c.site == squeezed_eyes.SITE]
    if not rows:
        return False
    nod = np.abs(np.concatenate([b.x[rows[0]][b.mask[rows[0]]] for b in x["head"]]))
    return bool(len(nod) and nod.max() > 0 and (nod > nod.max() / 2).mean() >= SHUT_SHARE)


def shifted_by(condition: Condition, site: str) -> float:
    """Return how far a hand at the face shifts a head that stays, SD in %; 0 without one."""
    return HAND_SHIFT_SD.get(site, 0.0) if condition.get("trick") == "on" else 0.0


def notes(condition: Condition, most: float) -> tuple[str, ...]:
    """Return what is said beside a movement that may be the face's."""
    return (f"{condition.label}: {NOTE.format(most=most)}",) if works(condition) else ()


def noise_notes(condition: Condition, value: Floats, most: float) -> tuple[str, ...]:
    """Return what is said of a movement that may for the larger part be the landmarks' noise.

    Parameters
    ----------
    condition : Condition
    value : ndarray
        Root mean square as seen, degrees.
    most : float
        Of a still head.
    """
    mostly = bool((np.nan_to_num(value) ** 2 < 2 * most**2).any())
    return (f"{condition.label}: {NOISE_NOTE.format(most=most)}",) if mostly else ()


def share(value: Floats, *, most: float, noise: float) -> Floats:
    """Return how much lower the logarithm of a movement is without what the face may add to it.

    Parameters
    ----------
    value : ndarray
        Root mean square movement as seen.
    most, noise : float
        What the face adds at most, and what is there in any case.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.sqrt(np.maximum(value**2 - most**2, np.minimum(noise, value) ** 2))
        return np.asarray(np.log(value / rest))
