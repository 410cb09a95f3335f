"""Names of genes from lists and VCF files, also damaged ones."""

import gzip
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eutonia.formats import vcf
from eutonia.formats.vcf import read_genes
from eutonia.model.errors import UnreadableFile

CSQ = "Consequence annotations from Ensembl VEP. Format: Allele|Consequence|IMPACT|SYMBOL|Gene|X"
ANN = "Functional annotations: 'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID'"
HEADER = f"""##fileformat=VCFv4.2
##INFO=<ID=CSQ,Number=.,Type=String,Description="{CSQ}">
##INFO=<ID=ANN,Number=.,Type=String,Description="{ANN}">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
"""


def write(tmp_path, text, *, name="f.vcf"):
    path = tmp_path / name
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    return path


def variant(info, *genotypes, form="GT"):
    columns = ["9", "132576300", ".", "CTC", "C", ".", "PASS", info]
    return "\t".join([*columns, form, *genotypes] if genotypes else columns) + "\n"


@pytest.mark.parametrize(
    ("info", "genes"),
    [
        ("ANN=C|inframe_deletion|MODERATE|TOR1A|ENSG1|transcript", ("TOR1A",)),
        (
            "DP=7;CSQ=C|missense_variant|MODERATE|GCH1|ENSG2|ENST1,C|intron|MODIFIER|WDR1|E|E",
            ("GCH1", "WDR1"),
        ),
        ("GENEINFO=THAP1:55145|RNF170:81790", ("THAP1", "RNF170")),
        ("BCSQ=missense|ANO3|ENST|protein_coding", ("ANO3",)),
        ("Gene.refGene=SGCE\\x3bPEG10", ("SGCE", "PEG10")),
        ("ANN=C|fusion|HIGH|GNAL&KMT2B|x|y", ("GNAL", "KMT2B")),
        ("DP=7", ()),
        ("ANN=;CSQ;GENEINFO", ()),
    ],
)
def test_each_annotation(tmp_path, info, genes):
    """Symbols are taken from each kind of annotation, and from nothing else."""
    found = read_genes(write(tmp_path, HEADER + variant(info)))
    assert (found.kind, found.lines, found.genes) == ("vcf", 1, genes)


def test_the_header_says_where_the_symbol_stands(tmp_path):
    """A CSQ with another order of fields is read by its own header."""
    header = HEADER.replace("Allele|Consequence|IMPACT|SYMBOL|Gene", "Gene|SYMBOL|Allele|IMPACT|X")
    found = read_genes(write(tmp_path, header + variant("CSQ=ENSG1|SPR|C|HIGH|x|y")))
    assert found.genes == ("SPR",)


def test_an_identifier_is_taken_only_without_a_symbol(tmp_path):
    """Where the header names no symbol, its gene column is taken."""
    header = HEADER.replace("IMPACT|SYMBOL|Gene", "IMPACT|Feature_type|Gene")
    found = read_genes(write(tmp_path, header + variant("CSQ=C|m|HIGH|t|TH|y")))
    assert found.genes == ("TH",)


@pytest.mark.parametrize(
    ("genotypes", "form", "left_out"),
    [
        (("0/0",), "GT:DP", 1),
        (("./.", "0|0:9"), "GT:DP", 1),
        (("0/1",), "GT", 0),
        (("0/0", "1|1"), "GT", 0),
        (("1",), "GT", 0),
        (("7",), "DP", 0),
        ((), "GT", 0),
    ],
)
def test_variants_that_no_sample_carries_are_left_out(tmp_path, genotypes, form, left_out):
    """A gene counts unless genotypes are given and all are reference or missing."""
    text = HEADER + variant("GENEINFO=TH:7054", *genotypes, form=form)
    found = read_genes(write(tmp_path, text))
    assert found.reference_only == left_out
    assert found.genes == (() if left_out else ("TH",))


def test_compressed_and_block_compressed_files(tmp_path):
    """A gzipped file, and one of several gzip blocks as bgzip writes, read as the plain one."""
    text = (HEADER + variant("GENEINFO=TH:1") + variant("GENEINFO=SPR:1")).encode()
    plain = read_genes(write(tmp_path, text))
    assert read_genes(write(tmp_path, text, name="a.vcf.gz")) == plain
    path = tmp_path / "b.vcf.gz"
    path.write_bytes(gzip.compress(text[:300]) + gzip.compress(text[300:]) + gzip.compress(b""))
    assert read_genes(path) == plain


