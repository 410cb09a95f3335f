"""``eutonia genes``: which genes of a list or a VCF stand in the list of genes of dystonia."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eutonia.cli import DONE, LOSSES
from eutonia.cli.table import paragraph, printable, render

if TYPE_CHECKING:
    from eutonia.exam.genes import GeneMatch
    from eutonia.formats.vcf import GeneNames


@click.command("genes")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--age", "age_years", type=click.FloatRange(0, 130), help="Of the person, in years.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(file: Path, age_years: float | None, as_json: bool) -> int:
    """Hold the genes in FILE against the list of genes of dystonia.

    FILE is a list of genes as text, or a VCF with gene annotations, also gzipped. Only names are
    compared: no variant is interpreted.
    """
    from eutonia.exam.genes import advice, matches
    from eutonia.formats.vcf import read_genes

    names = read_genes(file)
    found = matches(names.genes)
    said = advice(minor=None if age_years is None else age_years < 18)
    if as_json:
        content = {"read": _counts(names), "matches": list(map(asdict, found)), "advice": said}
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        click.echo(_in_words(names, found, said))
    return LOSSES if names.notes else DONE


def _counts(names: GeneNames) -> dict[str, object]:
    counted = asdict(names)
    return counted | {"genes": len(names.genes)}


def _in_words(names: GeneNames, found: tuple[GeneMatch, ...], said: tuple[str, ...]) -> str:
    what = "variants" if names.kind == "vcf" else "lines"
    read = f"{len(names.genes)} genes in {names.lines} {what}"
    if names.reference_only:
        read += f"; {names.reference_only} variants that no sample carries were left out"
    parts = [f"{read}.", f"{len(found)} of them stand in the list of genes of dystonia."]
    if found:
        rows = [
            [m.gene, m.title, ", ".join(m.inheritance), f"OMIM {m.omim}", f"{m.symbol}; {m.hint}"]
            for m in found
        ]
        header = ["gene", "disease it is listed for", "inheritance", "entry", "unconfirmed"]
        parts.append("\n" + render(header, rows))
    parts += ["", *(paragraph(words) for words in said)]
    parts += [paragraph(f"Note: {printable(note)}") for note in names.notes]
    return "\n".join(parts)
