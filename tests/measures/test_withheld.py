"""What no measure says is not shown beside a film either."""

import numpy as np

from eutonia.measures.withheld import without_hidden
from eutonia.model import Condition, Movement, Span
from eutonia.simulate.mouth import channel
from eutonia.tracking.overlay import _words

T_S = np.arange(30) / 10
SITES = ("jaw_opening", "lip_gap", "lip_height", "jaw_deviation", "lip_width")


def _shown(i):
    """Return what the overlay writes of one picture of a mouth: playing from 1 to 2 s."""
    mouth = Movement(
        kind="mouth",
        channels=tuple(map(channel, SITES)),
        x=np.full((len(SITES), len(T_S)), 7.0),
        good=np.ones((len(SITES), len(T_S)), dtype=bool),
    )
    tasks = ("rest", "mouthpiece", "speaking")
    spans = [
        Span(
            recording="film",
            start_s=float(n),
            stop_s=float(n + 1),
            condition=Condition.of(task=task),
        )
        for n, task in enumerate(tasks)
    ]
    (kept,) = without_hidden((mouth,), T_S, spans)
    return dict(line.split(": ") for line in _words(kept, i))


def test_jaw_and_lips_behind_a_mouthpiece_have_no_number():
    """While it is at the lips a dash stands for them; what is in view, or was before, is read."""
    for before_or_after in (5, 25):
        assert "-" not in _shown(before_or_after).values()
    playing = _shown(15)
    guessed = {label for label, words in playing.items() if words == "-"}
    assert guessed == {"jaw opening", "lip gap", "lip height"}
    assert playing.keys() - guessed == {"jaw deviation", "lip width"}
