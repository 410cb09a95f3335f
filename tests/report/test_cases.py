"""The pages of nine made-up examinations say all of the checklist, and nothing forbidden."""

import random
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml

from eutonia.assess import conclude
from eutonia.exam import ratings
from eutonia.formats.answer_file import read_mapping
from eutonia.formats.assessment import dumps, loads
from eutonia.formats.examination import parse_examination, parse_history
from eutonia.knowledge.reading import forbidden
from eutonia.model import Assessment, Flag, Manifest, Person, Visit
from eutonia.read import read_visit
from eutonia.report.block import (
    Block,
    Bullets,
    Heading,
    KeyValues,
    Note,
    Paragraph,
    Table,
    Text,
    Title,
)
from eutonia.report.blocks import blocks
from eutonia.report.examined.glance import scores
from eutonia.report.first_page import first_page
from eutonia.report.html import html
from eutonia.report.plain_page import plain_page

CASES = Path(__file__).resolve().parents[2] / "samples" / "cases"
CHECKLIST = yaml.safe_load(Path(__file__).with_name("checklist.yaml").read_text("utf-8"))
FORMS = tuple(CHECKLIST["forms"])


@cache
def assessed(form: str) -> Assessment:
    visit = read_visit(CASES / f"sub-{form.replace('_', '')}" / "ses-02")
    assert not visit.lost
    return conclude(visit, ratings(visit), manifest=_manifest())


def _manifest() -> Manifest:
    return Manifest(versions=(), measures=(), inputs=(), seed=0)


@cache
def pages(form: str) -> dict[str, tuple[Block, ...]]:
    """Return the blocks of the first page, the plain page, and all."""
    said = blocks(assessed(form), {})
    parts: dict[str, list[Block]] = {"glance": [], "plain": []}
    here = ""
    for block in said:
        if isinstance(block, Heading) and block.level == 2:
            here = block.anchor
        parts.setdefault(here, []).append(block)
    return {"first": tuple(parts["glance"]), "plain": tuple(parts["plain"]), "all": said}


def text(blocks_: tuple[Block, ...]) -> str:
    return "\n".join(line for block in blocks_ for line in lines(block))


def lines(block: Block) -> list[str]:
    match block:
        case Title():
            return [block.text, block.aside, *block.label_words]
        case Heading() | Paragraph() | Note():
            return [plain(block.text)]
        case Bullets():
            return [plain(item) for item in block.items]
        case KeyValues():
            return [f"{key} {plain(words)}" for key, words in block.rows]
        case Table():
            return [block.caption, " ".join(block.header), *(" ".join(r) for r in block.rows)]
    return []


def plain(words: Text) -> str:
    if isinstance(words, str):
        return words
    return "".join(w if isinstance(w, str) else w.words for w in words)


