"""What no measure says is not shown beside a film either."""

from dataclasses import replace

import numpy as np

from eutonia.measures.withheld import tells, without_hidden
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


def test_single_outer_joints_and_spreading_from_a_side_are_not_shown():
    """Beside a film stands what is measured: knuckle, outer joints together, and curl."""
    joints = ("mcp", "pip", "dip", "pip_dip", "mcp_abduction", "curl")
    for flags, spread in (((), set()), (("bend_from_palm",), {"index_mcp_abduction"})):
        channels = tuple(replace(channel(f"index_{j}"), flags=flags) for j in joints)
        x = np.arange(len(joints))[:, None] * np.ones(len(T_S))
        hand = Movement(kind="finger", channels=channels, x=x, good=np.ones(x.shape, dtype=bool))
        (kept,) = without_hidden((hand,), T_S, [])
        shown = {c.site: float(v[0]) for c, v in zip(kept.channels, kept.x, strict=True)}
        assert shown.keys() == {"index_mcp", "index_pip_dip", "index_curl"} | spread
        assert (shown["index_pip_dip"], shown["index_curl"]) == (3.0, 5.0)


def test_what_reads_wrong_from_ahead_is_not_shown():
    """Grip and wrist stand beside a film from the side, not beside one from ahead; a curl does."""
    for site in ("grip", "wrist_flexion", "wrist_deviation"):
        assert tells(site, ())
        assert not tells(site, ("bend_from_front",))
    assert tells("index_curl", ("bend_from_front",))
