"""What is drawn into a picture lies where it was seen, and says what was measured."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.model import Channel, Landmarks, Movement, Points
from eutonia.tracking.overlay import (
    _from_least,
    _Strip,
    _words,
    annotated,
    said,
    write_overlay,
)
from eutonia.tracking.privacy import Film, rate_of
from eutonia.tracking.video import pictures

N = 6


@pytest.fixture
def lids():
    """Return lids of which the left one shuts in the third picture."""
    channels = tuple(
        Channel(name=f"closure_{s}", kind="lid", unit="1", site="closure", side=s)
        for s in ("left", "right")
    )
    x = np.zeros((2, N))
    x[0, 2] = 0.9
    return Movement(kind="lid", channels=channels, x=x, good=np.ones((2, N), dtype=bool))


BLACK = np.zeros((480, 640, 3), dtype=np.uint8)


def test_points_are_drawn_where_they_were_seen(landmarks):
    """Each point of the hand is white in its picture, and black ten pixels on in the next."""
    out = annotated(BLACK, landmarks, 1)
    x, y = np.round(landmarks.parts["left_hand"].xyz[1, 0, :2]).astype(int)
    assert (out[y, x] == 255).all()
    assert not BLACK.any()


def test_a_part_that_was_lost_is_not_drawn(landmarks):
    """Where nothing was seen, nothing is drawn."""
    out = annotated(BLACK, landmarks, N - 1)
    assert not out.any()


def test_a_shut_lid_is_red_at_the_person_s_side(landmarks, lids):
    """The bar of the left eye stands at the right of the picture and is red while it is shut."""
    shut, open_ = (annotated(BLACK, landmarks, i, movements=[lids]) for i in (2, 1))

    def red(picture):
        corner = picture[:140, 540:].astype(int)
        return corner[..., 2] > corner[..., :2].max(axis=-1) + 150

    assert red(shut)[:, 60:].any()
    assert not red(shut)[:, :40].any()
    assert not red(open_).any()


def test_a_finger_that_the_camera_cannot_see_shows_no_angle():
    """A hidden finger has no number, a guessed one says so, one that is seen has its angle."""
    channels = tuple(
        Channel(name=f, kind="finger", unit="deg", site=f"{f}_curl", side="left", flags=flags)
        for f, flags in (("index", ()), ("ring", ("bend_guessed",)), ("little", ("bend_hidden",)))
    )
    x = np.full((3, 1), 40.0)
    movement = Movement(kind="finger", channels=channels, x=x, good=np.ones((3, 1), dtype=bool))
    seen, guessed, hidden = _words(movement, 0)
    assert seen == "left index: curl +40 deg"
    assert guessed == "left ring: curl +40 deg (guess)"
    assert hidden == "left little: hidden"


@pytest.mark.parametrize(
    ("nearer", "sure", "away", "arm"),
    [
        (20, 1.0, {}, True),
        (200, 1.0, {}, False),
        (45, 1.0, {}, False),
        (20, 0.3, {}, False),
        (20, 1.0, {13: (100, 475)}, False),
        (20, 1.0, {0: (100, -30)}, False),
    ],
)
def test_a_film_of_a_hand_shows_no_body_but_its_arm(landmarks, nearer, sure, away, arm):
    """An arm that ends at the hand is drawn; a body is not, nor an arm that was guessed."""
    hand = landmarks.parts["left_hand"]
    xyz = hand.xyz.copy()
    xyz[:, 9] = xyz[:, 0] + [0, 60, 0]
    body = np.full((N, 33, 3), 100, dtype=np.float32)
    body[:, :, 1] = 30 + 4 * np.arange(33)
    for k, at in away.items():
        body[:, k, :2] = at
    body[:, 15] = xyz[:, 0] + [nearer, 0, 0]
    one, visible = np.ones(N, dtype=np.float32), np.ones((N, 33), dtype=np.float32)
    visible[:, 13] = sure
    parts = {
        "left_hand": Points(xyz=xyz, score=one),
        "body": Points(xyz=body, score=one, visible=visible),
    }
    out = annotated(BLACK, replace(landmarks, parts=parts), 0)
    shoulder, foot = body[0, 11, :2].astype(int), body[0, 31, :2].astype(int)
    assert out[shoulder[1], shoulder[0]].any() == arm
    assert not out[foot[1], foot[0]].any()


@pytest.mark.parametrize("face", [False, True])
def test_in_a_film_of_more_than_hands_the_whole_body_is_drawn(landmarks, face):
    """Where the face is looked for too, or no hand, no line of the body depends on the hand."""
    body = np.full((N, 33, 3), 100, dtype=np.float32)
    body[:, :, 1] = 30 + 4 * np.arange(33)
    one, visible = np.ones(N, dtype=np.float32), np.ones((N, 33), dtype=np.float32)
    parts = {"body": Points(xyz=body, score=one, visible=visible)}
    if face:
        parts |= {
            "face": Points(xyz=np.full((N, 478, 3), 300, np.float32), score=one),
            "left_hand": landmarks.parts["left_hand"],
        }
    out = annotated(BLACK, replace(landmarks, parts=parts), 0)
    assert all(out[y, x].any() for x, y in body[0, 11:, :2].astype(int))


def test_a_lid_that_is_opened_wide_is_not_shut():
    """Wider than usual is 0 % shut, not less than nothing."""
    channel = Channel(name="left lid", kind="lid", unit="1", site="lid", side="left")
    x, good = np.full((1, 1), -0.25), np.ones((1, 1), dtype=bool)
    (line,) = _words(Movement(kind="lid", channels=(channel,), x=x, good=good), 0)
    assert line.endswith(": +0 % shut")


def test_a_finger_that_was_hidden_is_drawn_in_grey_and_a_guessed_one_pale(landmarks):
    """Its outer bones are guesses; its knuckle and the fingers that were seen keep their colour."""

    def drawn(flags):
        names = ("index", "middle", "ring", "little")
        fingers = tuple(
            Channel(name=f, kind="finger", unit="deg", site=f"{f}_curl", side="left", flags=flags)
            for f in names
        )
        x, good = np.zeros((4, N)), np.ones((4, N), dtype=bool)
        movement = Movement(kind="finger", channels=fingers, x=x, good=good)
        return annotated(BLACK, landmarks, 0, movements=[movement]).astype(int)

    def grey(picture):
        return ((np.ptp(picture, axis=-1) < 3) & (abs(picture[..., 0] - 150) < 3)).any()

    def pale(picture):
        return (abs(picture - [250, 215, 170]).max(axis=-1) < 3).any()

    assert grey(drawn(("bend_hidden",)))
    assert pale(drawn(("bend_guessed",)))
    for flags in ((), ("bend_guessed",)):
        assert not grey(drawn(flags))
    for flags in ((), ("bend_hidden",)):
        assert not pale(drawn(flags))
    # The palm's outline is still blue.
    assert (np.ptp(drawn(("bend_hidden",)), axis=-1) > 150).any()


def test_a_hand_that_is_not_seen_leaves_its_room_to_the_other():
    """Each finger of the hand in the picture has one line, its curl first; the other hand none."""
    sites = ("index_mcp", "index_pip", "index_curl", "grip")
    channels = tuple(
        Channel(
            name=f"{side}_{s}", kind="finger", unit="%" if s == "grip" else "deg", site=s, side=side
        )
        for side in ("left", "right")
        for s in sites
    )
    x = np.tile([[10.0], [20.0], [35.0], [50.0]], (2, 1))
    good = np.repeat([[False], [True]], 4, axis=0)
    movement = Movement(kind="finger", channels=channels, x=x, good=good)
    assert _words(movement, 0) == [
        "right index: curl +35, mcp +10, pip +20 deg",
        "right grip: +50 % as seen",
    ]


def test_a_shut_mouth_is_not_written_as_an_open_one():
    """The chin is 80 % below the nose while the mouth is shut: a jaw of 100 % is open by 20 %."""
    jaw = Channel(name="jaw opening", kind="mouth", unit="%", site="jaw_opening")
    x = np.where(np.arange(N) % 4 == 0, 100.0, 80.0)[None]
    shown = _from_least(Movement(kind="mouth", channels=(jaw,), x=x, good=np.ones(x.shape, bool)))
    assert _words(shown, 0) == ["jaw opening: +20 % as seen"]
    assert _words(shown, 1) == ["jaw opening: +0 % as seen"]


def test_what_is_there_for_the_measures_alone_is_not_written():
    """A hand before the face, the turn in the mouth's fit, a hand's lie, what a jaw nods: none."""
    told = [
        ("head", "yaw", "deg"),
        ("head", "face_hidden", "1"),
        ("mouth", "head_yaw", "deg"),
        ("mouth", "lid_gap", "%"),
    ]
    told += [("finger", "hand_palm", "deg"), ("head", "nod_of_jaw", "deg")]
    lines = []
    for kind, site, unit in told:
        channel = Channel(name=site, kind=kind, unit=unit, site=site)
        x, good = np.zeros((1, 1)), np.ones((1, 1), dtype=bool)
        lines += _words(Movement(kind=kind, channels=(channel,), x=x, good=good), 0)
    assert lines == ["yaw: +0 deg"]


def test_what_is_shown_in_part_is_said_to_be_seen():
    """The report gives the chin's whole way, the film the part of it that landmarks show."""
    sites = ("jaw_deviation", "lip_gap")
    channels = tuple(Channel(name=s, kind="mouth", unit="%", site=s) for s in sites)
    x, good = np.full((2, 1), 4.0), np.ones((2, 1), dtype=bool)
    lines = _words(Movement(kind="mouth", channels=channels, x=x, good=good), 0)
    assert lines == ["jaw deviation: +4 % as seen", "lip gap: +4 % as seen"]


