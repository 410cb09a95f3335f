"""Which pictures of a film are shown."""

import numpy as np

from eutonia.film import USUAL, telling_times
from eutonia.model import Channel, Condition, Landmarks, Movement, Span

T_S = np.arange(0, 40, 0.1)


def film(yaw):
    """Return a film of a head of which only the turn is known."""
    channel = Channel(name="yaw", kind="head", unit="deg", site="yaw")
    good = np.ones((1, len(T_S)), dtype=bool)
    movement = Movement(kind="head", channels=(channel,), x=yaw[None], good=good)
    return Landmarks(t_s=T_S, width=640, height=480, parts={}), [movement]


def span(start_s, stop_s, task):
    return Span(recording="a", start_s=start_s, stop_s=stop_s, condition=Condition.of(task=task))


def test_what_only_calibrates_is_shown_once():
    """A head held straight for the zero is far from its usual turn, which is what is shown."""
    yaw = np.where(T_S < 10, 0.0, 30.0 + np.sin(T_S))
    yaw[(T_S > 30) & (T_S < 31)] = 50.0
    landmarks, movements = film(yaw)
    found = telling_times(landmarks, movements, [span(0, 10, "zero"), span(10, 40, "let_go")])
    assert len(found) == USUAL
    assert sum(t < 10 for t in found) == 1
    assert any(30 < t < 31 for t in found)


def test_what_no_segment_names_is_not_shown():
    """A hand that is turned into place before its task is far from usual, and shows nothing."""
    yaw = np.where(T_S < 10, 90.0 * np.sin(T_S), np.sin(T_S))
    found = telling_times(*film(yaw), [span(10, 25, "rest"), span(25, 40, "writing")])
    assert len(found) == USUAL
    assert min(found) >= 10
    assert min(telling_times(*film(yaw), [])) < 10


def test_each_condition_has_a_picture_and_a_repeated_one_no_second():
    """Six conditions with a range have seven pictures and more, twice the same task one less."""
    tasks = ["zero", "let_go", "hold", "range", "counting", "writing"]
    spans = [span(5 * i, 5 * i + 5, task) for i, task in enumerate(tasks)]
    found = telling_times(*film(np.sin(T_S)), [*spans, span(35, 40, "let_go")])
    for s in spans:
        if s.condition.get("task") != "range":
            assert any(s.start_s <= t < s.stop_s for t in found)
    assert len(found) <= 8


def test_each_hand_that_acts_in_its_turn_is_shown():
    """While one hand writes the other is not in the picture; both have pictures of their own."""
    channels = tuple(
        Channel(name=f"{s}_curl", kind="finger", unit="deg", site="index_curl", side=s)
        for s in ("left", "right", "right")
    )
    good = np.array([T_S < 20, T_S >= 20, T_S >= 20])
    x = np.where(good, np.sin(T_S), 0.0)
    landmarks, _ = film(T_S)
    spans = [span(0, 10, "rest"), span(10, 20, "writing"), span(20, 30, "a"), span(30, 40, "b")]
    movement = Movement(kind="finger", channels=channels, x=x, good=good)
    found = telling_times(landmarks, [movement], spans)
    assert [sum(s.start_s <= t < s.stop_s for t in found) >= 1 for s in spans] == [True] * 4


def test_no_condition_takes_the_pictures_of_the_others():
    """What swings most at rest leaves two pictures to each task, none of them at a border."""
    yaw = np.where(T_S < 20, 40.0 * np.sin(T_S), 0.1 * np.sin(T_S))
    spans = [span(0, 20, "rest"), span(20, 30, "let_go"), span(30, 40, "hold")]
    found = telling_times(*film(yaw), spans)
    assert [sum(s.start_s <= t < s.stop_s for t in found) for s in spans] == [2, 2, 2]


def test_a_blink_is_no_picture_that_says_most():
    """What is far from usual for a fifth of a second is passed over, what lasts a second is not."""
    yaw = 30.0 + np.sin(T_S)
    yaw[(T_S > 12) & (T_S < 12.25)] = 90.0
    yaw[(T_S > 30) & (T_S < 31)] = 50.0
    found = telling_times(*film(yaw), [span(0, 40, "let_go")])
    assert any(30 < t < 31 for t in found)
    assert not any(12 < t < 12.25 for t in found)


def test_a_range_is_shown_at_its_ends():
    """To the right at 24 s and to the left at 34 s, each held for a second, beside the rest."""
    yaw = np.sin(T_S)
    yaw[(T_S > 23.5) & (T_S < 24.5)] = 60.0
    yaw[(T_S > 33.5) & (T_S < 34.5)] = -40.0
    landmarks, movements = film(yaw)
    for ends in ([span(0, 20, "let_go"), span(20, 40, "range")], [span(20, 40, "range")]):
        found = telling_times(landmarks, movements, ends)
        assert any(23.5 < t < 24.5 for t in found)
        assert any(33.5 < t < 34.5 for t in found)


def test_one_picture_is_no_end_of_a_range():
    """A top of a tenth of a second is not shown, as it is not measured."""
    yaw = 20 * np.sin(T_S / 6)
    yaw[(T_S > 19.95) & (T_S < 20.05)] = 60.0
    found = telling_times(*film(yaw), [span(0, 40, "range")])
    assert not any(19.9 < t < 20.1 for t in found)
    assert any(abs(t - 3 * np.pi) < 0.5 for t in found)
