"""Genes held against the list of genes of dystonia: which stand in it, and nothing about variants.

Titles and inheritance were checked; prefix, category and hint are from memory, for clinicians only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from eutonia.knowledge import table


@dataclass(frozen=True, kw_only=True)
class GeneMatch:
    """A gene that stands in the list of genes of dystonia.

    Parameters
    ----------
    gene, symbol : str
        Symbol of the gene; its name with the prefix, from memory.
    omim, title, inheritance, mondo, orpha
        The disease that the gene is listed for, as checked.
    hint : str
        From memory, for clinicians only.
    statement : str
        What the match does not say; it is always printed with it.
    """

    gene: str
    symbol: str
    omim: str
    title: str
    inheritance: tuple[str, ...]
    mondo: str
    orpha: tuple[str, ...]
    category: str
    hint: str
    statement: str


def matches(genes: Iterable[str]) -> tuple[GeneMatch, ...]:
    """Return the genes that stand in the list, each once, in the order in which they come."""
    known = _known()
    found = dict.fromkeys(key for gene in genes if (key := known.get(gene.strip().upper())))
    return tuple(_match(gene) for gene in found)


def advice(*, minor: bool | None = None) -> tuple[str, ...]:
    """Return what is printed beside any gene: no interpretation, counselling, minors.

    Parameters
    ----------
    minor : bool or None
        False leaves out the sentence on minors; unknown does not.
    """
    words = table("gene_statements")
    keys = ["no_interpretation", "counselling", "minors", "hints", "not_listed"]
    return tuple(words[key] for key in keys if key != "minors" or minor is not False)


def _match(gene: str) -> GeneMatch:
    entry = table("genes")[gene]
    return GeneMatch(
        gene=gene,
        symbol=entry["symbol"],
        omim=entry["omim"],
        title=entry["title"],
        inheritance=tuple(entry["inheritance"]),
        mondo=entry["mondo"],
        orpha=tuple(entry.get("orpha", ())),
        category=entry["category"],
        hint=entry["hint"],
        statement=table("gene_statements")["no_interpretation"],
    )


@cache
def _known() -> dict[str, str]:
    return {gene.upper(): gene for gene in table("genes")}
