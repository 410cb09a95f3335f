"""The body distribution against the vectors of the domain (T11) and against brute force."""

from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eutonia.exam.distribution import distribution
from eutonia.knowledge import find, table
from eutonia.model import InvalidRecord

REGIONS = ("UC", "LC", "CE", "LX", "UR", "UL", "TR", "DR", "DL")
#: The edges as the domain writes them, typed here a second time.
EDGES = (
    "UC–LC, UC–CE, LC–CE, LC–LX, LX–CE, CE–UR, CE–UL, CE–TR, TR–UR, TR–UL, TR–DR, TR–DL, "
    "UR–UL, DR–DL"
)
MIRROR = {"UR": "UL", "UL": "UR", "DR": "DL", "DL": "DR", "left": "right", "right": "left"}
SIDES = ("left", "right", "both", "midline", "unknown")
ALL_SETS = [frozenset(s) for s in chain.from_iterable(combinations(REGIONS, n) for n in range(10))]

# T11: regions | sides | result
VECTORS = """
|| none
UC || focal
CE || focal
UR || focal
UC LC || segmental
UC LC CE || segmental
UC CE || segmental
LC LX || segmental
LX CE || segmental
UR UL || segmental
DR DL || segmental
CE UR || segmental
CE TR || segmental
TR DR || segmental
UC UR || multifocal
UC LX || multifocal
CE DR || multifocal
UR DL || multifocal
UR UL DR DL || multifocal
UR DR LC || multifocal
UR DR || hemidystonia
UR DR LC | LC=R | hemidystonia
UR DR TR | TR=R | hemidystonia
TR CE UR || generalised_without_leg
TR UR UL || generalised_without_leg
TR DR DL || generalised_with_leg
TR CE UR DL || generalised_with_leg
UC LC CE LX UR UL TR DR DL || generalised_with_leg
"""


def _vectors():
    for line in VECTORS.strip().splitlines():
        regions, sides, result = (p.strip() for p in line.split("|"))
        named = dict(pair.split("=") for pair in sides.split())
        words = {"R": "right", "L": "left"}
        yield {r: words.get(named.get(r, ""), "unknown") for r in regions.split()}, result


@pytest.mark.parametrize(("regions", "expected"), list(_vectors()))
def test_every_vector_of_the_domain(regions, expected):
    """T11: each set of regions gives the distribution that the reference table gives."""
    assert distribution(regions).value == expected


def test_the_strict_profile_parts_upper_face_and_neck():
    """T11: without the edge between upper face and neck, the two together are multifocal."""
    regions = {"UC": "unknown", "CE": "unknown"}
    assert distribution(regions, profile="strict").value == "multifocal"
    assert distribution(regions).value == "segmental"


def test_the_matrix_is_that_of_the_domain():
    """The default profile holds exactly the published set of edges, and strict one edge less."""
    profiles = table("adjacency")["profiles"]
    edges = {frozenset(e.split("–")) for e in EDGES.split(", ")}
    assert {frozenset(e) for e in profiles["default"]["edges"]} == edges
    assert {frozenset(e) for e in profiles["strict"]["edges"]} == edges - {frozenset(["UC", "CE"])}


def _hangs_together(regions, edges):
    """Whether no split into two parts is without an edge between them: brute force."""
    some = sorted(regions)
    for n in range(1, len(some)):
        for part in combinations(some, n):
            rest = regions - set(part)
            if not any(len(e & set(part)) == 1 and e & rest for e in edges):
                return False
    return True


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_connection_agrees_with_brute_force_over_all_sets(profile):
    """For all 512 sets, segmental and multifocal agree with trying every split into two parts."""
    edges = {frozenset(e.split("–")) for e in EDGES.split(", ")}
    if profile == "strict":
        edges.remove(frozenset(["UC", "CE"]))
    compared = 0
    for regions in ALL_SETS:
        found = distribution(dict.fromkeys(regions, "unknown"), profile=profile).value
        if found in ("segmental", "multifocal"):
            compared += 1
            assert (found == "segmental") == _hangs_together(regions, edges), regions
    assert compared > 200


def test_steps_come_in_order_over_all_sets():
    """For all sets without sides: trunk and two more is generalised, whatever hangs together."""
    for regions in ALL_SETS:
        found = distribution(dict.fromkeys(regions, "unknown"))
        limbs = regions & {"UR", "UL", "DR", "DL"}
        if regions in ({"UR", "DR"}, {"UL", "DL"}):
            assert found.value == "hemidystonia"
            assert found.unilateral
        elif "TR" in regions and len(regions) > 2:
            with_leg = bool(regions & {"DR", "DL"})
            assert found.value == f"generalised_{'with' if with_leg else 'without'}_leg"
        else:
            assert not found.value.startswith("generalised"), limbs


@st.composite
def _bodies(draw):
    regions = draw(
        st.permutations(REGIONS).flatmap(lambda p: st.integers(0, 9).map(lambda n: p[:n]))
    )
    fixed = {"R": "right", "L": "left"}
    return {
        r: draw(st.sampled_from([fixed[r[1]], "unknown"]))
        if r in MIRROR
        else draw(st.sampled_from(SIDES))
        for r in regions
    }


