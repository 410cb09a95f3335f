"""People who differ: sex, age, origin, build, face, skin, hair, eyes, each drawn from a seed.

Seeds 0 to 99 are for development, 100 to 199 judge: see `JUDGES`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

#: Seeds that must not be used for development.
JUDGES = range(100, 200)

#: Shape targets that come in pairs of opposite meaning: (without the ending, less, more).
SHAPES = (
    ("head/head-scale-depth", "decr", "incr"),
    ("head/head-scale-horiz", "decr", "incr"),
    ("head/head-scale-vert", "decr", "incr"),
    ("head/head-fat", "decr", "incr"),
    ("chin/chin-bones", "decr", "incr"),
    ("chin/chin-height", "decr", "incr"),
    ("chin/chin-prominent", "decr", "incr"),
    ("chin/chin-width", "decr", "incr"),
    ("cheek/{side}-cheek-bones", "decr", "incr"),
    ("cheek/{side}-cheek-volume", "decr", "incr"),
    ("forehead/forehead-nubian", "decr", "incr"),
    ("forehead/forehead-scale-vert", "decr", "incr"),
    ("forehead/forehead-temple", "decr", "incr"),
    ("nose/nose-base", "down", "up"),
    ("nose/nose-hump", "decr", "incr"),
    ("nose/nose-point-width", "decr", "incr"),
    ("nose/nose-scale-depth", "decr", "incr"),
    ("nose/nose-scale-horiz", "decr", "incr"),
    ("nose/nose-scale-vert", "decr", "incr"),
    ("nose/nose-width1", "decr", "incr"),
    ("nose/nose-width3", "decr", "incr"),
    ("mouth/mouth-scale-horiz", "decr", "incr"),
    ("mouth/mouth-trans", "down", "up"),
    ("mouth/mouth-lowerlip-volume", "decr", "incr"),
    ("mouth/mouth-upperlip-volume", "decr", "incr"),
    ("eyes/{side}-eye-scale", "decr", "incr"),
    ("eyes/{side}-eye-trans", "in", "out"),
    ("eyes/{side}-eye-corner2", "down", "up"),
    ("eyes/{side}-eye-bag", "decr", "incr"),
    ("eyebrows/eyebrows-trans", "down", "up"),
    ("eyebrows/eyebrows-angle", "down", "up"),
    ("ears/{side}-ear-wing", "decr", "incr"),
    ("ears/{side}-ear-scale", "decr", "incr"),
    ("neck/neck-scale-horiz", "decr", "incr"),
    ("neck/neck-scale-vert", "decr", "incr"),
)

FACES = ("oval", "round", "rectangular", "square", "triangular", "diamond")
HAIR = ("short01", "short02", "short04")
BROWS = ("eyebrow001", "eyebrow002", "eyebrow005", "eyebrow009", "eyebrow010")
LASHES = ("eyelashes01", "eyelashes04")
EYES = ("brown_eye", "brownlight_eye", "blue_eye", "green_eye", "grey_eye")


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What makes a person look as they do; shares and strengths are 0 to 1 unless said.

    Parameters
    ----------
    male, old : float
        Position between woman and man, and between about 25 and about 80 years.
    origin : mapping of str to float
        Shares of ``african``, ``asian`` and ``caucasian``; they sum to 1.
    muscle, weight : float
        -1 (little) to 1 (much).
    shapes : mapping of str to float
        Strength of each shape target, by name.
    skin : str
        Name of the skin's texture, or empty for a plain colour.
    tone : tuple of float
        Factors on blue, green and red of the skin.
    hair : str or None
        Name of the hair, or none at all.
    hair_colour, clothes : tuple of float
        Blue, green, red, 0 to 255.
    eyes, brows, lashes : str
        Names of the eyes' texture, of the brows and of the lashes.
    glasses : bool
        Whether they wear a frame.
    """

    male: float
    old: float
    origin: dict[str, float]
    muscle: float
    weight: float
    shapes: dict[str, float] = field(default_factory=dict)
    skin: str
    tone: tuple[float, float, float] = (1, 1, 1)
    hair: str | None
    hair_colour: tuple[float, float, float]
    clothes: tuple[float, float, float]
    eyes: str
    brows: str
    lashes: str
    glasses: bool = False


def traits(seed: int) -> Traits:
    """Draw the traits of a person: the same seed gives the same person."""
    rng = np.random.default_rng((7, seed))
    male = float(rng.beta(0.3, 0.3))
    old = float(rng.beta(1.1, 1.2))
    main = rng.choice(3, p=(0.25, 0.25, 0.5))
    mix = rng.dirichlet(np.where(np.arange(3) == main, 8.0, 0.5))
    origin = dict(zip(("african", "asian", "caucasian"), map(float, mix), strict=True))
    shapes: dict[str, float] = {}
    for stem, less, more in SHAPES:
        strength = float(np.clip(rng.normal(0, 0.24), -0.6, 0.6))
        for side in ("l", "r") if "{side}" in stem else ("",):
            uneven = rng.normal(0, 0.04) if side else 0.0
            name = f"{stem.format(side=side)}-{more if strength > 0 else less}"
            shapes[name] = float(np.clip(abs(strength) + uneven, 0, 0.75))
    shapes[f"head/head-{rng.choice(FACES)}"] = float(rng.uniform(0, 0.6))
    dark = rng.random() < 1.3 * origin["african"]
    grey = np.clip(old * 1.6 - 0.7 + rng.normal(0, 0.1), 0, 1)
    dye = np.array([(18, 22, 28), (30, 45, 70), (70, 120, 170), (40, 60, 130)], float)
    fair = origin["caucasian"] > 0.6
    natural = dye[rng.choice(4, p=(0.2, 0.4, 0.25, 0.15)) if fair else 0]
    return Traits(
        male=male,
        old=old,
        origin=origin,
        muscle=float(rng.uniform(-0.7, 0.7)),
        weight=float(rng.uniform(-0.6, 0.7)),
        shapes=shapes,
        skin=_skin(rng, male=male > 0.5, old=old, dark=bool(dark)),
        tone=tuple(rng.uniform(0.9, 1.0) * rng.uniform(0.96, 1.0, 3)),
        hair=None if rng.random() < 0.12 + 0.2 * male * old else str(rng.choice(HAIR)),
        hair_colour=tuple((1 - grey) * natural + grey * np.array([175, 178, 180])),
        clothes=tuple(rng.uniform(25, 205) + rng.uniform(-45, 45, 3)),
        eyes=str(rng.choice(EYES)) if fair else str(rng.choice(EYES[:2])),
        brows=str(rng.choice(BROWS)),
        lashes=str(rng.choice(LASHES)),
    )


def _skin(rng: np.random.Generator, *, male: bool, old: float, dark: bool) -> str:
    """Choose a texture that fits sex, age and shade as well as those at hand do."""
    if dark and male and old < 0.6:
        return "young_darkskinned_male_diffuse"
    if dark:
        return f"{'old' if old > 0.6 else 'middleage'}_darkskinned_female_diffuse"
    if not male and old > 0.4:
        return "middleage_lightskinned_female_diffuse2"
    if not male:
        return f"young_lightskinned_female_diffuse{rng.choice(['2', '3'])}"
    if old > 0.33:
        return f"{'old' if old > 0.66 else 'middleage'}_lightskinned_male_diffuse" + "2" * (
            old > 0.66
        )
    return f"young_lightskinned_male_diffuse{rng.choice(['', '2'])}"
