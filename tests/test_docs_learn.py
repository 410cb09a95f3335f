"""The pages of the guide in the documentation say what ``eutonia learn`` says."""

import importlib
import re
from pathlib import Path

import pytest

from eutonia.knowledge import table
from eutonia.knowledge.reading import Topic, references_of, topics

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.fixture(scope="module")
def build_learn():
    """Return the module that writes the pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        yield importlib.import_module("build_learn")


@pytest.fixture(scope="module")
def pages(build_learn, tmp_path_factory):
    """Return the folder of freshly written pages."""
    folder = tmp_path_factory.mktemp("docs")
    build_learn.build(folder)
    return folder / "guide" / "learn"


@pytest.mark.parametrize("one", topics(), ids=lambda t: t.id)
def test_a_page_says_every_sentence_with_its_mark_and_source(pages, one: Topic) -> None:
    """Each sentence, its symbol, and a link to each reference that exists."""
    text = (pages / f"{one.id}.md").read_text(encoding="utf-8").replace("\\", "")
    sources = (pages / "sources.md").read_text(encoding="utf-8")
    for s in (x for section in one.sections for x in (*section.sentences, *section.details)):
        mark = f"{table('verdicts')[s.verdict]['symbol']} " if s.verdict else ""
        (line, *_) = [at for at in text.splitlines() if at.startswith(f"- {mark}{s.text}")]
        for key in s.refs:
            assert f"[{key}](sources.md#{key.lower()})" in line
            assert f"\n## {key}\n" in sources
    assert "What the marks mean" in text


def test_the_index_lists_all_topics_and_explains_all_marks(pages) -> None:
    """Every page is reachable, and the legend is whole."""
    text = (pages / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\((\w+)\.md\)", text)
    assert sorted(listed) == sorted(one.id for one in topics())
    for verdict in table("verdicts").values():
        assert f"{verdict['symbol']} **{verdict['name']}**: {verdict['words']}" in text
    assert text.index("call your local emergency number") < text.index("What the marks mean")


def test_every_reference_of_the_guide_has_its_heading_once(pages) -> None:
    """The page of sources holds what is cited and nothing else."""
    text = (pages / "sources.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (\w+)$", text, re.M)
    assert sorted(headings) == sorted({key for one in topics() for key in references_of(one)})


def test_a_page_of_a_vanished_topic_is_removed(build_learn, tmp_path) -> None:
    """A page that no topic stands behind does not survive a build."""
    folder = tmp_path / "guide" / "learn"
    folder.mkdir(parents=True)
    (folder / "gone.md").write_text("# Gone", encoding="utf-8")
    build_learn.build(tmp_path)
    assert not (folder / "gone.md").exists()


def test_the_guide_is_built_with_the_documentation_and_never_committed() -> None:
    """conf.py calls it, the index of the documentation lists it, git ignores it."""
    assert "build_learn.build(" in (DOCS / "conf.py").read_text(encoding="utf-8")
    assert "guide/learn/index" in (DOCS / "index.md").read_text(encoding="utf-8")
    assert "/guide/learn/" in (DOCS / ".gitignore").read_text(encoding="utf-8")
