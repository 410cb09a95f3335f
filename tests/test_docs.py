"""What the code declares stands in the documentation, and what stands there exists."""

import importlib.util
import re
from pathlib import Path

import click
import pytest

from eutonia.cli import cli
from eutonia.formats import all_formats
from eutonia.knowledge import table
from eutonia.measures import all_measures
from eutonia.model import BlockBootstrap, Each, Input, Measure, Needs, Range
from eutonia.quality import FLAGS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / n for n in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "samples/README.md")),
    *sorted((DOCS / "guide").glob("*.md")),
    *sorted((DOCS / "develop").glob("*.md")),
    *sorted(DOCS.glob("*.md")),
]


@pytest.fixture(scope="module")
def build_cards():
    """Return the module that writes the generated pages."""
    spec = importlib.util.spec_from_file_location("build_cards", DOCS / "build_cards.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(build_cards, tmp_path_factory):
    """Return the folder of freshly generated pages."""
    folder = tmp_path_factory.mktemp("docs")
    build_cards.build(folder)
    return folder


@pytest.mark.parametrize("measure", all_measures(), ids=lambda m: m.id)
def test_every_measure_has_a_page_with_all_that_it_declares(pages, measure: Measure) -> None:
    """The page states title, version, unit, method, caution and each proof, done or not."""
    text = (pages / "measures" / f"{measure.id}.md").read_text(encoding="utf-8").replace("\\", "")
    assert text.startswith(f"# {measure.title}\n")
    assert f"| version | {measure.version} |" in text
    assert measure.method in text
    assert measure.caution in text
    assert measure.history in text
    for part, unit in measure.units.items():
        assert f"| `{measure.full_id(part)}` | {unit} |" in text
    for words in ("Simulated truth", "independent tool", "real recording"):
        assert words in text


def test_the_overview_lists_every_measure(pages) -> None:
    """No measure is missing from the list, and none is there that does not exist."""
    text = (pages / "measures" / "index.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| \[.*?\]\((.*)\.md\)", text, re.M)) == {m.id for m in all_measures()}


def test_a_page_of_a_vanished_measure_is_removed(build_cards, tmp_path: Path) -> None:
    """A page that no measure stands behind does not survive a build."""
    (tmp_path / "measures").mkdir()
    (tmp_path / "measures" / "gone.md").write_text("# Gone", encoding="utf-8")
    build_cards.build(tmp_path)
    assert not (tmp_path / "measures" / "gone.md").exists()


def test_every_proof_is_told_in_words() -> None:
    """Each measure says what agrees with it and what was seen on real recordings, or what lacks."""
    said = table("proofs")
    assert said.keys() == {m.id for m in all_measures()}
    for m in all_measures():
        for proof in ("independent", "real"):
            nothing = said[m.id][proof].startswith("None")
            assert nothing or proof in m.proofs or proof == "real", f"{m.id}: {proof}"
            assert not (nothing and proof in m.proofs), f"{m.id}: {proof}"


def test_a_measure_that_was_never_validated_says_so(build_cards) -> None:
    """Without kept results the page claims no coverage."""
    new = Measure(
        id="emg.trial",
        version="1",
        title="Trial",
        unit="uV",
        tier="research",
        sources=(),
        method="Nothing *yet* <b>.",
        needs=Needs(inputs={"emg": Input(kind="emg")}, target=Each()),
        scale="none",
        interval=BlockBootstrap(block_s=1),
        valid=Range(lo=0, hi=1, shown_by="docs/measures/emg.trial"),
    )
    text = build_cards.measure_page(new)
    assert "Not yet run" in text
    assert "coverage" not in text
    assert r"Nothing \*yet\* \<b>." in text


def test_every_command_is_documented(pages) -> None:
    """The page of commands holds each command with its own help."""
    text = (pages / "commands.md").read_text(encoding="utf-8")
    context = click.Context(cli)
    for name in cli.list_commands(context):
        assert f"## eutonia {name}" in text
        assert f"Usage: eutonia {name}" in text


def test_every_command_in_the_documentation_exists() -> None:
    """Each ``eutonia WORD`` in a code block names a command."""
    known = set(cli.list_commands(click.Context(cli)))
    for page in PAGES:
        for block in re.findall(r"```bash\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
            named = set(re.findall(r"^eutonia ([a-z]+)", block, re.M))
            assert named <= known, f"{page.name} names {named - known}"


def test_every_make_target_in_the_documentation_exists() -> None:
    """Each ``make WORD`` in a code block or in code style names a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    assert {"demo", "test", "check", "validate", "bench", "docs", "clean"} <= targets
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        code = "\n".join(
            re.findall(r"```bash\n(.*?)```", text, re.S) + re.findall(r"`[^`\n]+`", text)
        )
        named = set(re.findall(r"\bmake ([a-z]+)", code))
        assert named <= targets, f"{page.name} names {named - targets}"


def test_every_quality_flag_is_explained() -> None:
    """The table of bad input explains each flag that a finding can carry."""
    text = (DOCS / "guide" / "bad-input.md").read_text(encoding="utf-8")
    assert not [flag for flag in FLAGS if f"`{flag}`" not in text]


def test_every_issue_is_explained() -> None:
    """The table of bad input explains each code that reading can report."""
    text = (DOCS / "guide" / "bad-input.md").read_text(encoding="utf-8")
    folders = [
        *(ROOT / "src/eutonia/formats").rglob("*.py"),
        *(ROOT / "src/eutonia").glob("quality*.py"),
    ]
    source = "\n".join(p.read_text(encoding="utf-8") for p in folders)
    codes = set(
        re.findall(r"(?:\bcode=|_issue\(\s*|\.say\(\w+(?:\[\w+\])?, )\"([a-z_]+)\"", source)
    )
    assert len(codes) > 15, "the search finds no codes: it looks in the wrong place"
    notes = {"corrected"}  # reported, but nothing is wrong
    assert not [code for code in codes - notes if f"`{code}`" not in text]


def test_every_format_is_named() -> None:
    """The README names each format by its suffix's usual name."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for one in all_formats():
        assert any(s.strip(".").upper() in text for s in one.suffixes), one.title


def test_links_between_files_lead_somewhere() -> None:
    """Each relative link in the documentation names a file that exists or is generated."""
    generated = {DOCS / n for n in ("commands.md", "measures/index.md", "video-accuracy.md")}
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            path = (page.parent / target).resolve()
            if "://" not in target and not path.exists() and path not in generated:
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def test_the_documentation_loads_nothing_from_elsewhere() -> None:
    """No page and no setting of the documentation embeds a script, style or picture by address."""
    for path in (p for p in DOCS.rglob("*") if p.suffix in {".md", ".py", ".css", ".html"}):
        if "_build" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(src=|!\[[^\]]*\]\(|url\()[\"']?https?://", text), path
            assert "intersphinx" not in text
