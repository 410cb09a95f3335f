"""An assessment without what names a person: new codes, shifted dates, no free text.

What becomes of each field stands in one table, `_deidentify_fields`; how dates shift and codes are
made, in `pseudonyms`. Two passes: the first decides field by field and remembers every original
that went; the second sweeps those originals out of the sentences that Eutonia wrote, because they
may quote them.

It lowers the risk, and does not make data anonymous: an unusual history, a pedigree, a rare gene
or a voice can still point to one person. Those are listed as warnings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from functools import cache, cached_property
from typing import Any, Literal, get_args, get_origin, get_type_hints

from eutonia.formats import _free_text, pseudonyms
from eutonia.formats._deidentify_fields import DECISIONS, Decision
from eutonia.formats._free_text import REMOVED
from eutonia.model import Assessment, InvalidRecord

#: Ages above this are one group, for few people reach them.
OLDEST = 89.0
LABEL = "DE-IDENTIFIED"

_ISO = r"(?:18|19|20)\d{2}-\d{2}(?:-\d{2})?(?=T\d{2}|(?![^\W_]))"
_NOT_INSIDE = r"(?<![^\W_])"
#: Words before a code of one letter.
_BEFORE = ("rater", "Rater", "examiner", "Examiner", "EXAMINER", "by", "Dr")
_DATED = re.compile(r"([A-Za-z]{2})[ :,]*(\d{4}(?:-\d{2}){0,2})?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?")


@dataclass(frozen=True, kw_only=True)
class Deidentified:
    """An assessment that may leave, and what somebody should look at before it does.

    Parameters
    ----------
    assessment : Assessment
    removed : tuple of str
        Fields whose text was removed, such as ``history.note``.
    warnings : tuple of str
        In sentences: rare details, texts that were kept, dates that could not be shifted.
    """

    assessment: Assessment
    removed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def deidentified(assessment: Assessment, *, key: bytes) -> Assessment:
    """Return an assessment without what names a person; see `deidentify`."""
    return deidentify(assessment, key=key).assessment


def deidentify(assessment: Assessment, *, key: bytes, keep_text: bool = False) -> Deidentified:
    """Return an assessment without what names a person, and what remains to be looked at.

    Parameters
    ----------
    assessment : Assessment
    key : bytes
        Of the data set, from `pseudonyms.load_key`.
    keep_text : bool
        Keep free text after a scan for dates, numbers, addresses and titled names; each kept text
        is listed as a warning. The scan is a help, no guarantee: read what is kept.

    Raises
    ------
    InvalidRecord
        If the key is too short, or a text stands in a field about which nothing was decided.
    """
    work = _Work(key=key, person=assessment.person.id, keep_text=keep_text)
    first = _walked(assessment, work.replaced, path="")
    second = _walked(first, work.swept, path="")
    labels = tuple(dict.fromkeys((*second.labels, LABEL)))
    return Deidentified(
        assessment=replace(second, labels=labels),
        removed=tuple(dict.fromkeys(work.removed)),
        warnings=tuple(dict.fromkeys((*work.warnings, *_rare(assessment)))),
    )


@dataclass
class _Work:
    """What one run knows: the key, and the originals that went with what stands for them."""

    key: bytes
    person: str
    keep_text: bool
    texts: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    numbered: dict[str, dict[str, str]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.days = pseudonyms.offset_days(self.key, self.person)
        if self.person == pseudonyms.UNKNOWN:
            self.warnings.append(
                "The person has no pseudonym: dates are shifted as for every unknown person."
            )

    # --- first pass: each field by its decision

    def replaced(self, value: Any, decision: Decision, path: str) -> Any:
        """Return what stands for one text or number."""
        if decision == "age":
            return self._age(value)
        if not isinstance(value, str) or not value or decision in ("keep", "sentence", "label"):
            return value
        rules: dict[str, Callable[[str, str], str]] = {
            "person": lambda text, _: pseudonyms.new_person(self.key, text),
            "visit": lambda text, _: pseudonyms.new_visit(self.key, self.person, text),
            "rater": lambda text, _: pseudonyms.new_rater(self.key, text),
            "recording": lambda text, _: self._numbered("recording", text),
            "relative": lambda text, _: self._relative(text),
            "device": lambda text, _: _free_text.cut(_free_text.without_serial(text)),
            "time": self._time,
            "date": self._date,
            "dated": self._dated,
            "text": self._text,
            "rare": self._text,
        }
        new = rules[decision](value, path)
        if new != value:
            self._remember(value, new, decision)
        return new

    def _remember(self, old: str, new: str, decision: Decision) -> None:
        """Keep an original, so that sentences that quote it can be swept."""
        if decision in ("person", "rater", "relative"):
            self.codes[old.strip()] = new
        elif decision == "recording":
            self.texts |= {old: new, old.replace("\\", "/").split("/")[-1]: new}
        elif decision == "device":
            self.texts[old] = REMOVED
        elif decision != "date" or len(old) == len("2019"):  # other dates are known by their form
            self.texts[old.strip()] = new or REMOVED

    def _age(self, value: Any) -> Any:
        if isinstance(value, int | float) and value > OLDEST:
            self.texts[f"{value:g}"] = f"over {OLDEST:g}"
            return OLDEST + 1
        return value

    def _numbered(self, word: str, text: str) -> str:
        known = self.numbered.setdefault(word, {})
        return known.setdefault(text, f"{word}-{len(known) + 1}")

    def _relative(self, text: str) -> str:
        return text if _free_text.is_kinship(text) else self._numbered("relative", text)

    def _time(self, text: str, path: str) -> str:
        return text if _CLOCK.fullmatch(text.strip()) else self._date(text, path)

    def _date(self, text: str, path: str) -> str:
        new = pseudonyms.shifted(text, self.days)
        if new is None:
            self.removed.append(path)
            self.warnings.append(f"{path} is no date that can be shifted; it was removed.")
            self.texts[text.strip()] = REMOVED
        return new or ""

    def _dated(self, text: str, path: str) -> str:
        found = _DATED.fullmatch(text.strip())
        if found is None or not _free_text.is_known(found[1]):
            return self._text(text, path)
        when = pseudonyms.shifted(found[2], self.days) if found[2] else ""
        return f"{found[1]} {when or ''}".strip()

    def _text(self, text: str, path: str) -> str:
        if _free_text.is_known(text):
            return text
        if not self.keep_text:
            self.removed.append(path)
            return REMOVED
        hits = ", ".join(_free_text.found(text))
        cut = f"; cut out: {hits}" if hits else ""
        self.warnings.append(f"{path} was kept as free text: read it before it leaves{cut}.")
        return _free_text.cut(text)

    # --- second pass: originals that sentences quote

    def swept(self, value: Any, decision: Decision, path: str) -> Any:  # noqa: ARG002 - as above
        """Return a sentence, a label or a kept text without the originals that went elsewhere."""
        if not isinstance(value, str) or decision not in ("sentence", "label", "text", "rare"):
            return value
        text = self._originals.sub(self._instead, value)
        return _free_text.cut(text, sentence=True) if decision in ("sentence", "label") else text

    def _instead(self, found: re.Match[str]) -> str:
        text = found[0]
        if text in self.codes:
            return self.codes[text]
        known = self._folded.get(text.casefold())
        if known is None and re.fullmatch(_ISO, text):
            return pseudonyms.shifted(text, self.days) or text  # such as a range of numbers
        return known or REMOVED

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {k.casefold(): v for k, v in self.texts.items()}

    @cached_property
    def _originals(self) -> re.Pattern[str]:
        """What finds every original as a whole word and every full date, in one pass."""
        # A letter is a word of every sentence: such a code is found after "rater" or "by" only.
        codes = sorted((c for c in self.codes if len(c) > 1), key=len, reverse=True)
        letters = [re.escape(c) for c in self.codes if len(c) == 1]
        texts = sorted((t for t in self.texts if len(t) > 1), key=len, reverse=True)
        # A date goes before the texts that may be a part of it, such as its year.
        long = [_whole(t, fold=True) for t in texts if len(t) > 10]
        short = [_whole(t, fold=True) for t in texts if len(t) <= 10]
        every = [*long, *map(_whole, codes), rf"{_NOT_INSIDE}{_ISO}", *short]
        after = [rf"(?<=\b{w} )(?:{'|'.join(letters)})(?![^\W_])" for w in _BEFORE if letters]
        return re.compile("|".join([*every, *after]))


def _whole(text: str, *, fold: bool = False) -> str:
    """Return a pattern that finds a text where it is no part of a longer word."""
    before = _NOT_INSIDE if text[0].isalnum() else ""
    after = r"(?![^\W_])" if text[-1].isalnum() else ""
    found = re.escape(text)
    return before + (f"(?i:{found})" if fold else found) + after


# --- walking the dataclasses --------------------------------------------------------------------


def _walked(value: Any, decide: Callable[[Any, Decision, str], Any], *, path: str) -> Any:
    """Return a dataclass with every text and age decided; the rest as it is."""
    cls: Any = type(value)
    changed: dict[str, Any] = {}
    for one, decision in _decided(cls):
        old = getattr(value, one.name)
        here = f"{path}.{one.name}".removeprefix(".")
        new = _empty(one) if decision == "drop" else _inner(old, decision, decide, here, cls)
        if new is not old:
            changed[one.name] = new
    return replace(value, **changed) if changed else value


def _inner(
    value: Any,
    decision: Decision | None,
    decide: Callable[[Any, Decision, str], Any],
    path: str,
    cls: type,
) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _walked(value, decide, path=path)
    if isinstance(value, tuple):
        new = tuple(_inner(v, decision, decide, path, cls) for v in value)
        return value if all(a is b for a, b in zip(new, value, strict=True)) else new
    if value is None or isinstance(value, bool):
        return value
    if decision is not None:
        return decide(value, decision, path)
    if isinstance(value, int | float):
        return value
    raise InvalidRecord(
        f"{path} ({cls.__name__}) holds {type(value).__name__}, and nothing says what becomes of "
        "it when it leaves; nothing was de-identified. This is a fault of Eutonia: report it."
    )


@cache
def _decided(cls: Any) -> tuple[tuple[Field[Any], Decision | None], ...]:
    """Return the fields that hold texts, ages or other dataclasses, with their decisions."""
    hints, table = get_type_hints(cls), DECISIONS.get(cls.__name__, {})
    return tuple(
        (f, table.get(f.name)) for f in fields(cls) if f.name in table or not _closed(hints[f.name])
    )


def _closed(hint: Any) -> bool:
    """Whether a type holds numbers, yes or no, and words of a closed list only."""
    if get_origin(hint) is Literal or hint in (int, float, bool, type(None), Ellipsis):
        return True
    return bool(get_args(hint)) and all(_closed(a) for a in get_args(hint))


def _empty(one: Field[Any]) -> Any:
    """Return a field's default, or the empty value of its kind."""
    if one.default is not MISSING:
        return one.default
    return () if "tuple" in str(one.type) else ""