def test_an_event_is_written_while_it_lasts(landmarks):
    """It stands below the time during the event; a mark without duration shows a while."""
    events = [(0.05, 0.15, "let go"), (0.45, 0.45, "touch")]
    lines = [said(landmarks, i, movements=(), events=events) for i in range(6)]
    assert [one[1:] for one in lines] == [[], *[["let go"]] * 3, [], ["touch"]]
    assert lines[1][0] == "0.10 s"


def test_the_copy_has_every_picture(landmarks, lids, tmp_path):
    """A video and its copy have as many pictures, and the drawing follows the movement."""
    source, out = tmp_path / "hand.avi", tmp_path / "hand-overlay.avi"
    with Film(source, width=640, height=480, rate_hz=10) as film:
        for _ in range(N):
            film.add(BLACK)
    write_overlay(source, landmarks, out, movements=[lids])
    drawn = [p for _, p in pictures(out)]
    assert len(drawn) == N
    centres = [np.flatnonzero(p[280:400].max(axis=(0, 2)) > 128).mean() for p in drawn[:-1]]
    np.testing.assert_allclose(np.diff(centres), 10, atol=2)


@pytest.mark.parametrize("size", [(854, 480), (480, 854), (321, 241)])
@pytest.mark.parametrize("n", [2, 34])
def test_what_is_written_covers_nothing_of_the_picture(size, n):
    """The values stand beside it, each line in full, in a film whose width is even."""
    width, height = size
    lines = [f"right corner out {k}: +31 %" for k in range(n)]
    strip = _Strip([lines, lines[:1]], width=width, height=height)
    picture = np.full((height, width, 3), 200, dtype=np.uint8)
    both = strip.beside(picture, lines)
    assert both.shape == (height, width + strip.width, 3)
    assert both.shape[1] % 2 == 0
    assert (both[:, :width] == 200).all()
    written = both[:, width:].max(axis=2) > 150
    assert not written[:, -6:].any()
    rows = np.flatnonzero(written.any(axis=1))
    assert (np.diff(rows) > 1).sum() + 1 == n or height < 300


