"""Time in which the thumb is held against a finger, as around a pen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.hand_sight import (
    GUESSED,
    HIDDEN,
    LEAST_BLOCKS,
    PALM,
    by_sight,
    first_of,
    seen_as,
    too_short,
    within_percent,
)
from eutonia.measures.positions import BLOCK_S, Series, from_camera, mean, position_sums
from eutonia.model import (
    Block,
    BlockBootstrap,
    Channel,
    Condition,
    Each,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Varying,
    Visit,
)
from eutonia.stats.normal import HALF_95

#: Tips nearer than this are held together, % of the palm (our rule, as for the flag of the
#: derivation, unconfirmed). [D]
GRIP_PERCENT = 35.0
#: How far off the distance may be read, % of the palm, by how the better seen of index and middle
#: finger was seen: from the thumb's side, from the palm, guessed. It held 98, 98 and 97 % of the
#: pictures of rendered hands, people 0 to 9, by whom it was chosen, and 97 to 100, 98 to 100 and 94
#: to 98 % of people 10 to 21 and 40 to 55 (19 from every side, up to version 2, held 88 to 93, 29
#: to 53 and 81 to 83 % of these). [D]
DOUBT_PERCENT = {"": (25.0,), PALM: (34.0,), GUESSED: (34.0,)}

MEASURE = Measure(
    id="hand.grip",
    version="3",
    title="Time the thumb is held against a finger",
    unit="%",
    tier="supportive",
    sources=(),
    method="Share of the time in which the tip of the thumb is nearer to that of the index or "
    f"middle finger than {GRIP_PERCENT:g} % of the palm (wrist to middle knuckle; our rule, "
    "unconfirmed), as around a pen or a bow. The limits also hold what limits of "
    "10 and 60 % give, because the distance is read that much too long or too short in rendered "
    "hands seen from the thumb's side, and of 1 and 69 % from the palm and where the bend of both "
    "fingers is guessed; so do those of a contrast. A fingertip that is hidden behind two fingers "
    "does not count.",
    needs=Needs(inputs=from_camera("finger"), target=Each(sites=("grip",))),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S, least=LEAST_BLOCKS),
    valid=Range(lo=0, hi=100, shown_by="docs/measures/hand.grip"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Tips near that distance are read now as held and now as not: then the interval is "
    "wide. Look at the film. Tools are not seen: a fist and a pinch without a tool look the same, "
    "and a tool held otherwise is missed. While a tool is held, the joints that it hides are "
    "guessed by the model and look more usual than they are. Up to version 2 hidden fingertips "
    "counted, and the interval held as little from every side. Less than 18 s give no number.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum time in a grip over blocks of three seconds; see `MEASURE`."""
    rows, channels = x.targets[:, 0], x.channels["finger"]

    def shares(percent: float | Floats) -> tuple[Floats, NDArray[np.intp]]:
        def held(block: Block) -> Series:
            near = (block.x[rows] < percent).astype(np.float64)
            return near, block.mask[rows], block.rate_hz

        return position_sums(map(held, x["finger"]))

    reach = np.nan_to_num(by_sight(channels, rows, DOUBT_PERCENT))
    blocks, span = shares(GRIP_PERCENT)
    value, fewest, most = (
        _finish(of.sum(axis=0))
        for of in (blocks, shares(GRIP_PERCENT - reach)[0], shares(GRIP_PERCENT + reach)[0])
    )
    below, above = value - fewest, most - value
    doubt = np.maximum(below, above) / HALF_95
    return Result(
        blocks=blocks,
        finish=_finish,
        span=span,
        limits=within_percent(below, above),
        varying=Varying(sd=doubt, sides=doubt),
        reasons=first_of(_tips_hidden(channels, rows), too_short(blocks)),
    )


def _tips_hidden(channels: tuple[Channel, ...], rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return a sentence for each hand whose index and middle finger were both hidden."""
    why = (
        "Index and middle finger were hidden behind the others, so that it is not known how far "
        "the thumb is from their tips. Film the hand from the thumb's side."
    )
    return tuple(why if seen_as(channels[row]) == HIDDEN else "" for row in rows)


def _finish(total: Floats) -> Floats:
    return 100 * mean(total)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a thumb that comes and goes, read too near or too far; the truth is exact."""
    from scipy.signal import lfilter
    from scipy.special import ndtr

    from eutonia.simulate.fingers import RATE_HZ, channel
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    middle, spread, keeps = 40.0, 20.0, float(np.exp(-1 / (0.3 * RATE_HZ)))
    steps = np.sqrt(1 - keeps**2) * rng.standard_normal(round(120 * RATE_HZ))
    misread = DOUBT_PERCENT[""][0] / HALF_95 * rng.standard_normal()
    x = middle + misread + spread * lfilter([1.0], [1.0, -keeps], steps)
    share = float(ndtr((GRIP_PERCENT - middle) / spread))
    thumb = channel("grip", "right")
    task = Condition.of(task="grasping")
    made = visit(recording(x[None], (thumb,), rate_hz=RATE_HZ, condition=task))
    return made, {(thumb.label, task.label, ""): 100 * share}
