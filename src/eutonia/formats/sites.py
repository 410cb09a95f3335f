"""From a channel's name to what it measures, where, and on which side.

A side or site is never guessed: a name that says nothing, or two things, leaves it empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from eutonia.knowledge import table
from eutonia.model import Side

#: Words in a channel's name and the kind that they mean; the first match holds.
_WORDS: tuple[tuple[str, str], ...] = (
    (r"s?emg\d*", "emg"),
    (r"seeg\d*", "seeg"),
    (r"i?eeg\d*", "eeg"),
    (r"ecg\d*|ekg\d*", "ecg"),
    (r"[hvlri]?eog\d*", "eog"),
    (r"ecog\d*", "ecog"),
    (r"lfp\d*|dbs", "lfp"),
    (r"acc\w*|accel\w*", "acc"),
    (r"gyr|gyro\w*|gyr[xyz]", "gyro"),
    (r"mag|magn\w*|mag[xyz]", "mag"),
    (r"resp|respiration|breath\w*|thorax|abdomen", "resp"),
    (r"eda|gsr", "eda"),
    (r"temp|temperature", "temperature"),
    (r"force|grip", "force"),
    (r"trig|trigger|status|stim|marker|markers|ttl|sync", "trigger"),
    (r"audio|mic|microphone|sound", "audio"),
    (r"pos|position|mocap", "position"),
)
_KIND_OF_UNIT = {"m/s2": "acc", "deg/s": "gyro", "uT": "mag", "m": "position", "N": "force"}
#: Words beside a muscle's name that do not change which muscle is meant.
_BESIDE = frozenset(
    [
        "m",
        "musc",
        "muscle",
        "musculus",
        "of",
        "the",
        "emg",
        "semg",
        "raw",
        "ch",
        "channel",
        "chan",
        "sensor",
        "im",
        "electrode",
        "bipolar",
        "avg",
        "surface",
        "delsys",
        "trigno",
        "cometa",
        "noraxon",
        "leg",
        "arm",
        "hand",
        "neck",
        "face",
        "head",
        "forearm",
        "shoulder",
        "uv",
        "u",
        "mv",
        "v",
        "imported",
        "analog",
        "voltage",
    ]
)
#: A numbered label, such as ``EMG1`` or ``Ch3``, says nothing about the muscle.
_NUMBERED = re.compile(r"(s?emg|ch|chan|channel|sensor)?\d+")
_ELECTRICAL = ("uV", "adc", "")


@dataclass(frozen=True)
class Place:
    """What a channel measures: its kind, its site (empty: not known) and its side."""

    kind: str
    site: str = ""
    side: Side = "unknown"


def key(text: str) -> str:
    """Return a text without case, accents and anything but letters and digits."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())


def words(text: str) -> tuple[str, ...]:
    """Split a name at blanks, signs and changes from small to capital letters."""
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", text)
    return tuple(w for w in (key(w) for w in re.split(r"[\W_]+", spaced)) if w)


@cache
def _muscles() -> dict[str, str]:
    found: dict[str, str] = {}
    for muscle, entry in table("muscles").items():
        for name in (muscle, entry["name"], *entry.get("synonyms", ())):
            found[key(name)] = muscle
    return found


@cache
def _sides() -> dict[str, Side]:
    sides: tuple[Side, ...] = ("left", "right")
    return {key(word): side for side in sides for word in table("sides")[side]}


@cache
def _electrodes() -> dict[str, str]:
    electrodes = table("electrodes")
    names = {key(name): name for name in electrodes["names"]}
    return names | {key(old): new for old, new in electrodes.get("old", {}).items()}


def places(
    names: Sequence[str], *, units: Sequence[str] = (), kinds: Sequence[str] = ()
) -> tuple[Place, ...]:
    """Return the place of each channel of a recording.

    Parameters
    ----------
    names : sequence of str
        As written in the file.
    units : sequence of str, optional
        Units after conversion; they tell accelerations from potentials.
    kinds : sequence of str, optional
        Kinds that are stated elsewhere, such as in ``channels.tsv``; empty where not.

    Notes
    -----
    ``A1`` and ``A2`` are earlobes, but not in a cap whose electrodes are named ``A1`` to ``A32``.
    """
    units = units or [""] * len(names)
    kinds = kinds or [""] * len(names)
    letters = sum(re.fullmatch(r"[A-H]([3-9]|[12]\d|3[0-2])\.*", n) is not None for n in names)
    abc_cap = letters > 0 and any(re.fullmatch(r"[AB]([3-9]|[12]\d|3[0-2])\.*", n) for n in names)
    found = []
    for name, unit, kind in zip(names, units, kinds, strict=True):
        if abc_cap and re.fullmatch(r"[A-H]\d{1,2}\.*", name) and kind in ("", "eeg"):
            found.append(Place(kind="eeg"))
        else:
            found.append(place(name, unit=unit, kind=kind))
    return tuple(found)