@pytest.fixture
def uneven():
    """Return times of a phone: 24 to 31 pictures a second, and a pause of 0.6 s."""
    steps = np.random.default_rng(2).uniform(1 / 31, 1 / 24, 89)
    steps[40] += 0.6
    return np.concatenate([[0.0], np.cumsum(steps)])


@pytest.mark.parametrize(("ending", "off_s"), [("mp4", 2e-5), ("mov", 2e-5), ("avi", 0.05)])
def test_a_film_plays_at_its_own_times(uneven, tmp_path, ending, off_s):
    """Every picture is shown at its time, and the pause stays a pause; AVI to two pictures."""
    path = tmp_path / f"x.{ending}"
    with Film(path, width=640, height=480, rate_hz=rate_of(uneven)) as film:
        for i, t in enumerate(uneven):
            picture = BLACK.copy()
            picture[:, 7 * i : 7 * i + 7] = 255
            film.add(picture, t_s=t)
    played = list(pictures(path))
    shown = [
        (round(np.flatnonzero(p.mean(axis=(0, 2)) > 128).mean() - 3) // 7, t) for t, p in played
    ]
    first = dict(reversed(shown))
    assert sorted(first) == list(range(90))
    np.testing.assert_allclose([first[i] for i in range(90)], uneven, atol=off_s)
    if ending != "avi":
        assert len(played) == 90


def test_the_copy_plays_at_the_times_of_the_report(landmarks, tmp_path):
    """A copy of landmarks whose times are uneven has these times, not a constant rate."""
    source, out = tmp_path / "hand.mp4", tmp_path / "hand-overlay.mp4"
    t_s = np.array([0.0, 0.1, 0.25, 0.3, 0.9, 1.0])
    with Film(source, width=640, height=480, rate_hz=10) as film:
        for t in t_s:
            film.add(BLACK, t_s=t)
    write_overlay(source, replace(landmarks, t_s=t_s), out)
    np.testing.assert_allclose([t for t, _ in pictures(out)], t_s, atol=2e-5)


def looked_for(every, n=60, lost=()):
    """Return landmarks of a hand that is looked for in every so many pictures of 30 a second."""
    xyz = np.full((n, 21, 3), np.nan, dtype=np.float32)
    looks = [i for i in range(0, n, every) if i not in lost]
    xyz[looks, :, 0] = 200 + np.arange(21) * 2
    xyz[looks, :, 1] = 300 + np.arange(21) % 4 * 20
    hand = Points(xyz=xyz, score=np.where(np.isnan(xyz[:, 0, 0]), 0, 1).astype(np.float32))
    return Landmarks(t_s=np.arange(n) / 30, width=640, height=480, parts={"left_hand": hand})


def drawn(landmarks):
    """Return in which pictures of the film the hand is drawn."""
    shown = [annotated(BLACK, landmarks, i).any() for i in range(landmarks.n_frames)]
    return np.flatnonzero(shown).tolist()


def test_a_part_that_is_looked_for_now_and_then_does_not_flicker():
    """Its lines stay from look to look; where a look found nothing they end."""
    assert drawn(looked_for(4)) == list(range(60))
    lost = drawn(looked_for(4, lost=(20, 24)))
    assert lost == [*range(20), *range(28, 60)]


def test_a_part_that_is_looked_for_in_every_picture_vanishes_at_once():
    """No line stays of a hand that one picture lost."""
    assert drawn(looked_for(1, lost=(20, 41))) == [i for i in range(60) if i not in (20, 41)]


def test_the_pictures_of_the_report_show_only_their_own_moment():
    """Where it is none of a film, nothing of an earlier picture is drawn."""
    landmarks = looked_for(4)
    assert not annotated(BLACK, landmarks, 3, film=False).any()
    assert annotated(BLACK, landmarks, 4, film=False).any()


def test_words_of_a_side_have_its_colour_so_that_they_are_the_legend():
    """The line of a left channel is bluer than red, of a right one redder, of neither grey."""
    lines = [["left lid: 10 % shut"], ["right lid: 10 % shut"], ["yaw: +3 deg"]]
    strip = _Strip(lines, width=400, height=400)
    left, right, none = (
        strip.beside(np.zeros((400, 400, 3), dtype=np.uint8), line)[:, 400:].max(axis=(0, 1))
        for line in lines
    )
    assert left[0] > left[2] + 50
    assert right[2] > right[0] + 50
    assert none[0] == none[2]


def test_a_lid_says_how_far_it_is_shut(landmarks, lids):
    """A shut left lid is 90 % shut in words, as its bar is."""
    lines = said(landmarks, 2, movements=[lids], events=[])
    (left,) = (line for line in lines if line.startswith("left"))
    assert left.endswith(f" {100 * lids.x[0, 2]:+.0f} % shut")