@pytest.mark.parametrize("form", FORMS)
def test_the_page_says_everything_of_the_checklist(form):
    """Each item that the domain files ask for stands where it belongs."""
    items = (*CHECKLIST["every"], *CHECKLIST["forms"][form])
    said = {where: text(found) for where, found in pages(form).items()}
    missing = [
        f"{item['id']}: /{item['says']}/ on {item['where']} ({item['from']})"
        for item in items
        if not re.search(item["says"], said[item["where"]], re.IGNORECASE | re.DOTALL)
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("form", FORMS)
def test_the_page_says_nothing_forbidden(form):
    """No line of the report diagnoses, promises, blames, doses or calls anything harmless."""
    found = [
        (line, why)
        for block in pages(form)["all"]
        for line in lines(block)
        for why in [forbidden(line)]
    ]
    assert not [(line, why) for line, why in found if why]


@pytest.mark.parametrize("form", FORMS)
def test_every_case_is_a_form_of_its_own(form):
    """The form that the examiner names is the one that the regions and tasks lead to."""
    said = {c.about: c for c in assessed(form).verdicts.conclusions}
    assert said["form"].value == form
    assert said["distribution"].value not in ("undecided", "unknown", "none")


def test_a_checklist_item_that_is_missing_is_found():
    """The test can fail: a page without its safety row lacks two items."""
    without = tuple(
        KeyValues(caption=b.caption, rows=tuple(r for r in b.rows if r[0] != "SAFETY"))
        if isinstance(b, KeyValues)
        else b
        for b in pages("cervical")["first"]
    )
    items = [i for i in CHECKLIST["every"] if i["id"] == "safety-asked"]
    assert not re.search(items[0]["says"], text(without), re.IGNORECASE | re.DOTALL)
    assert re.search(items[0]["says"], text(pages("cervical")["first"]), re.I | re.DOTALL)


def _answers(name: str) -> list[dict]:
    return [read_mapping(path) for path in sorted(CASES.rglob(name))]


def _mixed(answers: list[dict], rng: random.Random) -> dict:
    """Return answers of several people at once, most of them missing."""
    taken = [(k, v) for one in answers for k, v in one.items() if rng.random() < 0.2]
    return dict(taken)


@pytest.mark.parametrize("seed", range(40))
def test_any_mixture_of_answers_makes_a_whole_report(seed):
    """Whatever is filled in or left out, the report is written and the assessment reads back."""
    rng = random.Random(seed)
    one, other = ({**_mixed(_answers("examination.yaml"), rng), "rater": r} for r in "AB")
    visit = Visit(
        id="ses-02",
        person=Person(id="sub-01", age_years=rng.choice([None, 8.0, 50.0])),
        examinations=(parse_examination(one), parse_examination(other)),
        earlier=(parse_examination({**_mixed(_answers("examination.yaml"), rng), "rater": "A"}),),
        history=parse_history(_mixed(_answers("person.yaml"), rng)),
    )
    made = conclude(visit, ratings(visit), manifest=_manifest())
    said = blocks(made, {})
    assert html(said, {}).endswith("</html>\n")
    assert loads(dumps(made)) == made
    flags = [f for f in made.verdicts.flags if f.closed is None]
    assert all(f.title in text(said) for f in flags)


def test_a_range_that_was_not_verified_is_not_printed_as_one():
    """The total of a scale whose range is not known stands without it."""
    assert "BSRS 9 points" in text(pages("blepharospasm")["first"])
    assert "9 0 to 1000" not in text(pages("blepharospasm")["all"])


def test_two_raters_of_one_scale_stand_in_two_rows():
    """The parts of one rater's total never stand beside those of another."""
    visit = read_visit(CASES / "sub-cervical" / "ses-02")
    [first] = visit.examinations
    second = replace(first, rater="C", blinded=True, video="video 1")
    seen = replace(visit, examinations=(first, second))
    made = conclude(seen, ratings(seen), manifest=_manifest())
    rows = [words for key, words in scores(made) if key == "TWSTRS"]
    assert len(rows) == 2
    assert "rater B, rated live, not blinded" in rows[0]
    assert "rater C, rated from video: video 1, blinded" in rows[1]


@pytest.mark.parametrize(
    ("sign", "says"),
    [
        ("stridor", "Call your local emergency number now. Nobody"),
        ("suicidal_thoughts", "Please call a doctor yourself, today."),
    ],
)
def test_the_plain_page_is_as_urgent_as_the_flags(sign, says):
    """An emergency is never put off to a doctor's day, and stands on both first pages."""
    visit = read_visit(CASES / "sub-cervical" / "ses-02")
    [first] = visit.examinations
    danger = tuple({**dict(first.danger), sign: True}.items())
    seen = replace(visit, examinations=(replace(first, danger=danger),))
    made = conclude(seen, ratings(seen), manifest=_manifest())
    shown = plain_page(made)
    notes = [b.text for b in shown if isinstance(b, Note) and b.kind == "danger"]
    assert [says in n for n in notes] == [True]
    assert "soon: Breathing" not in text(shown)
    urgent = {f.tier for f in made.verdicts.flags if f.closed is None} - {"SOON", "DISCUSS"}
    top = [b.text for b in first_page(made) if isinstance(b, Note)]
    assert {t.partition(":")[0] for t in map(str, top)} == urgent


def test_tasks_that_a_flag_forbids_are_named():
    """With signs of the spinal cord the report says that the range of motion is not tested."""
    visit = read_visit(CASES / "sub-cervical" / "ses-02")
    [first] = visit.examinations
    assert "Not offered while" not in text(pages("cervical")["all"])
    danger = (*first.danger, ("electric_shocks", True))
    seen = replace(visit, examinations=(replace(first, danger=danger),))
    made = conclude(seen, ratings(seen), manifest=_manifest())
    assert "Not offered while a flag above is open: tasks of range" in text(blocks(made, {}))


def test_an_assessment_of_another_version_still_makes_a_report():
    """Flags, scales and forms that this version does not know are shown as they were said."""
    made = assessed("cervical")
    flag = Flag(id="RF99", tier="SOON", title="Later flag", action="See.", because=("a sign",))
    verdicts = replace(made.verdicts, flags=(flag,))
    first = made.findings[0]
    estimate = replace(first.estimate, measure="scale.later", title="Later scale", part="")
    scored = replace(first, estimate=estimate)
    later = replace(made, verdicts=verdicts, findings=(scored, *made.findings[1:]))
    said = text(blocks(later, {}))
    assert "Later flag (RF99)" in said
    assert "Later scale" in said
