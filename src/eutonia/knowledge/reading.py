"""The guide in plain words: topics whose every sentence says how it is known.

Everything is read from the tables ``learn``, ``claims`` and ``therapies``; `forbidden` names what
in a text may not be said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

from eutonia.knowledge import citation, find, normalise, synonyms, table
from eutonia.knowledge.wording import forbidden
from eutonia.model.errors import UnknownName

__all__ = [
    "Section",
    "Sentence",
    "Topic",
    "about_form",
    "forbidden",
    "references_of",
    "sources_of",
    "sources_of_sentence",
    "topic",
    "topic_names",
    "topics",
]

Entry = dict[str, Any]

#: Verdicts from the firmest to the weakest; a sentence on several claims takes the weakest.
VERDICTS = ("S", "S~", "C", "U", "X")
#: What was not checked against a source is shown as our rule, whatever its verdict.
OUR_RULE = "rule"
#: Claims that stand only on the page of claims one may meet.
DOUBTED = frozenset(["C", "U", "X"])

_OF_A_THERAPY = (
    ("what", "What it is"),
    ("expect", "What to expect"),
    ("sure", "How sure are we?"),
    ("sham", "How did people without the real treatment do?"),
    ("cautions", "Side effects and cautions"),
)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence and how it is known.

    Parameters
    ----------
    kind : {'claim', 'question', 'explanation'}
        Questions and explanations claim nothing and carry no verdict.
    verdict : str
        Key of ``knowledge/verdicts``; empty where nothing is claimed.
    claims, refs : tuple of str
        Rows of ``knowledge/claims`` and keys of ``knowledge/references`` that it rests on.
    sources : tuple of str
        Sources without a key, in words.
    """

    text: str
    kind: Literal["claim", "question", "explanation"] = "claim"
    verdict: str = ""
    claims: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """One heading of a topic; `details` are studies and findings in the words of the field."""

    title: str
    sentences: tuple[Sentence, ...]
    details: tuple[Sentence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One page of the guide."""

    id: str
    name: str
    plain: str
    group: str
    sections: tuple[Section, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences in plain words, without the details."""
        return tuple(s for section in self.sections for s in section.sentences)


def topics() -> tuple[Topic, ...]:
    """Return all topics in their order."""
    return tuple(_topic(key) for key in table("learn"))


def topic(name: str) -> Topic:
    """Return the topic that `name` means: an id, a title or a synonym, in any spelling.

    Names of forms and of treatments lead to their topic too.

    Raises
    ------
    UnknownName
        If no topic is called so.

    Examples
    --------
    >>> topic("torticollis").id
    'cervical'
    """
    names = _names()
    key = names.get(normalise(name))
    if key is None:
        near = get_close_matches(normalise(name), names, n=1, cutoff=0.75)
        hint = f" Did you mean {names[near[0]]!r}?" if near else ""
        raise UnknownName(
            f"The guide has no topic {name!r}.{hint} `eutonia learn` lists all topics."
        )
    return _topic(key)


def about_form(form: str) -> tuple[str, ...]:
    """Return a few plain sentences about a named form; none where it has no page.

    Parameters
    ----------
    form : str
        Key of ``knowledge/forms``, or a name or synonym of it.
    """
    key = find("forms", form)
    return tuple(s.text for s in _topic(key).sections[0].sentences) if key in table("learn") else ()


def references_of(one: Topic) -> tuple[str, ...]:
    """Return the keys of all references of a topic, in the order in which they are cited."""
    return tuple(dict.fromkeys(key for s in _all_sentences(one) for key in s.refs))


def sources_of(one: Topic) -> tuple[str, ...]:
    """Return all sources of a topic in words: its references, then what has no key."""
    plain = dict.fromkeys(words for s in _all_sentences(one) for words in s.sources)
    return (*map(citation, references_of(one)), *plain)


def sources_of_sentence(one: Sentence) -> tuple[str, ...]:
    """Return the sources of one sentence in words."""
    return (*map(citation, one.refs), *one.sources)


def _all_sentences(one: Topic) -> Iterator[Sentence]:
    for section in one.sections:
        yield from section.sentences
        yield from section.details


# --- topics from the tables -----------------------------------------------------------------


@cache
def _topic(key: str) -> Topic:
    entry = table("learn")[key]
    sections = [
        Section(title=s["title"], sentences=tuple(map(_sentence, s["sentences"])))
        for s in entry.get("sections", ())
    ]
    treatments = entry.get("therapies", ())
    for name in treatments:
        sections += _sections_of_therapy(table("therapies")[name], several=len(treatments) > 1)
    if entry.get("claims"):
        sections += [
            _section_of_claim(k, c) for k, c in table("claims").items() if c["verdict"] in DOUBTED
        ]
    return Topic(
        id=key,
        name=entry["name"],
        plain=entry["plain"],
        group=entry["group"],
        sections=tuple(sections),
    )


def _sentence(entry: Entry) -> Sentence:
    if "kind" in entry:
        return Sentence(text=entry["say"], kind=entry["kind"])
    if "claim" not in entry:
        return _checked(entry["say"], [entry])
    rows = [table("claims")[key] for key in entry["claim"]]
    firm = all(any(e["mark"] == "V" for e in row["evidence"]) for row in rows)
    weakest = max((row["verdict"] for row in rows), key=VERDICTS.index)
    evidence = [e for row in rows for e in row["evidence"]] if firm else []
    return _checked(entry["say"], evidence, weakest if firm else OUR_RULE, tuple(entry["claim"]))


def _checked(
    text: str, evidence: Iterable[Entry], verdict: str = "", claims: tuple[str, ...] = ()
) -> Sentence:
    """Return a sentence with the sources of what was checked; without any it is our rule."""
    seen = [e for e in evidence if e["mark"] == "V"]
    return Sentence(
        text=text,
        verdict=verdict or ("S" if seen else OUR_RULE),
        claims=claims,
        refs=tuple(dict.fromkeys(key for e in seen for key in e.get("refs", ()))),
        sources=tuple(dict.fromkeys(e["source"] for e in seen if "source" in e)),
    )


def _sections_of_therapy(entry: Entry, *, several: bool) -> Iterator[Section]:
    before = f"{entry['name'][0].upper()}{entry['name'][1:]}: " if several else ""
    level = Sentence(text=table("evidence_levels")[entry["level"]]["words"], verdict=OUR_RULE)
    for field, title in _OF_A_THERAPY:
        told = tuple(map(_sentence, entry[field]))
        sure = field == "sure"
        yield Section(
            title=before + (title.lower() if before else title),
            sentences=(level, *told) if sure else told,
            details=tuple(_checked(_study(s), [s]) for s in entry["studies"]) if sure else (),
        )


def _study(entry: Entry) -> str:
    people = f"n = {entry['n']}, " if entry["n"].isdigit() else f"{entry['n']}, "
    return f"{entry['design']}; {people if entry['n'] else ''}{entry['who']}: {entry['result']}"


def _section_of_claim(key: str, row: Entry) -> Section:
    name = table("documents")[row["document"]]["name"]
    if "part" in row:
        name += f"; one part is {table('verdicts')[row['part']]['name']}"
    found = [e | {"words": f"{e['side']}: {e['words']}"} if "side" in e else e for e in _of(row)]
    return Section(
        title=f"{key}. “{row['claim'].rstrip('.')}” ({name})",
        sentences=(_checked(row["say"], _of(row), row["verdict"], (key,)),),
        details=tuple(_checked(e["words"], [e]) for e in found),
    )


def _of(row: Entry) -> list[Entry]:
    found: list[Entry] = row["evidence"]
    return found


@cache
def _names() -> dict[str, str]:
    return dict(topic_names(table))


def topic_names(read: Callable[[str], Entry]) -> Iterator[tuple[str, str]]:
    """Yield every normalised name with the topic that it leads to; `read` gives a table by name."""
    learn = read("learn")
    yield from synonyms(learn)
    for name, key in synonyms({k: v for k, v in read("forms").items() if k in learn}):
        yield name, key
    home = {name: key for key, entry in learn.items() for name in entry.get("therapies", ())}
    for name, therapy in synonyms({k: v for k, v in read("therapies").items() if k in home}):
        yield name, home[therapy]
