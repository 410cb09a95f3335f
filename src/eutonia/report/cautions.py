"""Cautions that several measures of a section share, said once at its head.

What a measure says of itself stays beside its numbers; sentences that three or more of a section
say alike are read once, with the measures that they hold for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from eutonia.report.block import Note, Ref, Text
from eutonia.report.words import card

#: So many measures of a section share a sentence that is said once. [D]
LEAST = 3
_END = re.compile(r"(?<=[.!?]) (?=[A-Z0-9'])")


@dataclass(frozen=True, kw_only=True)
class Cautions:
    """The cautions of the measures of one section.

    Parameters
    ----------
    of : mapping of str to tuple of str
        By measure, in the order in which they are shown: the sentences of its caution.
    shared : mapping of str to tuple of str
        By sentence that is said once: the measures that it holds for.
    """

    of: Mapping[str, tuple[str, ...]]
    shared: Mapping[str, tuple[str, ...]]

    def notes(self) -> Iterator[Note]:
        """Yield one note for each group of measures that share sentences."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for sentence, measures in self.shared.items():
            groups.setdefault(measures, []).append(sentence)
        for measures, sentences in groups.items():
            yield Note(text=f"Caution, {self._for(measures)}: {' '.join(sentences)}")

    def beside(self, measure: str, *, anchor: str) -> Text:
        """Return what is said beside a measure, and where what it shares is; may be empty."""
        sentences = self.of.get(measure, ())
        own = [s for s in sentences if s not in self.shared]
        said = f"Caution: {' '.join(own)}" if own else ""
        if len(own) == len(sentences):
            return said
        return (f"{said} More: " if own else "Caution: ", Ref("at the head of this part", anchor))

    def _for(self, measures: tuple[str, ...]) -> str:
        if len(measures) == len(self.of):
            return "for all of this part"
        titles = (c.title for m in measures if (c := card(m)) is not None)
        return f"for {'; '.join(dict.fromkeys(titles))}"


def cautions(measures: Iterable[str]) -> Cautions:
    """Return the cautions of the measures of a section, in the order in which they are shown."""
    of = {m: _sentences(m) for m in measures}
    said: dict[str, list[str]] = {}
    for measure, sentences in of.items():
        for sentence in sentences:
            said.setdefault(sentence, []).append(measure)
    return Cautions(of=of, shared={s: tuple(ms) for s, ms in said.items() if len(ms) >= LEAST})


def _sentences(measure: str) -> tuple[str, ...]:
    declared = card(measure)
    caution = declared.caution if declared is not None else ""
    return tuple(dict.fromkeys(_END.split(caution))) if caution else ()
