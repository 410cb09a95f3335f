"""The rules that the tables of scales and batteries must keep: each broken rule is found."""

import copy

import pytest

from eutonia.knowledge import table
from eutonia.knowledge.compile import read_sources
from eutonia.knowledge.grids import written_out
from eutonia.knowledge.rules.scales import problems

#: The 27 entries of the domain file.
ALL = {
    *("BFMDRS", "TWSTRS", "TWSTRS2", "UDRS", "GDRS", "JRS", "BSDI", "BSRS", "CDQ24", "CDIP58"),
    *("ADDS", "WCRS", "WCIS", "TCS", "FAM", "VHI10", "DIS", "BADS", "TSUI", "CGI", "PGIC"),
    *("PAINNRS", "PHQ9", "GAD7", "SLEEP", "DYSTONIA_DAY", "MDDS"),
}


@pytest.fixture(scope="module")
def sources():
    """Return the real sources, which keep all rules."""
    return read_sources()


def test_the_tables_keep_their_rules(sources):
    """The tables that ship break no rule."""
    assert list(problems(sources)) == []


def test_all_scales_are_there():
    """Every scale of the domain file has its row, also the one that is not implemented."""
    assert table("scales").keys() == ALL
    assert len(ALL) == 27


def test_the_statuses_are_those_of_the_domain_file():
    """No scale has been made freer than the domain file allows."""
    by_status = {}
    for key, scale in table("scales").items():
        by_status.setdefault(scale["status"], set()).add(key)
    assert by_status["permission"] == {"TWSTRS2", "BSDI", "CDQ24", "CDIP58", "WCIS", "VHI10"}
    assert by_status["unknown"] == {"MDDS"}
    assert by_status["free"] == {
        *("FAM", "CGI", "PGIC", "PAINNRS", "PHQ9", "GAD7", "SLEEP", "DYSTONIA_DAY"),
    }


def test_the_thresholds_are_coded_exactly():
    """The minimal clinically important changes of TWSTRS are −8, −9, −11 and −11.9 (P21)."""
    found = [(m["value"], m["refs"]) for m in table("scales")["TWSTRS"]["mcid"]]
    assert found == [
        (-8, ["Dashtipour2019"]),
        (-9, ["Dashtipour2019"]),
        (-11, ["Dashtipour2019"]),
        (-11.9, ["Espay2018"]),
    ]


def test_a_grid_is_written_out_with_its_own_anchors():
    """Every row meets every column, weights stay, and a row's own anchors replace the column's."""
    column = {"id": "a", "label": "A", "lo": 0, "hi": 4, "anchors": [[0, "none", "M"]]}
    rows = [
        {"id": "eyes", "label": "eyes", "weight": 0.5},
        {"id": "speech", "label": "speech", "anchors": {"a": [[0, "neither", "D"]]}},
    ]
    part = {
        "grid": {"product": True, "columns": [column, column | {"id": "b"}], "rows": rows},
        "formula": {"kind": "sum", "mark": "M"},
    }
    out = written_out({"X": {"parts": {"total": part}}})["X"]["parts"]["total"]
    assert [i["id"] for i in out["items"]] == ["eyes_a", "eyes_b", "speech_a", "speech_b"]
    assert [i["anchors"][0][1] for i in out["items"]] == ["none", "none", "neither", "none"]
    assert out["formula"]["groups"] == [
        {"take": "product", "items": ["eyes_a", "eyes_b"], "weight": 0.5},
        {"take": "product", "items": ["speech_a", "speech_b"], "weight": 1},
    ]


def _status(s):
    s["scales"]["JRS"]["status"] = "stolen"


def _direction(s):
    s["scales"]["JRS"]["direction"] = "sideways"


def _no_name(s):
    del s["scales"]["JRS"]["name"]


def _no_parts(s):
    s["scales"]["JRS"]["parts"] = {}


def _no_reason(s):
    del s["scales"]["MDDS"]["reason"]


def _clinical_without_proof(s):
    s["scales"]["TCS"]["tier"] = "clinical"


def _formula(s):
    s["scales"]["JRS"]["parts"]["total"]["formula"]["kind"] = "guess"


