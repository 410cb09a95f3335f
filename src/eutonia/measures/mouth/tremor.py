"""Tremor of the jaw and the lips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eutonia.measures import single_tremor as one
from eutonia.measures.covered_mouth import UNSEEN, at_mouthpiece, hidden
from eutonia.measures.jaw_of_head import MOST_OF_HEAD, SAME, OfHead, of_head
from eutonia.measures.nod_of_jaw import SAME_HZ
from eutonia.measures.positions import NECK
from eutonia.model import (
    Condition,
    Each,
    Input,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

OPENING = "jaw_opening"
#: What a jaw that only opens seems to go aside, of the size of its opening: 0.17 to 0.47 where it
#: was seen on rendered people whose jaw trembled. [D]
MOST_OF_OPENING = 0.5
_OF_OPENING = (
    "The opening of the jaw trembles at the same {hz:.1f} Hz, by {opening:.2g} % (root mean "
    "square), and a jaw that only opens seems to go aside by up to "
    f"{MOST_OF_OPENING:g} of that: {{pct:.2g}} % is no more."
)
#: Smaller rhythms may be the landmarks' own noise, % (our rule, unconfirmed). [D]
LEAST_RMS = 0.2

MEASURE = Measure(
    id="mouth.tremor",
    version="5",
    title="Tremor of the jaw",
    unit={"freq": "Hz", "size": "%"},
    tier="supportive",
    sources=(),
    method=f"Of the jaw's opening and of its deviation. {one.METHOD} Size in % of the distance "
    "between the outer corners of the eyes. Not told from what others make of a still jaw is what "
    f"keeps step with a trembling head, up to {MOST_OF_HEAD:g} % for each of its degrees, and a "
    f"deviation at the frequency of the opening, up to {MOST_OF_OPENING:g} of it (our rules).",
    needs=Needs(
        inputs={"mouth": Input(kind="mouth", min_rate_hz=14, min_s=16)},
        target=Each(sites=("jaw_opening", "jaw_deviation")),
        not_tasks=NECK | {"eating", "speaking", "reading", "counting"},
    ),
    scale="difference",
    interval=Jackknife(),
    valid={
        "freq": Range(lo=1, hi=12, shown_by="docs/measures/mouth.tremor"),
        "size": Range(lo=0.2, hi=10, shown_by="docs/measures/mouth.tremor"),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{one.CAUTION} Of a trembling of the jaw the tracker shows 0.3 to 0.95, and of one to "
    "the sides 0.2 to 0.45 (rendered people): do not compare sizes of two people. A jaw that "
    "trembles to the sides may seem to open as well. A head that trembles hides a smaller tremor "
    "of the jaw at its own frequency, and may show at twice or three times it. Behind a "
    "mouthpiece, where a trembling instrument and a played vibrato look the same, it is not "
    f"measured. {UNSEEN}",
    figure="rhythm",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Find the rhythm of the jaw, its frequency and its size; see `MEASURE`."""
    found = one.measured(
        x, "mouth", least_rms=[LEAST_RMS] * len(x.targets), unit="% of the eyes' distance"
    )
    if at_mouthpiece(x.condition):
        return replace(found, reasons=(hidden(x.condition, "the jaw", it="it"),) * len(x.targets))
    if found.blocks is None or found.finish is None:
        return found
    rhythms = found.finish(found.blocks.sum(axis=0))
    held = [
        of_head(x, row, freq_hz=np.nan if why else hz, size_pct=pct)
        for row, why, (hz, pct) in zip(x.targets[:, 0], found.reasons, rhythms, strict=True)
    ]
    reasons = tuple(why or h.reason for why, h in zip(found.reasons, held, strict=True))
    reasons = tuple(
        mine or why for mine, why in zip(_of_opening(x, held, reasons), reasons, strict=True)
    )
    both = any(h.both for h, why in zip(held, reasons, strict=True) if not why)
    return replace(
        found,
        reasons=reasons,
        notes=(*found.notes, SAME) if both else found.notes,
        details={"head_deg": np.array([h.head_deg for h in held])},
    )


def _of_opening(x: Inputs, held: list[OfHead], reasons: tuple[str, ...]) -> tuple[str, ...]:
    """Return, for each target, why it is no more than what the opening makes of it; else empty."""
    sites = [x.channels["mouth"][row].site for row in x.targets[:, 0]]
    told = (h for s, h, why in zip(sites, held, reasons, strict=True) if s == OPENING and not why)
    own = next(told, None)

    def why(site: str, other: OfHead) -> str:
        if own is None or site == OPENING or not abs(other.freq_hz - own.freq_hz) <= SAME_HZ:
            return ""
        if other.size_pct > MOST_OF_OPENING * own.size_pct:
            return ""
        return _OF_OPENING.format(hz=own.freq_hz, opening=own.size_pct, pct=other.size_pct)

    return tuple(map(why, sites, held))


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a jaw that trembles at rest."""
    from eutonia.simulate.mouth import RATE_HZ, channel

    task = Condition.of(task="rest")
    return one.example(seed, channel("jaw_opening"), task, rate_hz=RATE_HZ, rms=1.5)
