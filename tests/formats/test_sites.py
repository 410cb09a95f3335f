"""Channel names: kind, site and side, and nothing guessed."""

import pytest

from eutonia.formats.sites import muscle_of, place, places, side_of


@pytest.mark.parametrize(
    ("name", "unit", "kind", "site", "side"),
    [
        ("Fc5.", "uV", "eeg", "FC5", "left"),
        ("EEG Fp1-Ref", "uV", "eeg", "Fp1", "left"),
        ("T3", "uV", "eeg", "T7", "left"),
        ("Cz", "uV", "eeg", "Cz", "midline"),
        ("RAW_TP10", "adc", "eeg", "TP10", "right"),
        ("SCM left", "uV", "emg", "sternocleidomastoid", "left"),
        ("LSCM", "uV", "emg", "sternocleidomastoid", "left"),
        ("L_leg_emg_soleus", "uV", "emg", "soleus", "left"),
        ("EMG biceps rechts", "uV", "emg", "biceps_brachii", "right"),
        ("R_neck_emg", "uV", "emg", "", "right"),
        ("EMG1", "uV", "emg", "", "unknown"),
        ("acc_x", "m/s2", "acc", "", "unknown"),
        ("stAtUs", "uV", "trigger", "", "unknown"),
        ("wrist", "deg/s", "gyro", "", "unknown"),
        ("TEMP", "Cel", "temperature", "", "unknown"),
        ("whatever", "uV", "misc", "", "unknown"),
    ],
)
def test_a_name_says_kind_site_and_side(name, unit, kind, site, side):
    """Names as systems write them give what they mean."""
    found = place(name, unit=unit)
    assert (found.kind, found.site, found.side) == (kind, site, side)


@pytest.mark.parametrize(
    "text",
    [
        "levator angulis oris, zygomaticus major",
        "Flexor carpi radialis, Pronator teres, Brachioradialis",
        "extensor of the unknown thing",
        "",
    ],
)
def test_two_muscles_or_none_give_no_site(text):
    """A description of several muscles, or of one that is not known, names none."""
    assert muscle_of(text)[0] == ""


def test_both_sides_give_no_side():
    """A name with left and right has no side."""
    assert side_of("left minus right") == "unknown"


def test_a_cap_named_by_letters_has_no_earlobes():
    """A1 and A2 are earlobes in a 10-20 cap, but not among A1 to A32."""
    assert [p.site for p in places(["A1", "A2", "Cz"], units=["uV"] * 3)] == ["A1", "A2", "Cz"]
    abc = places([f"A{i}" for i in range(1, 33)], units=["uV"] * 32)
    assert {p.site for p in abc} == {""}
    assert {p.kind for p in abc} == {"eeg"}