def test_a_broken_off_file_gives_what_came_before_and_says_so(tmp_path):
    """Of a truncated archive the first part is read, and the loss is named."""
    import random

    letters = random.Random(1)
    text = HEADER + "".join(
        variant(f"DP={letters.random()};GENEINFO=G{i}:1") for i in range(20_000)
    )
    path = write(tmp_path, text, name="a.vcf.gz")
    path.write_bytes(path.read_bytes()[:-5000])
    found = read_genes(path)
    assert found.genes[0] == "G0"
    assert 10_000 < len(found.genes) < 20_000
    assert "breaks off" in found.notes[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x1f\x8b", "nothing could be read"),
        (b"\x1f\x8b" + b"rubbish" * 9, "nothing could be read"),
        (b"PK\x03\x04\0\0\0binary\0", "no text"),
        ("TOR1A\n".encode("utf-16"), "no text"),
    ],
)
def test_what_is_no_text_is_refused_with_advice(tmp_path, data, words):
    """An empty, binary or ruined file is an error that says what it is."""
    with pytest.raises(UnreadableFile, match=words):
        read_genes(write(tmp_path, data, name="f.txt"))


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    """A path that is no file is an error of ours."""
    for path in (tmp_path, tmp_path / "none.vcf"):
        with pytest.raises(UnreadableFile):
            read_genes(path)


def test_lists_in_several_layouts(tmp_path):
    """Names by line, comma, semicolon or tab, with remarks, quotes, a BOM and Windows line ends."""
    text = '\ufeffTOR1A, GCH1\r\n# TH is a remark\r\n"SPR";THAP1\tC9orf72  # last\r\n\r\nHLA-DRB1'
    found = read_genes(write(tmp_path, text, name="list.txt"))
    assert found.genes == ("TOR1A", "GCH1", "SPR", "THAP1", "C9orf72", "HLA-DRB1")
    assert (found.kind, found.lines, found.notes) == ("list", 3, ())


def test_losses_are_noted(tmp_path):
    """A VCF without annotations and lines that are too short are named."""
    found = read_genes(write(tmp_path, HEADER + "9\t1\tshort\n" * 2 + variant("DP=1")))
    assert "a line with fewer than 8 columns was left out (2 times)" in found.notes
    assert any("annotate the file first" in n for n in found.notes)


def test_memory_stays_bounded(tmp_path):
    """A line of 60 MB and thirty thousand variants are read within 40 MB."""
    path = tmp_path / "big.vcf.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write(HEADER)
        file.write(variant("GENEINFO=TH:1", "0/1" + "\t0/1" * 15_000_000))
        for i in range(30_000):
            file.write(variant(f"GENEINFO=G{i % 9}:1"))
    tracemalloc.start()
    found = read_genes(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.genes[:2] == ("TH", "G0")
    assert found.lines == 30_001
    assert peak < 40e6


def test_too_many_names_are_counted_and_not_kept(tmp_path, monkeypatch):
    """More names than allowed are not kept, and that is said."""
    monkeypatch.setattr(vcf, "MAX_NAMES", 3)
    found = read_genes(write(tmp_path, "A1 B1 C1 D1 A1", name="l.txt"))
    assert found.genes == ("A1", "B1", "C1")
    assert "the rest was not kept" in found.notes[0]


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda t: (HEADER + variant(t)).encode(errors="ignore"))
    | st.lists(st.text(alphabet="\t;=|,:&ANCSQGE019/.#", max_size=60)).map(
        lambda rows: (HEADER + "\n".join(rows)).encode()
    ),
    st.booleans(),
    st.integers(0, 60),
)
def test_fuzzed_files_never_crash(tmp_path_factory, data, packed, cut):
    """Any bytes, packed, cut or plain, give names or an error of ours."""
    path = tmp_path_factory.mktemp("f") / "x"
    data = gzip.compress(data) if packed else data
    path.write_bytes(data[: len(data) - cut] if cut else data)
    try:
        found = read_genes(path)
    except UnreadableFile as error:
        assert str(path) in str(error)
    else:
        assert all(0 < len(g) <= 40 for g in found.genes)
