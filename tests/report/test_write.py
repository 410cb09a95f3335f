"""The two files: self-contained, accessible, the same words, the same bytes."""

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from pypdf import PdfReader

from eutonia.model import VisitState
from eutonia.report import write
from eutonia.report.block import Figure, Table
from eutonia.report.blocks import blocks
from eutonia.report.figures.traces import Arrays

from .conftest import NASTY, REST, estimate, finding, target

VOID = {"meta", "br", "col", "link", "img", "hr", "input"}


class Strict(HTMLParser):
    """Fails on a tag that is not closed, or closed in another order; keeps what is in the file."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        """Keep a tag, and remember that it is open."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Keep a tag that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Require that the innermost open tag is closed."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep what can be read."""
        if "style" not in self.open:
            self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all tags of one name."""
        return [a for t, a in self.tags if t == tag]


@pytest.fixture(scope="module")
def written(full, tmp_path_factory):
    """Return HTML text and PDF bytes of the full assessment."""
    page, paper = write(*full, tmp_path_factory.mktemp("report"))
    return page.read_text(encoding="utf-8"), paper.read_bytes()


@pytest.fixture(scope="module")
def parsed(written):
    return Strict(written[0])


@pytest.fixture(scope="module")
def paper(written):
    return PdfReader(io.BytesIO(written[1]))


def squeezed(text: str) -> str:
    """Return a text without spaces and the marks where a line may break."""
    return re.sub(r"[\s\u200b\u00ad]+", "", text)


def tree(node) -> list:
    """Return all structure elements below a node."""
    kids = node.get_object().get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    found = []
    for kid in kids:
        inner = kid.get_object()
        if hasattr(inner, "get") and "/S" in inner:
            found += [inner, *tree(inner)]
    return found


def test_html_needs_nothing_from_outside(written, parsed):
    """No script, link, image, font or address that a browser would fetch."""
    assert not {t for t, _ in parsed.tags} & {"script", "link", "img", "iframe", "object"}
    assert not re.findall(r"@import|@font-face|url\((?!#)", written[0])
    linked = [a[k] for _, a in parsed.tags for k in ("href", "src", "xlink:href") if k in a]
    assert linked
    # A map is a picture inside the file: nothing is fetched for it.
    assert all(str(link).startswith(("#", "data:image/png;base64,")) for link in linked)


def test_html_ids_are_unique_and_links_arrive(parsed):
    """Several drawings in one document share no id, and each inner link has its target."""
    ids = [str(a["id"]) for _, a in parsed.tags if "id" in a]
    assert len(ids) == len(set(ids))
    linked = {str(a[k]) for _, a in parsed.tags for k in ("href", "xlink:href") if k in a}
    assert {link[1:] for link in linked if link.startswith("#")} <= set(ids)


def test_html_drawings_refer_only_to_what_is_there(written, parsed):
    """Clip paths and other references inside a drawing have their targets."""
    ids = {str(a["id"]) for _, a in parsed.tags if "id" in a}
    used = set(re.findall(r"url\(#([^)]+)\)", written[0]))
    assert used
    assert used <= ids


def test_every_html_figure_has_role_title_and_description(full, parsed):
    """Whoever cannot see a figure is told what it shows, numbers included."""
    figures = [b for b in blocks(*full) if isinstance(b, Figure)]
    drawings = parsed.named("svg")
    assert len(drawings) == len(figures) >= 8
    ids = {str(a.get("id")) for t, a in parsed.tags if t in ("title", "desc")}
    for drawing in drawings:
        assert drawing["role"] == "img"
        assert set(str(drawing["aria-labelledby"]).split()) <= ids
    said = "".join(parsed.words)
    assert all(f.alt in said and f.title in said for f in figures)


def test_every_html_table_has_scopes_and_a_caption(parsed):
    """Each header cell says whether it heads a row or a column."""
    assert all(a.get("scope") in ("row", "col") for a in parsed.named("th"))
    assert len(parsed.named("caption")) == len(parsed.named("table")) > 5


def test_pdf_is_tagged_and_claims_pdf_ua(paper):
    """The PDF has a structure tree, a language, a title and the mark of PDF/UA-1."""
    root = paper.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert "sub-01" in paper.metadata["/Title"]


def test_every_pdf_figure_has_its_alt_text(full, paper):
    """The alt text of each figure is in the structure tree."""
    elements = tree(paper.trailer["/Root"]["/StructTreeRoot"])
    alts = {squeezed(str(e["/Alt"])) for e in elements if "/Alt" in e}
    figures = [b for b in blocks(*full) if isinstance(b, Figure)]
    assert {squeezed(f.alt) for f in figures} <= alts
    assert all("/Alt" in e for e in elements if e["/S"] == "/Figure")
    kinds = {e["/S"] for e in elements}
    assert {"/Table", "/TH", "/TD"} <= kinds


def test_the_label_stands_on_every_pdf_page(paper):
    """Nobody can take a page of a simulated visit for that of a person."""
    assert len(paper.pages) > 4
    for page in paper.pages:
        text = page.extract_text()
        assert "SIMULATED" in text
        assert "supports, never replaces the examiner" in text


def test_the_label_stands_in_every_html_section(written, parsed):
    """Banner, each section and the header of printed pages carry it."""
    assert len([a for a in parsed.named("span") if a.get("class") == "chip"]) == len(
        parsed.named("h2")
    )
    assert len([a for a in parsed.named("div") if a.get("class") == "label"]) == 1
    assert '@top-left { content: "SIMULATED' in written[0]


def test_a_visit_without_label_shows_none(empty, tmp_path):
    """A real visit is not marked as anything else."""
    page, paper = write(*empty, tmp_path)
    assert 'class="chip"' not in page.read_text(encoding="utf-8")
    first = PdfReader(paper).pages[0].extract_text()
    assert "SIMULATED" not in first
    assert "COMPOSITE" not in first


