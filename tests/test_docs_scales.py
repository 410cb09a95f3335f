"""The page of the scales holds every scale, and cites only what was checked."""

import importlib.util
import sys
from pathlib import Path

import pytest

from eutonia.knowledge import citation, table
from eutonia.knowledge.wording import forbidden

DOCS = Path(__file__).resolve().parents[1] / "docs"
OURS = table("statements")["our_rule"]


@pytest.fixture(scope="module")
def page():
    """Return the generated text."""
    sys.path.insert(0, str(DOCS))
    try:
        spec = importlib.util.spec_from_file_location("build_scales", DOCS / "build_scales.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(DOCS))
    return module.text().replace("\\", "")


def test_every_scale_has_its_section(page):
    """Each scale is named with its own heading and its name; the count is right."""
    assert f"## All {len(table('scales'))} scales" in page
    for scale in table("scales").values():
        assert f"\n### {scale['short']}\n\n" in page
        assert scale.get("reason", scale["name"]) in page


def test_every_threshold_stands_with_its_source_or_as_our_rule(page):
    """Value, anchor and source are printed; one from memory is our rule, unconfirmed."""
    seen = 0
    for scale in table("scales").values():
        for m in scale.get("mcid", ()):
            value = f"{m['value']:+g}".replace("-", "−")
            source = ", ".join(m["refs"]) if m["mark"] == "V" else OURS
            assert f"{value} {m['unit']}, {m['anchor']} ({source}" in page
            seen += 1
    assert seen >= 14


def test_references_are_listed_and_confirmed(page):
    """Every citation is listed in full, and none is from memory."""
    assert citation("Espay2018") in page
    assert "[unconfirmed]" not in page


def test_each_battery_is_listed(page):
    """Each form has its row of usual scales."""
    for form in table("batteries"):
        assert f"| {form.replace('_', ' ')} |" in page


def test_the_generated_text_is_what_the_guide_includes():
    """The guide includes the file that is written at every build."""
    assert "{include} ../scales_table.txt" in (DOCS / "guide" / "scales.md").read_text("utf-8")
    assert "build_scales.build" in (DOCS / "conf.py").read_text("utf-8")


def test_the_page_says_nothing_forbidden(page):
    """Generated tables and the guide around them keep to the wording of the house."""
    guide = (DOCS / "guide" / "scales.md").read_text("utf-8")
    lines = (*page.splitlines(), *guide.splitlines())
    assert [f for line in lines for f in forbidden(line)] == []
