"""What is said of a film in which every finger of a hand is guessed."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.derive.hand_view import guessed_view, small_from_ahead
from eutonia.model import Channel, Landmarks, Movement, Points

_FINGERS = ("index", "middle", "ring", "little")


def _film(flags, *, share=1.0, face=False):
    """Return a film of a right hand whose fingers have the given flags."""
    seen = np.arange(100) < 100 * share
    points = np.where(seen[:, None, None], 1.0, np.nan).astype(np.float32)
    hand = Points(xyz=np.broadcast_to(points, (100, 21, 3)), score=seen.astype(np.float32))
    parts = {"right_hand": hand}
    if face:
        parts["face"] = Points(xyz=np.ones((100, 478, 3), np.float32), score=np.ones(100))
    channels = tuple(
        Channel(
            name=f"right_{f}_curl",
            kind="finger",
            unit="deg",
            site=f"{f}_curl",
            side="right",
            flags=own,
        )
        for f, own in zip(_FINGERS, flags, strict=True)
    )
    x = np.zeros((4, 100))
    moved = Movement(kind="finger", channels=channels, x=x, good=np.ones(x.shape, bool))
    return Landmarks(t_s=np.arange(100) / 30, width=640, height=480, parts=parts), [moved]


_GUESSED, _HIDDEN = ("bend_guessed",), ("bend_hidden",)


def test_a_hand_of_which_no_finger_shows_its_bend_is_said():
    """Which hand, and that its pictures are to be looked at."""
    (issue,) = guessed_view(*_film([_GUESSED, _GUESSED, _HIDDEN, _HIDDEN]))
    assert issue.code == "guessed_view"
    assert issue.severity == "warning"
    assert "right hand" in issue.message and "Look at the pictures" in issue.message


@pytest.mark.parametrize(
    ("flags", "film"),
    [
        ([(), _GUESSED, _HIDDEN, _HIDDEN], {}),
        ([("bend_from_front",)] * 4, {}),
        ([_GUESSED] * 4, {"share": 0.3}),
        ([_GUESSED] * 4, {"face": True}),
        ([("hand_small", "bend_guessed")] * 4, {}),
    ],
    ids=["one finger seen", "from ahead", "seldom there", "with a face", "too small anyway"],
)
def test_nothing_is_said_where_a_finger_shows_or_the_film_is_not_of_the_hand(flags, film):
    """A passing hand, a face, a finger seen from its side, and a hand that gives no number."""
    assert not guessed_view(*_film(flags, **film))


@pytest.mark.parametrize(
    ("palm_px", "flags", "said"),
    [(63, ("bend_from_front",), 1), (140, ("bend_from_front",), 0), (63, ("bend_from_palm",), 0)],
)
def test_a_hand_that_is_small_from_ahead_is_said(palm_px, flags, said):
    """With the pixels of its palm; a large one, and one that is seen from the palm, is not."""
    film, moved = _film([flags, (), (), ()])
    points = film.parts["right_hand"].xyz.copy()
    points[:, 9, 1] += palm_px
    hand = Points(xyz=points, score=film.parts["right_hand"].score)
    found = small_from_ahead(replace(film, parts={"right_hand": hand}), moved)
    assert len(found) == said
    assert all("63 pixels" in issue.message for issue in found)
