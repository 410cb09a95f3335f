"""Tremor of the jaw and the lips."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from eutonia.measures import single_tremor as one
from eutonia.measures.covered_mouth import UNSEEN, at_mouthpiece, hidden
from eutonia.measures.jaw_of_head import MOST_OF_HEAD, SAME, OfHead, of_head
from eutonia.measures.nod_of_jaw import SAME_HZ
from eutonia.measures.part_seen import (
    GROWS,
    MOST_SHOWN,
    OF_ONE,
    OF_TREMOR,
    OF_TREMOR_ANEW,
    tremor_shown,
    tremor_whole,
)
from eutonia.measures.positions import NECK
from eutonia.measures.rhythm import BEFORE, FILM_SD_HZ, GAIN_SD
from eutonia.model import (
    Absent,
    Condition,
    Each,
    Floats,
    Input,
    Inputs,
    Jackknife,
    Measure,
    Needs,
    Range,
    Result,
    Varying,
    Visit,
)
from eutonia.model.result import Finish

OPENING, ASIDE = "jaw_opening", "jaw_deviation"
#: What a jaw that only opens seems to go aside, of the size of its opening: 0.17 to 0.47 where it
#: was seen on rendered people whose jaw trembled. [D]
MOST_OF_OPENING = 0.5
_OF_OPENING = (
    "The opening of the jaw trembles at the same {hz:.1f} Hz, by {opening:.2g} % as landmarks show "
    "it (root mean square), and a jaw that only opens seems to go aside by up to "
    f"{MOST_OF_OPENING:g} of that: {{pct:.2g}} % is no more."
)
#: Rhythms of which less is shown may be the landmarks' own noise, % (our rule, unconfirmed). [D]
LEAST_RMS = 0.2
#: A tremor of which rendered people showed less than that, %, by site; and what is said of it. [D]
MISSED = {"jaw_opening": 1.0, "jaw_deviation": 2.0}
_MISSED = (
    " Landmarks show a small part of a small tremor: of some rendered people one of up to {:g} % "
    "showed no more."
)
_UNIT = "% of the eyes' distance as landmarks show it"

MEASURE = Measure(
    id="mouth.tremor",
    version="7",
    title="Tremor of the jaw",
    unit={"freq": "Hz", "size": "%"},
    tier="supportive",
    sources=(),
    method=f"Of the jaw's opening and of its deviation. {one.METHOD} Size in % of the distance "
    "between the outer corners of the eyes, of the jaw itself: of what landmarks show (s, %) it is "
    f"{OF_ONE[OPENING]:g} s^{GROWS:g} of the opening and {OF_ONE[ASIDE]:g} s^{GROWS:g} of the "
    f"deviation, or s over {MOST_SHOWN[OPENING]:g} and over {MOST_SHOWN[ASIDE]:g} if that is more, "
    f"as in the mean of rendered people, and its limits hold {OF_TREMOR:g} (SD of the logarithm) "
    f"for how these differ; so do differences, and {OF_TREMOR_ANEW:g} between conditions. At least "
    f"{LEAST_RMS:g} % has to be shown. Not told from what others make of a still jaw is what "
    f"keeps step with a trembling head, up to {MOST_OF_HEAD:g} % for each of its degrees, and a "
    f"deviation at the frequency of the opening, up to {MOST_OF_OPENING:g} of it (our rules).",
    needs=Needs(
        inputs={"mouth": Input(kind="mouth", min_rate_hz=14, min_s=16)},
        target=Each(sites=(OPENING, ASIDE)),
        not_tasks=NECK | {"eating", "speaking", "reading", "counting"},
    ),
    scale="difference",
    interval=Jackknife(),
    valid={
        "freq": Range(lo=1, hi=12, shown_by="docs/measures/mouth.tremor"),
        "size": Range(lo=0.6, hi=4, shown_by="docs/measures/mouth.tremor"),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution=f"{one.CAUTION} On rendered people landmarks show 0.07 to 0.9 of a trembling of the "
    "jaw, least of the smallest and of dark skin, and 0.07 to 0.34 of one to the sides. The "
    "size is that of the jaw, three times what is shown of a small one, and the interval holds how "
    "people differ (79 of 79 sizes of people by whom nothing was chosen). How much is shown of "
    "real faces is not "
    "known. A tremor of less than 1 % (2 % to the sides) can be missed. Compare one person in one "
    "view. A jaw that trembles to the sides may seem to open as well. A head that trembles hides a "
    "smaller tremor of the jaw at its own frequency, and may show at twice or three times it. "
    "Behind a mouthpiece, where a trembling instrument and a played vibrato look the same, it is "
    f"not measured. {UNSEEN}",
    history=f"Up to version 5 the size was what is shown. {BEFORE.format(6)}",
    figure="rhythm",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Find the rhythm of the jaw, its frequency and its size; see `MEASURE`."""
    found = one.measured(
        x,
        "mouth",
        least_rms=[LEAST_RMS] * len(x.targets),
        unit=_UNIT,
        gain_sd=float(np.hypot(GAIN_SD, OF_TREMOR)),
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
    finish = _Whole(shown=found.finish, sites=_sites(x))
    both = any(h.both for h, why in zip(held, reasons, strict=True) if not why)
    return replace(
        found,
        finish=finish,
        varying=_varying(finish(found.blocks.sum(axis=0))),
        reasons=tuple(map(_missed, reasons, _sites(x))),
        notes=(*found.notes, SAME) if both else found.notes,
        details={
            "head_deg": np.array([h.head_deg for h in held]),
            "size.shown_pct": np.array([h.size_pct for h in held]),
        },
    )


@dataclass(frozen=True, kw_only=True)
class _Whole:
    """Pure function from summed densities to frequency and the size of the jaw's own tremor."""

    shown: Finish
    sites: tuple[str, ...]

    def __call__(self, total: Floats) -> Floats:
        out = np.array(self.shown(total))
        for i, site in enumerate(self.sites):
            out[..., i, 1] = tremor_whole(out[..., i, 1], site)
        return out


def _varying(value: Floats) -> Varying:
    """Return what differences hold of the film, and of the part of the size that is shown."""
    of_freq, of_size = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    return Varying(
        sd=FILM_SD_HZ * of_freq + np.nan_to_num(value) * OF_TREMOR_ANEW * of_size,
        gain=np.tile(OF_TREMOR * of_size, (len(value), 1)),
    )


def _missed(reason: str, site: str) -> str:
    """Return why there is no tremor, with how large one may be missed."""
    if not isinstance(reason, Absent):
        return reason
    return Absent(reason + _MISSED.format(MISSED[site]))


def _sites(x: Inputs) -> tuple[str, ...]:
    return tuple(x.channels["mouth"][row].site for row in x.targets[:, 0])


def _of_opening(x: Inputs, held: list[OfHead], reasons: tuple[str, ...]) -> tuple[str, ...]:
    """Return, for each target, why it is no more than what the opening makes of it; else empty."""
    sites = _sites(x)
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
    """Simulate a jaw that trembles at rest, partly shown."""
    from eutonia.simulate.mouth import RATE_HZ, channel

    task, size = Condition.of(task="rest"), 1.5
    seen_as = size * np.exp(OF_TREMOR * np.random.default_rng([seed, 1]).standard_normal())
    rms = float(tremor_shown(seen_as, OPENING))
    made, truth = one.example(
        seed, channel(OPENING), task, rate_hz=RATE_HZ, rms=rms, gain_sd=GAIN_SD
    )
    return made, {key: size if key[-1] == "size" else value for key, value in truth.items()}