def place(name: str, *, unit: str = "", kind: str = "") -> Place:
    """Return the place of one channel; see `places`.

    Examples
    --------
    >>> place("Fc5.", unit="uV")
    Place(kind='eeg', site='FC5', side='left')
    >>> place("L_leg_emg_soleus").side
    'left'
    """
    stated = kind or _kind_word(words(name))
    if stated in ("", "eeg") and unit in _ELECTRICAL:
        site = _electrode(name)
        if site:
            return Place("eeg", site, _electrode_side(site))
    side = side_of(name)
    if stated == "emg" or (not stated and unit in ("uV", "adc")):
        muscle, glued = muscle_of(name, anything=stated == "emg")
        side = glued if side == "unknown" else side
        if muscle or stated:
            return Place("emg", muscle, side)
    return Place(stated or _KIND_OF_UNIT.get(unit, "misc"), "", side)


def side_of(text: str) -> Side:
    """Return the one side that a text names, else ``unknown``."""
    found = {_sides()[w] for w in words(text) if w in _sides()}
    return found.pop() if len(found) == 1 else "unknown"


def muscle_of(text: str, *, anything: bool = True) -> tuple[str, Side]:
    """Return the one muscle that a text names, and the side glued to it (``LSCM``), if any.

    Parameters
    ----------
    text : str
        A name or description.
    anything : bool
        Whether abbreviations of two letters count; only where EMG is stated.
    """
    rest = [w for w in words(text) if w not in _sides()]
    muscles = {k: m for k, m in _muscles().items() if anything or len(k) > 2}
    found: list[tuple[str, int]] = []
    glued: Side = "unknown"
    for length in range(min(len(rest), 8), 0, -1):
        at = 0
        while at + length <= len(rest):
            joined = "".join(rest[at : at + length])
            muscle = muscles.get(joined, "")
            if not muscle and length == 1:
                muscle, glued = _unglue(joined, muscles, glued)
            if muscle:
                found.append((muscle, length))
                rest[at : at + length] = ["0"]  # a digit: taken, and never part of another name
            at += 1
    others = [w for w in rest if w not in _BESIDE and not _NUMBERED.fullmatch(w)]
    if len({m for m, _ in found}) != 1 or (others and max(n for _, n in found) == 1):
        return "", "unknown"
    return found[0][0], glued


def _unglue(word: str, muscles: dict[str, str], glued: Side) -> tuple[str, Side]:
    """Take ``LSCM`` and ``SCMR`` apart."""
    letters: dict[str, Side] = {"l": "left", "r": "right"}
    for letter, rest in ((word[:1], word[1:]), (word[-1:], word[:-1])):
        if letter in letters and len(rest) > 2 and rest in muscles:
            return muscles[rest], letters[letter]
    return "", glued


def _kind_word(found: tuple[str, ...]) -> str:
    found = (*found, "".join(found))  # also "stAtUs" as one word
    for pattern, kind in _WORDS:
        if any(re.fullmatch(pattern, w) for w in found):
            return kind
    return ""


def _electrode(name: str) -> str:
    """Return the 10-10 name in ``Fc5.``, ``EEG Fp1-Ref`` or ``RAW_TP9``; empty if none or two."""
    bare = re.sub(r"(?i)^(eeg|raw)[\s_:-]+", "", name.strip())
    bare = re.sub(r"(?i)[-\s_/]+(ref\d*|le|re|ar|avg|cz?avg|org|a1a2|m1m2|linked.*|0)$", "", bare)
    return _electrodes().get(key(bare), "") if len(bare) <= 6 else ""


def _electrode_side(site: str) -> Side:
    number = re.search(r"\d+$", site)
    if number is None:
        return "midline"
    return "left" if int(number[0]) % 2 else "right"
