"""How long the head can be held straight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.rotation import turned
from eutonia.measures import posture
from eutonia.model import (
    Analytic,
    CannotMeasure,
    Condition,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
    Whole,
)

#: The head is straight within this angle, for at most this long (TWSTRS; clinical-rules §1).
WITHIN_DEG, MOST_S = 10.0, 60.0
#: Standard deviation of the zero that an examiner set, while the head is near it: the landmarks of
#: rendered people 60 to 71 err by 1.3, 1.8 and 0.8 degrees within 15 degrees of straight, and the
#: hand of the examiner by 2 (our rule). [D]
NEAR_SD = {"yaw": 2.4, "pitch": 2.7, "roll": 2.2}
#: Leaving the middle, or being lost from view, for less than this does not end a hold. [D]
LAPSE_S = 0.3

MEASURE = Measure(
    id="head.time_neutral",
    version="1",
    title="Time for which the head is held straight",
    unit="s",
    tier="supportive",
    sources=("MyoblocTWSTRS",),
    method="Longest time for which the head stays within 10 degrees of straight, at most 60 s, "
    "mean of the tries, without a trick; lapses under 0.3 s do not count (our rule). The "
    "interval is what other zeros within their error would give.",
    needs=Needs(
        inputs=posture.head_input(""),
        target=Whole(sites=posture.AXES),
        tasks=frozenset({"hold"}),
    ),
    scale="none",
    interval=Analytic(),
    valid=Range(lo=0, hi=60, shown_by="docs/measures/head.time_neutral"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="60 s is 'completed 60 s'. A try that was stopped counts with the seconds reached: "
    "note why it was stopped. " + posture.CAUTION,
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Return the mean of the longest holds of all tries; see `MEASURE`."""
    if x.condition.get("trick") == "on":
        raise CannotMeasure("The trick was used: this time is taken without a trick.")
    found = np.array([_of_target(x, rows) for rows in x.targets])
    return Result(
        values=found[:, :1],
        lo=found[:, 1:2],
        hi=found[:, 2:],
        n_effective=np.full(len(found), float(len(x["head"]))),
        notes=posture.trunk_notes(x),
    )


def _of_target(x: Inputs, rows: NDArray[np.intp]) -> Floats:
    """Return the mean time of all tries, and with a zero moved along or against the escape."""
    sd = _zero_sd(x, rows)
    each = []
    for block in x["head"]:
        seen = np.asarray(block.mask[rows].all(axis=0))
        found = block.x[rows], seen, block.rate_hz
        way = _escape(*found)
        error = 1.959964 * float(np.sqrt(((way[:, 0] * sd) ** 2).sum())) * way
        each.append([_time(moved, *found) for moved in (0 * error, error, -error)])
    time, *others = np.mean(each, axis=0)
    return np.array([time, min(time, *others), max(time, *others)])


def _zero_sd(x: Inputs, rows: NDArray[np.intp]) -> Floats:
    channels = [x.channels["head"][row] for row in rows]
    anatomical = ["zero_anatomical" in c.flags for c in channels]
    near = [NEAR_SD[c.site] for c in channels]
    return np.where(anatomical, posture.zero_sd(x.channels["head"], rows), near)


def _time(moved: Floats, angles: Floats, seen: NDArray[np.bool_], rate_hz: float) -> float:
    start, stop = longest(_inside(angles + moved, seen), rate_hz=rate_hz)
    return min(MOST_S, (stop - start) / rate_hz)


def _inside(angles: Floats, seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(seen & (posture.deviation(turned(*angles)) < WITHIN_DEG))


def _escape(angles: Floats, seen: NDArray[np.bool_], rate_hz: float) -> Floats:
    """Return in which direction, ``(3, 1)``, the head left the middle after its longest hold."""
    _, stop = longest(_inside(angles, seen), rate_hz=rate_hz)
    after = angles[:, stop : stop + round(rate_hz)][:, seen[stop : stop + round(rate_hz)]]
    way = (after if after.shape[1] else angles[:, seen]).mean(axis=1, keepdims=True)
    return np.asarray(way / max(float(np.linalg.norm(way)), 1e-9))


def longest(inside: NDArray[np.bool_], *, rate_hz: float) -> tuple[int, int]:
    """Return the first sample of the longest stretch inside and that after it, lapses bridged."""
    edges = np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8))
    start, stop = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not len(start):
        return 0, 0
    apart = start[1:] - stop[:-1] >= LAPSE_S * rate_hz
    start, stop = start[np.append(True, apart)], stop[np.append(apart, True)]
    best = int(np.argmax(stop - start))
    return int(start[best]), int(stop[best])


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a try that ends in a slow drift; the truth is its time within 10 degrees."""
    from eutonia.simulate.head import head_recording, held
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    task = Condition.of(task="hold", trick="off")
    t = np.arange(round(40 * RATE_HZ)) / RATE_HZ
    true = held(rng, t, lost_s=rng.uniform(6, 14), away=40.0, over_s=16.0)
    time = _time(np.zeros((3, 1)), true, np.ones(len(t), dtype=bool), RATE_HZ)
    zero = np.array([[NEAR_SD[a]] for a in posture.AXES]) * rng.standard_normal((3, 1))
    seen = zero + true + 0.15 * rng.standard_normal(true.shape)
    made = head_recording(seen, rate_hz=RATE_HZ, condition=task)
    return visit(made), {("head", task.label, ""): time}


#: Of the example.
RATE_HZ = 15.0