@given(_bodies(), st.randoms())
def test_the_order_of_regions_does_not_matter(body, random):
    """Shuffling the regions changes neither the distribution nor a word of why."""
    shuffled = list(body.items())
    random.shuffle(shuffled)
    assert distribution(dict(shuffled)) == distribution(body)


@given(_bodies())
def test_left_and_right_are_treated_alike(body):
    """A body and its mirror image have the same distribution in both schemes."""
    mirrored = {MIRROR.get(r, r): MIRROR.get(s, s) for r, s in body.items()}
    a, b = distribution(body), distribution(mirrored)
    assert (a.value, a.legacy, a.unilateral) == (b.value, b.legacy, b.unilateral)


@given(_bodies(), st.sampled_from(REGIONS), st.sampled_from(["default", "strict"]))
def test_a_further_region_never_narrows(body, region, profile):
    """With one more region nothing becomes focal, and generalised only yields to hemidystonia."""
    before = distribution(body, profile=profile)
    after = distribution(body | {region: "unknown"}, profile=profile)
    if region in body:
        return
    assert after.value != "none"
    assert (after.value == "focal") == (not body)
    if before.value.startswith("generalised"):
        assert after.value.startswith("generalised") or (
            after.value == "hemidystonia" and before.unilateral
        )


@given(_bodies())
def test_one_side_is_flagged_exactly_when_every_side_is_known_and_the_same(body):
    """Unilateral means two or more regions, each known to be of the same side."""
    fixed = {"UR": "right", "DR": "right", "UL": "left", "DL": "left", "LX": "none"}
    sides = {fixed.get(r, s) for r, s in body.items()}
    found = distribution(body)
    assert found.unilateral == (len(body) > 1 and sides in ({"left"}, {"right"}))
    arm_and_leg = {"UR", "UL"} & body.keys() and {"DR", "DL"} & body.keys()
    assert (found.value == "hemidystonia") == bool(found.unilateral and arm_and_leg)


@pytest.mark.parametrize(
    ("regions", "sides", "legacy"),
    [
        ("UR", {}, "focal"),
        ("UR DR", {}, "hemidystonia"),
        ("TR CE UR", {}, "segmental"),
        ("TR UC UR", {}, "multifocal"),
        ("TR DR CE", {}, "generalised"),
        ("TR DR", {}, "segmental"),
        ("TR DR DL", {}, "segmental"),
        ("TR DR DL UC", {}, "generalised"),
        ("CE DR", {}, "multifocal"),
        ("", {}, "none"),
    ],
)
def test_the_older_scheme_needs_leg_trunk_and_another_part(regions, sides, legacy):
    """Before 2013, generalised meant a leg, the trunk and one other part."""
    assert distribution({r: sides.get(r, "unknown") for r in regions.split()}).legacy == legacy


def test_it_says_why_and_by_which_matrix():
    """The reasons name the regions, the step, and the version and profile of the matrix."""
    found = distribution({"CE": "midline", "TR": "unknown"}, profile="strict")
    said = " | ".join(found.because)
    assert "cervical (CE), trunk (TR)" in said
    assert "hang together" in said
    assert f"version {table('adjacency')['version']}, profile strict" in said
    assert (found.version, found.profile) == (table("adjacency")["version"], "strict")


@pytest.mark.parametrize(
    ("regions", "profile", "words"),
    [
        ({"neck": "unknown"}, "default", "no region 'neck'; allowed: UC, LC"),
        ({"CE": "up"}, "default", "is 'up'; allowed: left, right"),
        ({"UR": "left"}, "default", "right upper limb, but its side is given as 'left'.*UL"),
        ({"DL": "both"}, "default", "left lower limb.*DR"),
        ({"CE": "left"}, "loose", "no profile 'loose'.*default, strict"),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_allowed(regions, profile, words):
    """An unknown region, side or profile, or a limb of the other side, is refused in words."""
    with pytest.raises(InvalidRecord, match=words):
        distribution(regions, profile=profile)


@pytest.mark.parametrize(
    ("typed", "region"),
    [
        ("neck", "CE"),
        ("Hals", "CE"),
        ("right hand", "UR"),
        ("Hand, links", "UL"),
        ("main droite", "UR"),
        ("Augenlider", "UC"),
        ("voz", "LX"),
        ("pied gauche", "DL"),
        ("Rücken", "TR"),
        ("hand", ""),
        ("leg", ""),
    ],
)
def test_regions_are_found_by_their_names_and_no_side_is_guessed(typed, region):
    """A region is found in several languages; a limb without its side names none."""
    assert find("regions", typed) == region


def test_the_guide_prints_the_matrix_that_is_used():
    """The page on classification names the version and every edge of the matrix."""
    page = Path(__file__).resolve().parents[2] / "docs" / "guide" / "classification.md"
    text = page.read_text(encoding="utf-8")
    assert f"(**version {table('adjacency')['version']}**)" in text
    printed = text.split("no matrix: ")[1].split(". The profile")[0]
    edges = {frozenset(e) for e in table("adjacency")["profiles"]["default"]["edges"]}
    assert {frozenset(e.split("–")) for e in printed.split(", ")} == edges