def test_html_and_pdf_hold_the_same_numbers(full, parsed, paper):
    """Every cell of every table stands in both files."""
    html = squeezed("".join(parsed.words))
    pdf = squeezed("".join(p.extract_text() for p in paper.pages))
    cells = {
        c
        for b in blocks(*full)
        if isinstance(b, Table)
        for r in b.rows
        for c in r
        if re.search(r"\d", c) and c.isascii()
    }
    assert len(cells) >= 80
    assert not [c for c in cells if squeezed(c) not in html]
    lost = [c for c in cells if squeezed(c) not in pdf]
    # A cell that runs over a page is torn apart by the header in the extracted text.
    assert len(lost) <= len(paper.pages)


def test_names_that_look_like_markup_are_shown_as_they_are(parsed, paper, written):
    """A channel called ``<b>`` or ``#let`` is text in both files."""
    assert "<b>bold" not in written[0]
    assert "<b>bold</b> & #let x" in "".join(parsed.words)
    assert squeezed(NASTY[0][:20]) in squeezed("".join(p.extract_text() for p in paper.pages))


def test_markup_in_every_free_text_is_shown_as_it_is(empty, tmp_path):
    """Nothing that a user may enter is read as HTML, CSS or typst."""
    assessment, _ = empty
    bad = '</style><script>alert(1)</script> #panic("x") $ \\ " </title> @x'
    free = VisitState(
        goal=bad, rater=bad, remarks=bad, form=bad, safety_reported=(bad,), protocol=bad
    )
    nasty = replace(
        assessment,
        state=free,
        visit=bad,
        labels=(bad,),
        findings=(
            finding(estimate("emg.rms", target(bad, side=""), REST, 1.0, title=bad, notes=(bad,))),
        ),
    )
    page, paper = write(nasty, {}, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert not Strict(text).named("script")
    assert text.count("<style>") == text.count("</style>") == 1
    assert text.count("</title>") == 1
    assert "alert(1)" in PdfReader(paper).pages[0].extract_text()


def test_names_without_a_glyph_are_replaced_and_cost_nothing(empty, tmp_path, recwarn):
    """Scripts that the fonts lack, control characters and half surrogates do not stop a report."""
    assessment, _ = empty
    about = target("脂\u0007\u202e🙂אб", side="")
    odd = replace(
        assessment,
        findings=tuple(
            finding(estimate("emg.rms", about, c, 3.0)) for c in (REST, REST.replace(eyes="closed"))
        ),
    )
    page, paper = write(odd, {}, tmp_path)
    assert "脂" in page.read_text(encoding="utf-8")
    assert paper.stat().st_size > 0
    assert not recwarn.list


def test_the_same_assessment_gives_the_same_bytes(full, written, tmp_path):
    """Nothing of the clock or of chance is in the files."""
    page, paper = write(*full, tmp_path)
    assert page.read_text(encoding="utf-8") == written[0]
    assert paper.read_bytes() == written[1]


def test_a_user_with_plot_settings_gets_the_same_figures(full, written, tmp_path):
    """Settings of matplotlib outside do not reach the report, nor the report's the outside."""
    import matplotlib

    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "text.usetex": False}):
        page, _ = write(*full, tmp_path)
        assert matplotlib.rcParams["font.size"] == 30
    assert page.read_text(encoding="utf-8") == written[0]


def test_every_drawing_is_valid_xml_with_a_view_box(full):
    """Each figure scales with the page."""
    for figure in (b for b in blocks(*full) if isinstance(b, Figure)):
        root = ElementTree.fromstring(figure.draw())
        assert root.tag.endswith("svg")
        assert "viewBox" in root.attrib


def holed(arrays: Arrays, share: float) -> Arrays:
    """Return arrays whose signals hold gaps."""
    rng = np.random.default_rng(0)
    signals = {"envelope", "psd", "coherence", "limit", "threshold", "course", "lo", "hi"}
    return {
        name: np.where(rng.random(a.shape) < share, np.nan, a) if name in signals else a
        for name, a in arrays.items()
    }


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_arrays_with_gaps_are_drawn(full, share):
    """NaN in the evidence, up to whole channels, does not stop a figure."""
    assessment, evidence = full
    holes = {key: holed(arrays, share) for key, arrays in evidence.items()}
    figures = [b for b in blocks(assessment, holes) if isinstance(b, Figure)]
    assert len(figures) == len([b for b in blocks(*full) if isinstance(b, Figure)])
    assert all(f.draw().startswith("<svg") for f in figures)


def test_arrays_of_nothing_are_not_drawn(full):
    """Evidence that holds no number costs the figure, not the report."""
    assessment, evidence = full
    holes = {key: holed(arrays, 1.0) for key, arrays in evidence.items()}
    figures = [b for b in blocks(assessment, holes) if isinstance(b, Figure)]
    assert figures
    assert all(f.name.endswith(("-bars", "-scalp")) for f in figures)


def test_html_alone_leaves_no_old_pdf(empty, tmp_path):
    """A PDF of an older report would say something else, so it does not stay."""
    write(*empty, tmp_path)
    assert [p.name for p in write(*empty, tmp_path, pdf=False)] == ["report.html"]
    assert not (tmp_path / "report.pdf").exists()


def test_progress_names_every_step(full, tmp_path):
    """Progress starts at nothing, never goes back and ends with all steps."""
    steps: list[tuple[int, int]] = []
    write(*full, tmp_path, progress=lambda _, done, n: steps.append((done, n)))
    done = [d for d, _ in steps]
    assert done[0] == 0
    assert done == sorted(done)
    assert steps[-1][0] == steps[-1][1]
