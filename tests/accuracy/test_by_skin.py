"""The tables by skin of the page on the accuracy of video."""

import json
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def page(monkeypatch):
    """Return the module that writes the page."""
    monkeypatch.syspath_prepend(str(DOCS))
    import build_video_accuracy

    return build_video_accuracy


def _cells(table, skin):
    line = next(x for x in table.splitlines() if x.startswith(f"| {skin} "))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_people_are_grouped_by_the_skin_they_are_drawn_with(page):
    """Of four people each figure is the mean of those of its skin, without what is not known."""
    people = range(40)
    some = [i for i in people if page.dark(i)][:2] + [i for i in people if not page.dark(i)][:2]
    figures = [(1.0, 4.0), (3.0, None), (10.0, 1.0), (20.0, 2.0)]
    rows = [
        {"by": "person", "level": str(i), "films": 3, "yaw": {"bias": a}, "lost": b}
        for i, (a, b) in zip(some, figures, strict=True)
    ]
    table = page.by_skin([{"by": "light", "level": "dim", "films": 9}, *rows], people)
    assert _cells(table, "dark") == ["dark", "2", "3", "2", "4"]
    assert _cells(table, "light") == ["light", "2", "3", "15", "1.5"]


def test_a_study_without_figures_of_each_person_says_so(page):
    """Where only pooled figures are kept, the page says that skin was not compared."""
    text = page.by_skin([{"by": "covered by", "level": "nothing"}], range(20))
    assert "are not kept" in text
    assert f"{sum(map(page.dark, range(20)))} of 20" in text


def test_the_page_has_skin_for_every_study_that_was_run(page):
    """Each study that is kept has its table or says why there is none."""
    kept = json.loads((DOCS / "video" / "accuracy.json").read_text(encoding="utf-8"))
    text = page.page(DOCS / "video" / "accuracy.json")
    assert text.count("### By skin") + text.count("**By skin**") == len(kept)