def _range(s):
    s["scales"]["JRS"]["parts"]["total"]["range"]["hi"] = 0


def _items_without_formula(s):
    s["scales"]["JRS"]["parts"]["total"]["formula"] = {"kind": "entered", "mark": "M"}


def _group(s):
    s["scales"]["TSUI"]["parts"]["total"]["formula"]["groups"][0]["items"].append("tail")


def _sums_nothing(s):
    s["scales"]["TWSTRS"]["parts"]["total"]["formula"]["of"]["tail"] = 1


def _item_twice(s):
    items = s["scales"]["JRS"]["parts"]["total"]["items"]
    items.append(items[0])


def _no_label(s):
    s["scales"]["JRS"]["parts"]["total"]["items"][0]["label"] = ""


def _unknown_na(s):
    s["scales"]["JRS"]["parts"]["total"]["items"][0]["na"] = "guess"


def _prorates_in_silence(s):
    del s["scales"]["TWSTRS"]["parts"]["disability"]["prorate"]


def _anchor_outside(s):
    s["scales"]["JRS"]["parts"]["total"]["items"][0]["anchors"].append([5, "beyond", "M"])


def _wrong_sign(s):
    s["scales"]["TWSTRS"]["mcid"][0]["value"] = 8


def _threshold_of_nothing(s):
    s["scales"]["TWSTRS"]["mcid"][0]["part"] = "tail"


def _threshold_without_unit(s):
    del s["scales"]["TWSTRS"]["mcid"][0]["unit"]


def _norm_of_nothing(s):
    s["scales"]["VHI10"]["norm"]["part"] = "tail"


def _cited_from_memory(s):
    s["scales"]["VHI10"]["mcid"][0]["refs"] = ["Arffa2012"]


def _no_mark(s):
    del s["scales"]["JRS"]["mcid"][0]["mark"]


def _checked_without_source(s):
    del s["scales"]["JRS"]["mcid"][0]["refs"]


def _battery_of_no_form(s):
    s["batteries"]["tail"] = {"scales": ["JRS"], "mark": "D"}


def _battery_of_no_scale(s):
    s["batteries"]["cervical"]["scales"].append("MDS99")


def _battery_unmarked(s):
    del s["batteries"]["cervical"]["mark"]


def _form_without_battery(s):
    del s["batteries"]["cervical"]


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (_status, "unknown status 'stolen'"),
        (_direction, "unknown direction 'sideways'"),
        (_no_name, "JRS lacks name"),
        (_no_parts, "must have parts"),
        (_no_reason, "gives no reason"),
        (_clinical_without_proof, "TCS is clinical, but no property"),
        (_formula, "unknown formula 'guess'"),
        (_range, "has no range"),
        (_items_without_formula, "items without a formula"),
        (_group, "groups what it has not"),
        (_sums_nothing, "sums the part 'tail'"),
        (_item_twice, "an item twice"),
        (_no_label, "without a label"),
        (_unknown_na, "what becomes of severity"),
        (_prorates_in_silence, "prorates without saying how"),
        (_anchor_outside, "anchor of severity outside its range"),
        (_wrong_sign, "sign contradicts"),
        (_threshold_of_nothing, "threshold of no part"),
        (_threshold_without_unit, "without a unit"),
        (_norm_of_nothing, "norm of no part"),
        (_cited_from_memory, "marked M and must not be cited"),
        (_no_mark, "carries no mark"),
        (_checked_without_source, "marked V and names no reference"),
        (_battery_of_no_form, "tail is no form"),
        (_battery_of_no_scale, "'MDS99', which is no scale"),
        (_battery_unmarked, "cervical carries no mark"),
        (_form_without_battery, "cervical has none"),
    ],
)
def test_each_broken_rule_is_named(sources, break_it, words):
    """A table that breaks a rule is found, and the message says which."""
    broken = copy.deepcopy(sources)
    break_it(broken)
    found = "\n".join(problems(broken))
    assert words in found
    assert all(p.startswith(("scales: ", "batteries: ")) for p in found.splitlines())
