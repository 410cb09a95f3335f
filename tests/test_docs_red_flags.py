"""The page of the red flags holds every flag, question and level, with what was checked."""

import importlib.util
import sys
from pathlib import Path

import pytest

from eutonia.exam import facts as limits
from eutonia.knowledge import citation, table

DOCS = Path(__file__).resolve().parents[1] / "docs"
OURS = table("statements")["our_rule"]


@pytest.fixture(scope="module")
def page():
    """Return the generated text."""
    sys.path.insert(0, str(DOCS))
    try:
        spec = importlib.util.spec_from_file_location("build_flags", DOCS / "build_red_flags.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(DOCS))
    return module.text().replace("\\", "")


def test_every_flag_has_its_section_with_tiers_action_and_source(page):
    """Each flag is there with each of its tiers, what to do, and how far its reason was checked."""
    sections = page.split("\n### ")
    for key, flag in table("red_flags").items():
        [section] = [s for s in sections if s.startswith(f"{key} {flag['title']}\n")]
        for one in flag["tiers"]:
            assert f"| {one['tier']} | " in section
        assert flag["action"] in section
        source = ", ".join(flag["why"]["refs"]) if flag["why"]["mark"] == "V" else OURS
        assert f"{flag['why']['words']} ({source})" in section


def test_every_question_and_level_is_listed(page):
    """Each question is there, marked where every visit asks it, and each level of the plan."""
    for sign in table("danger_signs").values():
        [row] = [line for line in page.splitlines() if f"| {sign['ask']}" in line]
        assert row.endswith("| yes |") is bool(sign.get("core"))
    for level, entry in table("dsap").items():
        assert f"| {level} | {entry['words']} |" in page


def test_thresholds_stand_in_words(page):
    """Limits of the rules are printed as they hold."""
    assert "DSAP level 4 or more" in page
    assert "PHQ-9 item 9 is more than 0" in page
    assert "onset at less than 50 years" in page
    assert "passive range more than 20 degrees smaller" in page
    assert "{}" not in page


def test_words_in_quotes_are_explained(page):
    """Each named condition is explained, and none is used that is not."""
    import re

    explained = set(re.findall(r"^\| (“[^”]+”) \|", page, re.M))
    assert len(explained) == len(table("flag_conditions"))
    assert set(re.findall(r"“[^”]+”", page)) == explained


def test_references_are_listed_and_confirmed(page):
    """Every citation is listed in full, and none is from memory."""
    assert citation("Termsarasab2017") in page
    assert "[unconfirmed]" not in page


def test_the_guide_says_the_limits_that_the_code_uses():
    """The limits told in the guide are those of the code, and it says that they are ours."""
    text = (DOCS / "guide" / "red-flags.md").read_text("utf-8")
    assert f"at least {limits.PAIN_DAYS} of the {limits.PAIN_WINDOW_DAYS} days" in text
    assert f"up to {limits.DOPAMINE_BLOCKER_DAYS} days" in text
    assert (
        f"a stop up to {limits.STOPPED_DAYS}, an injury up to {limits.TRAUMA_DAYS}, "
        f"toxin up to {limits.TOXIN_DAYS}"
    ) in text
    assert f"more than {limits.PAST_DAYS} days past" in text
    assert f"rises by {table('recording_stop')['pain_rise']} or more" in text
    assert "sign-off is outstanding" in text


def test_the_generated_text_is_what_the_guide_includes():
    """The guide includes the file that is written at every build."""
    assert "{include} ../red_flags_table.txt" in (DOCS / "guide/red-flags.md").read_text("utf-8")
    assert "build_red_flags.build" in (DOCS / "conf.py").read_text("utf-8")
