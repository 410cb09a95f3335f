"""A simulated person with dystonia of neck and hand, or a healthy one, and what is true of them."""

from __future__ import annotations

import numpy as np

from eutonia.model import Person, Recording, Visit, VisitState
from eutonia.simulate import muscles
from eutonia.simulate.expected import Values
from eutonia.simulate.scenes import SCENES, Setting
from eutonia.simulate.truth import Truth

#: Minutes of the full visit; the pauses between recordings do not count.
FULL_MINUTES = 11.5
_PAUSE_S = 20.0


def simulate(
    *, seed: int = 1, minutes: float = FULL_MINUTES, healthy: bool = False
) -> tuple[Visit, Truth]:
    """Simulate a visit with EMG and EEG, in memory.

    Parameters
    ----------
    seed : int
        The same seed gives the same visit.
    minutes : float
        About how long the signals last together; the tasks are shortened alike.
    healthy : bool
        Without dystonia: no common drive, bursts or overflow, and little co-contraction.

    Returns
    -------
    visit : Visit
        Labelled ``SIMULATED``: rest, maximal contractions, writing (three times), posture without
        and with a sensory trick, self-paced movements and a steady hold.
    truth : Truth
        What each measure should find.

    Raises
    ------
    ValueError
        If `minutes` is too short for one repeat of every task.
    """
    if minutes < 2:
        raise ValueError(f"minutes is {minutes:g}; at least 2 hold every task once")
    pattern = muscles.HEALTHY if healthy else muscles.DYSTONIC
    recordings: list[Recording] = []
    values: Values = {}
    start_s = 0.0
    for rng, scene in zip(np.random.default_rng(seed).spawn(len(SCENES)), SCENES, strict=True):
        found = scene(
            Setting(rng=rng, pattern=pattern, start_s=start_s, scale=minutes / FULL_MINUTES)
        )
        recordings += found.recordings
        values |= found.values
        start_s += found.lasts_s + _PAUSE_S
    visit = Visit(
        id="ses-01",
        person=Person(id="sub-01", age_years=46, sex="female", handedness="right"),
        recordings=tuple(recordings),
        state=VisitState() if healthy else _STATE,
        labels=("SIMULATED",),
    )
    return visit, Truth(values)


_STATE = VisitState(
    form="cervical",
    affected_side="right",
    affected_part="neck and right hand",
    toxin_day=84,
    toxin_cycle=5,
    drugs=(),
    stimulator="none",
    time_of_day="10:15",
    pain=4,
    goal="to write one page without a break",
    goal_rating=3,
    safety_asked=True,
)