def texts_of(cls: type) -> Iterator[tuple[str, str, Any]]:
    """Yield class, field and type of everything below a dataclass that may hold a text."""
    seen: set[type] = set()
    waiting = [cls]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        hints: Mapping[str, Any] = get_type_hints(one)
        for f in fields(one):
            leaves = tuple(_leaves(hints[f.name]))
            waiting += [leaf for leaf in leaves if isinstance(leaf, type) and is_dataclass(leaf)]
            if any(leaf is not None and not is_dataclass(leaf) for leaf in leaves):
                yield one.__name__, f.name, hints[f.name]


def _leaves(hint: Any) -> Iterator[Any]:
    """Yield the types in a type that are neither numbers nor closed lists."""
    if _closed(hint):
        return
    if not get_args(hint):
        yield hint
    for inner in get_args(hint):
        yield from _leaves(inner)


def _rare(assessment: Assessment) -> Iterator[str]:
    """Say which details few people share."""
    history = assessment.history
    if history.ancestry:
        yield "history.ancestry is a rare detail."
    if history.relatives:
        n = len(history.relatives)
        yield f"history.relatives: a pedigree of {n} can point to one family."
    if history.consanguinity:
        yield "history.consanguinity is a rare detail."
    if any(g.result not in ("negative", "unknown") for g in history.genes):
        yield "history.genes: a finding in a rare gene can point to one person."
    if any(a.block == "genetic" for a in history.aetiology):
        yield "history.aetiology: a genetic cause can point to one person."
    ages = (assessment.person.age_years, history.onset_age, history.diagnosis_age)
    if any(a is not None and a > OLDEST for a in ages):
        yield f"An age above {OLDEST:g} was grouped."
