"""Names of genes from a list (text) or from the gene annotations of a VCF, also gzipped.

Only the names are read: from ``ANN`` (SnpEff), ``CSQ`` (VEP), ``BCSQ`` (bcftools), ``GENEINFO``
(dbSNP, ClinVar) and ``Gene.refGene`` (ANNOVAR). Nothing of a variant is interpreted, and no
genotype is kept. Files of any size are read line by line within a fixed memory.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from eutonia.model.errors import UnreadableFile

#: A longer line is cut: the annotations stand before the genotypes.
MAX_LINE = 1 << 20
#: More names than there are genes: the rest is counted and not kept.
MAX_NAMES = 100_000

_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,39}")
_FORMAT = re.compile(r"##INFO=<ID=(CSQ|ANN|BCSQ),.*?Format: *([^\"]*)")
_PLAIN = frozenset(["Gene.refGene", "Gene_refGene", "GENE", "SYMBOL"])
#: Where the symbol stands between the bars when the header does not say.
_PLACE = {"ANN": 3, "CSQ": 3, "BCSQ": 1}
_TITLES = frozenset(["symbol", "gene_name", "gene"])


@dataclass(frozen=True, kw_only=True)
class GeneNames:
    """The names of genes that a file holds.

    Parameters
    ----------
    genes : tuple of str
        Each once, in order of appearance, as written.
    kind : {'list', 'vcf'}
    lines : int
        Lines of the list, or variants of the VCF.
    reference_only : int
        Variants that no sample carries (all genotypes reference or missing); their genes are left
        out.
    notes : tuple of str
        What was cut, damaged or missing.
    """

    genes: tuple[str, ...]
    kind: str
    lines: int
    reference_only: int = 0
    notes: tuple[str, ...] = ()


@dataclass(kw_only=True)
class _Reading:
    """What has been found so far."""

    names: dict[str, None] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=lambda: dict(_PLACE))
    lines: int = 0
    reference_only: int = 0
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, name: str) -> None:
        name = name.strip()
        if not _SYMBOL.fullmatch(name):
            return
        if name not in self.names and len(self.names) >= MAX_NAMES:
            self.notes[f"more than {MAX_NAMES} names: the rest was not kept"] += 1
            return
        self.names[name] = None


def read_genes(path: str | Path) -> GeneNames:
    """Return the names of genes in a file: a list, or a VCF with gene annotations.

    Raises
    ------
    UnreadableFile
        If the file cannot be opened, is empty or is no text.
    """
    path = Path(path)
    found, lines = _Reading(), _lines(path)
    try:
        first = next(lines, None)
    except _Damaged as damage:
        raise UnreadableFile(f"{path}: {damage}; nothing could be read of it.") from damage
    if first is None:
        raise UnreadableFile(f"{path}: the file is empty; give a list of genes or a VCF.")
    if "\0" in first or "�" in first[:200]:
        raise UnreadableFile(
            f"{path}: this is no text; save the list as plain text (UTF-8), or give a VCF."
        )
    vcf = first.startswith(("##fileformat=VCF", "#CHROM")) or re.match(r"##\w+=", first) is not None
    take = _vcf_line if vcf else _list_line
    try:
        take(first, found)
        for line in lines:
            take(line, found)
    except _Damaged as damage:
        found.notes[str(damage)] += 1
    if vcf and found.lines and not found.names:
        found.notes["no gene annotations (ANN, CSQ, BCSQ, GENEINFO): annotate the file first"] += 1
    return GeneNames(
        genes=tuple(found.names),
        kind="vcf" if vcf else "list",
        lines=found.lines,
        reference_only=found.reference_only,
        notes=tuple(f"{words} ({n} times)" if n > 1 else words for words, n in found.notes.items()),
    )


# --- lines ----------------------------------------------------------------------------------------


class _Damaged(Exception):  # noqa: N818 - named after the situation
    """The file breaks off or is damaged; what came before is kept."""


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file, each cut after `MAX_LINE` bytes."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if packed:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield from _decoded(unpacked)  # type: ignore[arg-type]
            else:
                yield from _decoded(file)
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise _Damaged("the compressed file is damaged: what follows is lost") from error
        raise UnreadableFile(f"{path}: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise _Damaged("the compressed file breaks off: what follows is lost") from error


def _decoded(file: BinaryIO) -> Iterator[str]:
    while raw := file.readline(MAX_LINE):
        text = raw.decode("utf-8-sig" if raw[:3] == b"\xef\xbb\xbf" else "utf-8", errors="replace")
        yield text.rstrip("\r\n")
        while raw and not raw.endswith(b"\n") and len(raw) == MAX_LINE:
            raw = file.readline(MAX_LINE)  # the rest of a cut line


def _list_line(line: str, found: _Reading) -> None:
    """Take the names of one line of a list: several may stand in it; # begins a remark."""
    words = [w for w in re.split(r"[\s,;|]+", line.partition("#")[0]) if w]
    found.lines += bool(words)
    for word in words:
        found.add(word.strip("\"'"))


def _vcf_line(line: str, found: _Reading) -> None:
    if line.startswith("##"):
        _header_line(line, found)
        return
    if line.startswith("#") or not line.strip():
        return
    columns = line.split("\t")
    if len(columns) < 8:
        found.notes["a line with fewer than 8 columns was left out"] += 1
        return
    found.lines += 1
    if _reference_only(columns):
        found.reference_only += 1
        return
    for entry in columns[7].split(";"):
        key, _, value = entry.partition("=")
        for name in _annotated(key, value, found.places):
            found.add(name)


def _header_line(line: str, found: _Reading) -> None:
    """Learn from the header where between the bars the symbol stands."""
    match = _FORMAT.match(line)
    if match is None:
        return
    titles = [t.strip(" '\"").lower() for t in match[2].split("|")]
    place = next((i for i, title in enumerate(titles) if title in _TITLES), None)
    symbol = titles.index("symbol") if "symbol" in titles else place
    if symbol is not None:
        found.places[match[1]] = symbol


def _annotated(key: str, value: str, places: dict[str, int]) -> Iterator[str]:
    """Yield the names that one entry of the INFO column holds."""
    if key in places:
        for one in value.split(","):
            parts = one.split("|")
            if len(parts) > places[key]:
                yield from parts[places[key]].split("&")
    elif key == "GENEINFO":
        yield from (one.partition(":")[0] for one in value.split("|"))
    elif key in _PLAIN:
        yield from re.split(r",|\\x3b", value)


def _reference_only(columns: list[str]) -> bool:
    """Return whether genotypes are given and none differs from the reference."""
    if len(columns) < 10 or columns[8].split(":")[0] != "GT":
        return False
    genotypes = (column.split(":")[0] for column in columns[9:])
    return all(set(genotype) <= set("0./|") for genotype in genotypes)
