"""What the measures of the hand say beyond the contract."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.exam.protocols import protocol
from eutonia.knowledge import table
from eutonia.measures import entry, hand_sight
from eutonia.model import Condition
from eutonia.run import run_measure, visit_spans
from eutonia.simulate.fingers import RATE_HZ, channel, posture
from eutonia.simulate.visit import recording, visit

CURLS = ("index_curl", "middle_curl", "ring_curl", "little_curl")
KNUCKLES = ("index_mcp", "middle_mcp", "ring_mcp", "little_mcp")


def _film(x, channels, task):
    return recording(x, channels, rate_hz=RATE_HZ, condition=Condition.of(task=task))


def _run(name, *recordings):
    made = visit(*recordings)
    return run_measure(entry(name), made, visit_spans(made), seed=1)


def _both_hands(rng, *, left, right, task):
    channels = tuple(channel(s, side) for side in ("left", "right") for s in CURLS)
    x = posture(rng, np.array([*left, *right], dtype=float), seconds=60, sd=8, noise=2)
    return _film(x, channels, task)


def test_curl_is_held_against_the_same_finger_of_the_other_hand():
    """Fingers 4 and 5 that curl 45° more on one side give that contrast, and 2 and 3 do not."""
    still = (60, 65, 70, 70)
    rng = np.random.default_rng(0)
    made = _both_hands(rng, left=still, right=(60, 65, 115, 115), task="playing")
    found = {
        c.target.sites[0]: c
        for c in _run("hand.curl", made).contrasts
        if c.factor == "side" and c.measure == "hand.curl.sum"
    }
    for site, apart in zip(CURLS, (0, 0, -45, -45), strict=True):  # left less right
        assert found[site].interval.lo <= apart <= found[site].interval.hi
        assert found[site].value == pytest.approx(apart, abs=2.5)
    assert found["ring_curl"].interval.hi < 0


def test_curl_is_held_against_rest():
    """Task less rest is formed by the runner for each finger."""
    rng = np.random.default_rng(1)
    rest = _both_hands(rng, left=(50,) * 4, right=(50,) * 4, task="rest")
    play = _both_hands(rng, left=(50,) * 4, right=(50, 50, 90, 50), task="playing")
    found = {
        (c.target.side, c.target.sites[0]): c.value
        for c in _run("hand.curl", rest, play).contrasts
        if c.factor == "task" and c.measure == "hand.curl.sum"
    }
    assert found["right", "ring_curl"] == pytest.approx(40, abs=2.5)
    assert found["left", "ring_curl"] == pytest.approx(0, abs=2.5)


def test_episodes_name_the_finger_and_the_time():
    """Two curls drawn by hand come back with finger, start, stop and peak; a short one does not."""
    channels = tuple(channel(s, "right") for s in CURLS)
    x = np.full((4, round(60 * RATE_HZ)), 60.0)
    for start_s, stop_s in ((10.0, 11.0), (30.0, 32.5), (50.0, 50.1)):
        x[3, round(start_s * RATE_HZ) : round(stop_s * RATE_HZ)] = 130.0
    outcome = _run("hand.which", _film(x, channels, "playing"))
    (arrays,) = outcome.evidence.values()
    assert arrays["labels"][arrays["episode_row"]].tolist() == ["right little curl"] * 2
    np.testing.assert_allclose(arrays["episode_start_s"], [10.0, 30.0], atol=1 / RATE_HZ)
    np.testing.assert_allclose(arrays["episode_stop_s"], [11.0, 32.5], atol=1 / RATE_HZ)
    np.testing.assert_allclose(arrays["episode_peak_deg"], 70.0)
    share = {e.target.label: e.value for e in outcome.estimates}
    assert share["right little curl"] == pytest.approx(100 * 3.5 / 60, abs=0.1)
    assert share["right index curl"] == 0


def test_free_playing_has_no_finger_that_moves_by_itself():
    """Where all fingers move together enslaving is not measurable, and the sentence says so."""
    rng = np.random.default_rng(2)
    wave = 20 * np.sin(2 * np.pi * 2 * np.arange(round(60 * RATE_HZ)) / RATE_HZ)
    x = wave + rng.normal(0, 0.5, (4, len(wave)))
    made = _film(x, tuple(channel(s, "right") for s in CURLS), "playing")
    for name in ("hand.still_finger", "hand.individuation"):
        outcome = _run(name, made)
        assert outcome.estimates == ()
        assert all("one finger at a time" in n.reason for n in outcome.not_measurable)


def test_a_single_finger_is_held_against_no_other():
    """With one finger seen its curl is given, and how much more than the others is not."""
    rng = np.random.default_rng(3)
    x = posture(rng, np.array([70.0]), seconds=40, sd=5, noise=1)
    outcome = _run("hand.curl", _film(x, (channel("ring_curl", "left"),), "playing"))
    assert {e.part for e in outcome.estimates} == {"sum"}
    assert any("No other finger" in n.reason for n in outcome.not_measurable)


def test_the_contrast_holds_only_that_error_of_the_camera_that_changes_with_the_pose():
    """Outer joints hold 1.9 x 20° to each side, task less rest 2 x 11 x √2 and a gain of 0.3."""
    rng = np.random.default_rng(4)
    one = (channel("ring_pip_dip", "right"),)
    films = [
        _film(posture(rng, np.array([mean]), seconds=60, sd=4, noise=1), one, task)
        for mean, task in ((30.0, "rest"), (45.0, "playing"))
    ]
    outcome = _run("hand.posture", *films)
    for e in outcome.estimates:
        assert e.interval.hi - e.interval.lo > 2 * 1.9 * 20
    (contrast,) = outcome.contrasts
    assert contrast.interval.lo <= 15 <= contrast.interval.hi
    for limit in (contrast.interval.lo, contrast.interval.hi):  # a true difference just held
        reach = 1.96 * np.hypot(11 * np.sqrt(2), 0.3 * limit)
        assert abs(limit - contrast.value) == pytest.approx(reach, rel=0.03)
    assert "camera" in contrast.interval.method


def test_a_grip_is_the_same_for_the_measure_and_for_the_flag():
    """Ten of forty seconds below the limit are 25 %; flag and measure share the limit."""
    from eutonia.derive import fingers
    from eutonia.measures.hand import grip

    assert grip.GRIP_PERCENT == fingers.GRIP_PERCENT
    x = np.full((1, round(40 * RATE_HZ)), 80.0)
    x[0, : round(10 * RATE_HZ)] = grip.GRIP_PERCENT - 1
    e, _ = _run("hand.grip", _film(x, (channel("grip", "left"),), "writing")).estimates
    assert e.value == pytest.approx(25)


def _flagged(means, flags, task="playing"):
    """Return a film of curls that stand still, each finger with its flag."""
    rng = np.random.default_rng(5)
    channels = tuple(
        replace(channel(s, "right"), flags=(f,) if f else ())
        for s, f in zip(CURLS, flags, strict=True)
    )
    return _film(posture(rng, np.array(means, float), seconds=60, sd=2, noise=1), channels, task)


def test_the_interval_of_a_curl_follows_how_the_finger_was_seen():
    """1.96 of the SD of its own class stand to each side of a finger that hardly moves."""
    flags = ("", "bend_from_palm", "bend_guessed", "bend_guessed")
    found = _run("hand.curl", _flagged([60, 90, 80, 80], flags)).estimates
    half = {(e.target.sites[0], e.part): (e.interval.hi - e.interval.lo) / 2 for e in found}
    for site, sd in zip(CURLS, (15.5, 24, 43, 43), strict=True):
        assert half[site, "sum"] == pytest.approx(1.96 * sd, rel=0.01)
    for site, sd in zip(CURLS, (26, 18, 33, 33), strict=True):
        assert half[site, "beyond"] == pytest.approx(1.96 * sd, rel=0.01)
    assert {e.quality for e in found if e.target.sites == ("index_curl",)} == {()}
    assert all("bend_guessed" in e.quality for e in found if e.target.sites == ("ring_curl",))


@pytest.mark.parametrize(
    ("flag", "open_", "may_be"), [("bend_from_palm", 120, 150), ("", 180, 200)]
)
def test_a_finger_that_may_be_clenched_has_limits_that_reach_up_to_a_fist(flag, open_, may_be):
    """Fists curl by 217 to 261 degrees and read half of it; a finger less bent is none."""
    flags = (flag, "", "", "")
    for read, reaches in ((open_, False), (may_be, True)):
        found = _run("hand.curl", _flagged([read, 60, 60, 60], flags)).estimates
        (own,) = [e for e in found if (e.target.sites[0], e.part) == ("index_curl", "sum")]
        assert (own.interval.hi >= 250) == reaches
        assert own.interval.lo == pytest.approx(read - 1.96 * (24 if flag else 15.5), rel=0.02)


def test_the_difference_of_a_finger_that_may_be_clenched_from_an_open_one_holds_a_fist():
    """An index that reads 60 at rest and 150 in playing may have closed by 180 degrees."""
    films = [
        _flagged([own, 60, 60, 60], ("bend_from_palm",) * 4, task)
        for own, task in ((60, "rest"), (150, "playing"))
    ]
    (found,) = [
        c
        for c in _run("hand.curl", *films).contrasts
        if c.measure == "hand.curl.sum" and c.target.sites == ("index_curl",)
    ]
    assert 0 < found.interval.lo < 90
    assert found.interval.hi > 180


def test_a_hidden_finger_is_not_measured_and_not_compared_with():
    """Index 100 beside 60 and two hidden ones is 40 beyond; a sentence says where to film."""
    flags = ("", "", "bend_hidden", "bend_hidden")
    film = _flagged([100, 60, 0, 0], flags)
    outcome = _run("hand.curl", film)
    found = {(e.target.sites[0], e.part): e.value for e in outcome.estimates}
    assert set(found) == {(f"{f}_curl", p) for f in ("index", "middle") for p in ("sum", "beyond")}
    assert found["index_curl", "beyond"] == pytest.approx(40, abs=1)
    for name in ("hand.curl", "hand.which", "hand.individuation", "hand.still_finger"):
        why = {n.target: n.reason for n in _run(name, film).not_measurable}
        for site in ("right ring curl", "right little curl"):
            assert "from the little finger's side" in why[site]
    hidden = _flagged([60, 60, 60, 60], ("bend_hidden", "bend_hidden", "", ""))
    why = {n.target: n.reason for n in _run("hand.curl", hidden).not_measurable}
    assert "from the thumb's side" in why["right index curl"]


@pytest.mark.parametrize("name", ["hand.curl", "hand.which"])
def test_two_fingers_that_curl_alike_are_said_to_have_no_third(name):
    """Ring and little finger curl beside two hidden ones: a note says why neither stands out."""
    two = _flagged([0, 0, 110, 110], ("bend_hidden", "bend_hidden", "", ""))
    notes = {n for e in _run(name, two).estimates for n in e.notes}
    assert any("right hand only little and ring" in n for n in notes)
    four = _flagged([60, 60, 110, 110], ("", "", "", ""))
    assert not any("only" in n for e in _run(name, four).estimates for n in e.notes)


def test_spreading_is_seen_from_the_palm_alone_and_bending_best_from_the_side():
    """From the side there is a bend with a narrower interval, and of spreading a sentence."""
    rng = np.random.default_rng(6)
    width, why = {}, ""
    for flag in ("", "bend_from_palm"):
        channels = tuple(
            replace(channel(s, "right"), flags=(flag,) if flag else ())
            for s in ("ring_pip_dip", "ring_mcp_abduction")
        )
        x = posture(rng, np.array([30.0, 5.0]), seconds=60, sd=2, noise=1)
        outcome = _run("hand.posture", _film(x, channels, "playing"))
        for e in outcome.estimates:
            width[e.target.sites[0], flag] = e.interval.hi - e.interval.lo
        why += "".join(n.reason for n in outcome.not_measurable)
    assert width["ring_pip_dip", ""] < 0.9 * width["ring_pip_dip", "bend_from_palm"]
    assert set(width) - {("ring_pip_dip", ""), ("ring_pip_dip", "bend_from_palm")} == {
        ("ring_mcp_abduction", "bend_from_palm")
    }
    assert "Film into the palm" in why


def test_a_bent_middle_joint_with_an_overextended_last_one_changes_nothing_and_that_is_said():
    """PIP 35 degrees more and DIP 35 less give no number of either, and a note beside their sum."""
    rng = np.random.default_rng(6)
    sites = ("index_mcp", "index_pip", "index_dip", "index_pip_dip")
    channels = tuple(channel(s, "right") for s in sites)
    films = [
        _film(
            posture(rng, np.array([20, 30 + a, 15 - a, 45]), seconds=60, sd=2, noise=1), channels, t
        )
        for a, t in ((0.0, "rest"), (35.0, "writing"))
    ]
    outcome = _run("hand.posture", *films)
    assert {e.target.sites[0] for e in outcome.estimates} == {"index_mcp", "index_pip_dip"}
    assert all(any("writer's cramp" in n for n in e.notes) for e in outcome.estimates)
    why = {n.target: n.reason for n in outcome.not_measurable}
    assert {"right index pip", "right index dip"} == set(why)
    assert all("not how its outer joints (PIP, DIP) share it" in reason for reason in why.values())


def test_no_limit_of_a_difference_is_further_than_the_two_numbers_allow():
    """A lift that reads as 20 degrees is no more than 20 and twice 1.96 x 16 degrees."""
    rng = np.random.default_rng(6)
    channels = tuple(channel(s, "right") for s in KNUCKLES)
    films = [
        _film(posture(rng, np.array([a, 30.0, 30, 30]), seconds=60, sd=2, noise=1), channels, t)
        for a, t in ((30.0, "rest"), (10.0, "playing"))
    ]
    (found,) = [
        c
        for c in _run("hand.lift", *films).contrasts
        if c.measure == "hand.lift.mean" and c.target.sites == ("index_mcp",)
    ]
    assert found.interval.hi == pytest.approx(20 + 2 * 1.96 * 16, rel=0.03)
    assert found.interval.lo < 0


_STUDIED = ("knuckle", "outer")


def test_a_contrast_holds_what_changes_with_the_pose():
    """95 % of intervals hold the true difference of curl; what stays with a hand cancels."""
    from eutonia.measures.hand import curl

    site, n, held, agree = channel("index_curl", "right"), 200, 0, 0
    stays, varies = curl.SYSTEMATIC_DEG[""][0], curl.VARYING_DEG[""][0]
    for seed in range(n):
        rng = np.random.default_rng(seed)
        same = np.sqrt(stays**2 - varies**2) * rng.standard_normal()
        films = []
        for task, true in (("rest", 70.0), ("playing", 100.0)):
            mean = np.array([true + same + varies * rng.standard_normal()])
            x = posture(rng, mean, seconds=30, sd=8.0, noise=2.0)
            films.append(recording(x, (site,), rate_hz=60.0, condition=Condition.of(task=task)))
        made = visit(*films)
        found = run_measure(entry("hand.curl"), made, visit_spans(made), seed=seed).contrasts
        (contrast,) = (c for c in found if c.measure.endswith("sum"))
        held += contrast.interval.lo <= 30.0 <= contrast.interval.hi
        agree += (contrast.p < 0.05) == (contrast.interval.lo > 0 or contrast.interval.hi < 0)
    assert 0.91 * n <= held <= 0.99 * n
    assert agree >= 0.98 * n


def test_derivation_measures_and_report_know_the_same_flags():
    """Each flag of the derivation has its errors, or is left out, and its words."""
    from eutonia.derive import finger_sight
    from eutonia.measures.hand import curl
    from eutonia.measures.hand import posture as joints
    from eutonia.report import filmed
    from eutonia.report.words import FLAGS

    flags = set(finger_sight.FLAGS.values())
    better = {hand_sight.PINCHED, hand_sight.FRONT}
    assert flags == {hand_sight.PALM, hand_sight.GUESSED, hand_sight.HIDDEN, *better}
    for errors in (
        curl.SYSTEMATIC_DEG,
        curl.VARYING_DEG,
        *(sd[k] for sd in (joints.SYSTEMATIC_DEG, joints.VARYING_DEG) for k in _STUDIED),
    ):
        # Of such a finger those that are not its own are those of a guessed one.
        assert set(errors) | better == {"", *flags} - {hand_sight.HIDDEN}
    assert better <= set(curl.SYSTEMATIC_DEG) & set(curl.VARYING_DEG) & set(curl.GAIN_SD)
    assert flags <= set(FLAGS)
    assert {hand_sight.HIDDEN} == {filmed.HIDDEN}


def test_a_small_rhythm_of_the_wrist_is_not_told_from_the_landmarks_noise():
    """A rhythm of 1.2 degrees (root mean square) is a tremor of a finger, and none of the wrist."""
    rng = np.random.default_rng(5)
    t = np.arange(round(30 * RATE_HZ)) / RATE_HZ
    x = 1.2 * np.sqrt(2) * np.sin(2 * np.pi * 5 * t) + rng.normal(0, 0.15, (2, len(t)))
    film = _film(x, (channel("ring_curl", "right"), channel("wrist_deviation", "right")), "posture")
    outcome = _run("hand.finger_tremor", film)
    assert {e.target.label for e in outcome.estimates} == {"right ring curl"}
    assert any("below the 2 that" in n.reason for n in outcome.not_measurable)


def test_a_finger_whose_landmarks_follow_another_has_no_tremor_of_its_own():
    """A fifth or a third of the index finger's rhythm is none of its own; another rhythm is."""
    rng = np.random.default_rng(6)
    t = np.arange(round(30 * RATE_HZ)) / RATE_HZ
    sites = ("index_curl", "thumb_curl", "ring_curl", "little_curl")
    shown = zip((4.0, 0.8, 1.4, 0.8), (5.0, 5.0, 5.0, 7.5), strict=True)
    x = np.array([a * np.sqrt(2) * np.sin(2 * np.pi * f * t) for a, f in shown])
    channels = tuple(channel(s, "right") for s in sites)
    outcome = _run(
        "hand.finger_tremor", _film(x + rng.normal(0, 0.15, x.shape), channels, "posture")
    )
    shaking = {e.target.label for e in outcome.estimates}
    assert shaking == {"right index curl", "right little curl"}
    why = {n.target: n.reason for n in outcome.not_measurable}
    assert "follow right index curl" in why["right thumb curl"]
    assert "follow right index curl" in why["right ring curl"]


def _beside_a_thumb(rms, hinge_deg, palm_deg):
    """Run the tremor of a right hand (thumb, index, ring, little at 6.4 Hz) that lies so."""
    rng = np.random.default_rng(7)
    t = np.arange(round(30 * RATE_HZ)) / RATE_HZ
    sites = ("thumb_curl", "index_curl", "ring_curl", "little_curl", "hand_hinge", "hand_palm")
    flags = ("", "bend_hidden", "bend_guessed", "", "", "")
    x = np.array([a * np.sqrt(2) * np.sin(2 * np.pi * 6.4 * t) for a in (*rms, 0.0, 0.0)])
    x += np.array([0.0, 0, 0, 0, hinge_deg, palm_deg])[:, None]
    channels = tuple(
        replace(channel(s, "right"), flags=(f,) if f else ())
        for s, f in zip(sites, flags, strict=True)
    )
    film = _film(x + rng.normal(0, 0.1, x.shape), channels, "posture")
    return _run("hand.finger_tremor", film)


@pytest.mark.parametrize(("hinge", "palm"), [(60.0, 25.0), (0.0, 40.0)])
def test_a_thumb_behind_the_hand_is_not_named_for_a_tremor(hinge, palm):
    """From the little finger's side, or from behind, a sentence says only that the hand shakes."""
    outcome = _beside_a_thumb((3.0, 0.2, 0.7, 0.2), hinge, palm)
    assert not outcome.estimates
    why = {n.target: n.reason for n in outcome.not_measurable}
    assert "hand, or more, trembles at 6.4 Hz" in why["right thumb curl"]
    assert "does not tell which" in why["right thumb curl"]
    assert ("hidden" in why["right thumb curl"]) == (hinge > 45)


@pytest.mark.parametrize(("hinge", "palm"), [(-60.0, 20.0), (0.0, -80.0)])
def test_a_thumb_that_was_seen_has_its_tremor(hinge, palm):
    """From the thumb's side and from the palm it is the one, and the others follow it."""
    outcome = _beside_a_thumb((3.0, 0.2, 0.7, 0.2), hinge, palm)
    assert {e.target.label for e in outcome.estimates} == {"right thumb curl"}
    why = {n.target: n.reason for n in outcome.not_measurable}
    assert "follow right thumb curl" in why["right ring curl"]


def test_a_finger_as_large_as_a_still_one_may_read_is_not_named():
    """Half of the largest, in a finger that was seen, guessed or hidden: a sentence, no number."""
    for rms in ((1.5, 0.2, 0.2, 3.0), (0.2, 1.5, 0.2, 3.0), (0.2, 0.2, 1.5, 3.0)):
        outcome = _beside_a_thumb(rms, -60.0, 20.0)
        assert not outcome.estimates
        why = {n.target: n.reason for n in outcome.not_measurable}
        assert "right little curl (3 degrees, root mean square)" in why["right little curl"]
        sites = ("thumb", "index", "ring", "little")
        assert all("does not tell which" in why[f"right {s} curl"] for s in sites)


def test_sizes_of_two_conditions_differ_by_no_more_than_their_gains_allow():
    """Two and 3.5 degrees, in two tasks, may be the same tremor; the frequency is not concerned."""
    rng = np.random.default_rng(3)
    t = np.arange(round(40 * RATE_HZ)) / RATE_HZ
    films = [
        _film(
            rms * np.sqrt(2) * np.sin(2 * np.pi * hz * t)[None] + rng.normal(0, 0.1, (1, len(t))),
            (channel("index_curl", "right"),),
            task,
        )
        for rms, hz, task in ((2.0, 5.0, "rest"), (3.5, 6.0, "posture"))
    ]
    found = {c.measure: c.interval for c in _run("hand.finger_tremor", *films).contrasts}
    size, freq = (found[f"hand.finger_tremor.{part}"] for part in ("size", "freq"))
    assert size.lo < 0 < size.hi
    assert 0.9 < freq.lo < freq.hi < 1.1


def test_the_size_of_a_fingers_tremor_holds_the_gain_of_its_view():
    """An index that reads 2 degrees is 0.75 to 5.4, from the palm 0.56 to 7.2, at a 95 % gain."""
    for flag, sd in (("", 0.5), ("bend_from_palm", 0.65)):
        outcome = _trembling((2.0, 0.0, 0.0, 0.0), (flag, "", "", ""), "posture")
        (size,) = (e for e in outcome.estimates if e.part == "size")
        assert size.interval.lo == pytest.approx(2 * np.exp(-1.96 * sd), rel=0.05)
        assert size.interval.hi == pytest.approx(2 * np.exp(1.96 * sd), rel=0.05)


def _shaking(tips, flag="bend_from_palm", hz=5.0):
    """Run the tremor of a hand whose ring finger reads 3 degrees at some Hz; its tips move so."""
    rng = np.random.default_rng(9)
    t = np.arange(round(30 * RATE_HZ)) / RATE_HZ
    wave = np.sqrt(2) * np.sin(2 * np.pi * hz * t)
    fingers = ("index", "middle", "ring", "little")
    sites = (*CURLS, *(f"tip_{f}_{axis}" for f in fingers for axis in "xy"))
    sizes = (0.3, 0.3, 3.0, 0.3, *(part * tip for tip in tips for part in (0.6, 0.8)))
    x = np.outer(sizes, wave) + rng.normal(0, 0.1, (len(sites), len(t)))
    channels = tuple(
        replace(channel(s, "right"), flags=(flag,) if s in CURLS else ()) for s in sites
    )
    return _run("hand.finger_tremor", _film(x, channels, "posture"))


def test_a_tremor_that_moves_all_fingertips_together_is_not_called_a_fingers():
    """Tips that move by 2 to 3 % are the hand's; where one moves by 4 beside 0.5 it is named."""
    outcome = _shaking((3.0, 2.5, 3.0, 2.0))
    assert not outcome.estimates
    why = {n.target: n.reason for n in outcome.not_measurable}["right ring curl"]
    assert "hand trembles at 5.0 Hz" in why
    slow = _shaking((3.0, 2.5, 3.0, 2.0), hz=1.2).not_measurable
    said = {n.target: n.reason for n in slow}["right ring curl"]
    assert "moves at 1.2 Hz (so slow a rhythm need not be tremor, a sway" in said
    # Page 1 says what of a tremor was there, and nothing of a sway.
    codes = {n.target: n.code for n in outcome.not_measurable}, {n.target: n.code for n in slow}
    assert [c["right ring curl"] for c in codes] == ["untold", "target"]
    assert "a wrist is drawn along by fingers" in why
    assert "Film the palm" not in why
    alone = _shaking((0.5, 0.5, 4.0, 0.5))
    assert {e.target.label for e in alone.estimates} == {"right ring curl"}


@pytest.mark.parametrize(("hz", "ring"), [(10.0, False), (7.5, True)])
def test_a_multiple_of_a_larger_rhythm_is_no_tremor_beside_it(hz, ring):
    """A ring finger at twice the index's 5 Hz follows it; at 7.5 Hz it has a tremor of its own."""
    rng = np.random.default_rng(9)
    t = np.arange(round(30 * RATE_HZ)) / RATE_HZ
    swings = [(2.2, 5.0), (0.0, 5.0), (0.8, hz), (0.0, 5.0)]
    x = np.array([a * np.sqrt(2) * np.sin(2 * np.pi * f * t) for a, f in swings])
    channels = tuple(replace(channel(s, "right"), flags=("bend_from_palm",)) for s in CURLS)
    outcome = _run(
        "hand.finger_tremor", _film(x + rng.normal(0, 0.1, x.shape), channels, "posture")
    )
    own = {"right index curl", *(["right ring curl"] if ring else [])}
    assert {e.target.label for e in outcome.estimates} == own
    said = " ".join(n.reason for n in outcome.not_measurable)
    assert ("a multiple or a part of it: the 0.8 here" in said) is not ring


def _with_tips(swings, *, wrist=()):
    """Run the tremor of fingers 2 to 5, and of the wrist, whose tips move together at 5 Hz."""
    rng = np.random.default_rng(9)
    t = np.arange(round(30 * RATE_HZ)) / RATE_HZ
    tips = [(part * 3.0, 5.0) for _ in CURLS for part in (0.6, 0.8)]
    x = np.array([a * np.sqrt(2) * np.sin(2 * np.pi * f * t) for a, f in (*swings, *tips, *wrist)])
    fingers = ("index", "middle", "ring", "little")
    sites = (*CURLS, *(f"tip_{f}_{axis}" for f in fingers for axis in "xy"))
    sites += ("wrist_flexion", "wrist_deviation")[: len(wrist)]
    channels = tuple(channel(s, "right") for s in sites)
    return _run("hand.finger_tremor", _film(x + rng.normal(0, 0.1, x.shape), channels, "posture"))


def test_a_hand_that_trembles_has_the_lowest_of_its_multiples():
    """A little finger of 2.7 degrees at 10 Hz and a ring finger of 2.4 at 5 Hz: one of 5 Hz."""
    outcome = _with_tips([(0.1, 5.0), (0.1, 5.0), (2.4, 5.0), (2.7, 10.0)])
    assert not outcome.estimates
    why = {n.target: n.reason for n in outcome.not_measurable}
    assert all("hand trembles at 5.0 Hz" in why[f"right {f} curl"] for f in ("ring", "little"))
    assert not any("10.0 Hz" in reason for reason in why.values())


def test_no_wrist_is_named_where_the_fingertips_move_together():
    """Fingers that all tremble draw the palm along: the hand trembles, and where is not told."""
    outcome = _with_tips([(2.0, 5.0)] * 4, wrist=[(2.5, 5.0), (2.6, 5.0)])
    assert not outcome.estimates
    found = {n.target: n for n in outcome.not_measurable}
    assert "right hand trembles at 5.0 Hz" in found["right wrist flexion"].reason
    assert found["right wrist flexion"].code == "untold"
    assert found["right index curl"].reason == found["right wrist flexion"].reason


def test_who_filmed_the_palm_is_not_told_to_film_the_palm_as_well():
    """Two fingers of a palm film that read alike are to be filmed again from nearer by."""
    for flag, film in (("bend_from_palm", "palm again from nearer"), ("", "palm as well")):
        outcome = _trembling((2.0, 1.9, 0.0, 0.0), (flag,) * 4, "posture")
        assert all(film in n.reason for n in outcome.not_measurable if "which" in n.reason)
        assert any(film in n.reason for n in outcome.not_measurable)


def _segment(protocol_name, segment_id):
    (one,) = [s for s in protocol(protocol_name).segments if s.id == segment_id]
    return dict(one.condition.levels)


def test_a_finger_that_curls_in_the_trigger_passage_is_held_against_the_easy_one():
    """The segments of the music protocol give trigger less easy, and each less rest."""
    channels = tuple(channel(s, "right") for s in CURLS)
    films = []
    for place, (name, little) in enumerate((("rest", 60), ("easy", 65), ("trigger", 145))):
        rng = np.random.default_rng(place)
        x = posture(rng, np.array([60.0, 60, 60, little]), seconds=30, sd=8, noise=2)
        films.append(
            recording(
                x, channels, rate_hz=RATE_HZ, condition=Condition.of(**_segment("music", name))
            )
        )
    found = {
        (c.a, c.b): c
        for c in _run("hand.curl", *films).contrasts
        if c.measure == "hand.curl.sum" and c.target.sites == ("little_curl",)
    }
    assert found["trigger_passage", "easy_passage"].value == pytest.approx(80, abs=4)
    assert found["trigger_passage", "easy_passage"].interval.lo > 0
    assert found["trigger_passage", "rest"].value == pytest.approx(85, abs=4)
    assert found["easy_passage", "rest"].interval.lo < 0 < found["easy_passage", "rest"].interval.hi


def test_the_other_hand_that_writes_is_not_mixed_with_the_hand_that_holds_the_paper():
    """The left hand holds the paper at 40° and writes at 120°: two numbers, not one of 80°."""
    means = {"sentence": (40,) * 4, "other_hand": (120,) * 4}
    films = [
        recording(
            _one_hand(np.random.default_rng(k), left),
            tuple(channel(s, "left") for s in CURLS),
            rate_hz=RATE_HZ,
            condition=Condition.of(**_segment("writing", name)),
        )
        for k, (name, left) in enumerate(means.items())
    ]
    found = {
        e.condition.get("side"): e.value
        for e in _run("hand.curl", *films).estimates
        if e.part == "sum" and e.target.label == "left index curl"
    }
    assert found == pytest.approx({"": 40, "other_hand": 120}, abs=4)


def _one_hand(rng, means):
    return posture(rng, np.array(means, dtype=float), seconds=30, sd=8, noise=2)


def _trembling(rms, flags, task):
    """Run the tremor of a hand whose fingers 2 to 5 shake at 5 Hz, seen as the flags say."""
    rng = np.random.default_rng(9)
    t = np.arange(round(30 * RATE_HZ)) / RATE_HZ
    x = np.array([a * np.sqrt(2) * np.sin(2 * np.pi * 5 * t) for a in rms])
    channels = tuple(
        replace(channel(s, "right"), flags=(f,) if f else ())
        for s, f in zip(CURLS, flags, strict=True)
    )
    film = _film(x + rng.normal(0, 0.1, x.shape), channels, task)
    film = film if task else replace(film, condition=Condition())
    return _run("hand.finger_tremor", film)


def test_of_guessed_fingers_in_one_rhythm_none_is_named():
    """Index and middle, guessed, shake alike: a sentence with the frequency, of hidden ones too."""
    guessed, hid = "bend_guessed", "bend_hidden"
    outcome = _trembling((2.0, 2.2, 1.7, 1.1), (guessed, guessed, hid, hid), "spiral")
    assert not outcome.estimates
    why = {n.target: n.reason for n in outcome.not_measurable}
    assert all("trembles at 5.0 Hz" in reason for reason in why.values())
    assert "right middle curl (2.2 degrees" in why["right index curl"]
    assert "hidden" in why["right ring curl"]
    assert "hidden" in why["right little curl"]


def test_a_slow_rhythm_of_which_the_film_says_nothing_is_not_called_a_tremor():
    """At 5 Hz a hand may play; held above the keys the same is a tremor, and no finger is still."""
    unsaid, held = (_trembling((4.0, 0.5, 0.0, 0.0), ("",) * 4, task) for task in ("", "posture"))
    assert {e.target.label for e in held.estimates} == {"right index curl"}
    assert not unsaid.estimates
    assert {n.code for n in unsaid.not_measurable} & {"absent", "untold"} == set()
    assert all("rhythm of 5.0 Hz" in n.reason for n in unsaid.not_measurable)


def test_a_guessed_finger_does_not_take_the_rhythm_of_one_that_is_seen():
    """A guessed middle finger a third as large as a seen index follows that."""
    outcome = _trembling((2.0, 0.7, 0.0, 0.0), ("", "bend_guessed", "", ""), "posture")
    assert {e.target.label for e in outcome.estimates} == {"right index curl"}
    (why,) = (n.reason for n in outcome.not_measurable if n.target == "right middle curl")
    assert "follow right index curl" in why


@pytest.mark.parametrize(
    ("task", "looked_for"),
    [("spiral", True), ("writing", False), ("easy_passage", False), ("trigger_passage", False)],
)
def test_strokes_and_notes_are_no_tremor(task, looked_for):
    """A rhythm of 5 Hz is a tremor in a spiral; in writing and playing it may be the task's."""
    outcome = _trembling((2.0, 0.0, 0.0, 0.0), ("",) * 4, task)
    assert bool(outcome.estimates) == looked_for


@pytest.mark.parametrize(
    ("task", "instead"),
    [("writing", "pen above paper"), ("playing", "fingers above the keys")],
)
def test_where_no_tremor_is_told_from_the_strokes_the_segment_to_film_is_named(task, instead):
    """The reason names a segment of a protocol in which the measure finds that tremor."""
    (missing,) = _trembling((2.0, 0.0, 0.0, 0.0), ("",) * 4, task).not_measurable
    assert instead in missing.reason
    segments = [s for p in table("protocols").values() for s in p["segments"]]
    (segment,) = [s for s in segments if s["name"] == instead]
    assert segment["seconds"] >= entry("hand.finger_tremor").declared.needs.inputs["finger"].min_s
    found = _trembling((2.0, 0.0, 0.0, 0.0), ("",) * 4, segment["levels"]["task"])
    assert {e.target.label for e in found.estimates} == {"right index curl"}


@pytest.mark.parametrize("name", ["hand.which", "hand.individuation", "hand.still_finger"])
def test_what_a_guessed_finger_does_beside_the_others_is_not_measured(name):
    """The model lets such a finger follow the others, so there is a sentence and no number."""
    outcome = _run(name, _flagged([60, 60, 120, 60], ("", "", "bend_guessed", "")))
    why = {n.target: n.reason for n in outcome.not_measurable}
    assert "is guessed after the other fingers" in why["right ring curl"]
    assert "right ring curl" not in {e.target.label for e in outcome.estimates}


@pytest.mark.parametrize(("apart", "lo", "hi"), [(8.0, 97.7, 100), (38.0, 0, 100), (70.0, 0, 0)])
def test_the_time_in_a_grip_holds_that_the_distance_may_be_misread(apart, lo, hi):
    """Tips read near the limit of 35 % may be held or not; those 27 and 35 % from it hardly."""
    rng = np.random.default_rng(3)
    x = apart + rng.standard_normal((1, round(60 * RATE_HZ)))
    found, _ = _run("hand.grip", _film(x, (channel("grip", "right"),), "writing")).estimates
    if found.interval is None:
        assert found.value == lo == hi
    else:
        assert (found.interval.lo, found.interval.hi) == pytest.approx((lo, hi), abs=1)


def test_the_base_of_the_thumb_is_the_least_sure_of_its_joints():
    """On rendered hands it was read 40 degrees off from every side but the palm's."""
    rng = np.random.default_rng(4)
    channels = tuple(channel(s, "right") for s in ("thumb_cmc", "thumb_ip"))
    x = posture(rng, np.array([0.0, 20.0]), seconds=60, sd=2, noise=1)
    found = {
        e.target.sites[0]: e for e in _run("hand.posture", _film(x, channels, "rest")).estimates
    }
    assert found["thumb_cmc"].interval.lo < -40 < 40 < found["thumb_cmc"].interval.hi
    assert found["thumb_ip"].interval.lo > -40


@pytest.mark.parametrize(
    ("hinge", "palm", "more"), [(-70.0, 0.0, 80), (0.0, -80.0, 60), (0.0, 45.0, 92)]
)
def test_a_bent_tip_of_the_thumb_reads_too_straight_from_everywhere(hinge, palm, more):
    """By how much more it may bend follows from where it is seen: its own side, palm, or above."""
    rng = np.random.default_rng(4)
    channels = tuple(channel(s, "right") for s in ("thumb_ip", "hand_hinge", "hand_palm"))
    x = posture(rng, np.array([10.0, hinge, palm]), seconds=60, sd=1, noise=1)
    outcome = _run("hand.posture", _film(x, channels, "rest"))
    (at_rest,) = (e for e in outcome.estimates if e.target.sites == ("thumb_ip",))
    assert at_rest.interval.hi == pytest.approx(at_rest.value + more, abs=1)
    assert at_rest.interval.lo == pytest.approx(at_rest.value - 41, abs=1)


def test_a_thumb_behind_the_hand_has_no_tip():
    """From the little finger's side nothing of it is read."""
    channels = tuple(channel(s, "right") for s in ("thumb_ip", "hand_hinge", "hand_palm"))
    x = np.array([[10.0], [70.0], [0.0]]) + np.zeros((3, round(60 * RATE_HZ)))
    outcome = _run("hand.posture", _film(x, channels, "rest"))
    assert not [e for e in outcome.estimates if e.target.sites == ("thumb_ip",)]
    assert any("little finger's side" in m.reason for m in outcome.not_measurable)


def test_from_ahead_what_a_finger_curls_beyond_the_others_may_be_far_more():
    """Fingers read alike may differ by 85 degrees; one that reads far beyond may be 75 less so."""
    rng = np.random.default_rng(4)
    channels = tuple(replace(channel(s, "right"), flags=(hand_sight.FRONT,)) for s in CURLS)
    for first, below in ((60.0, 43.0), (175.0, 75.0)):
        x = posture(rng, np.array([first, 60.0, 60.0, 60.0]), seconds=60, sd=1, noise=1)
        found = _run("hand.curl", _film(x, channels, "rest")).estimates
        (beyond,) = (e for e in found if e.part == "beyond" and e.target.sites == ("index_curl",))
        assert beyond.interval.hi >= beyond.value + 84
        assert beyond.interval.lo <= beyond.value - below + 1


def _two_tasks(curl, others, *, turned=0.0, flag=""):
    """Run the curl of an index at rest and in playing, its other fingers and its hand moved too."""
    rng = np.random.default_rng(6)
    sites = (*CURLS, "hand_hinge", "hand_palm")
    channels = tuple(
        replace(channel(s, "right"), flags=(flag,) if flag and s in CURLS else ()) for s in sites
    )
    rest = np.array([60.0, 60.0, 60.0, 60.0, -60.0, 20.0])
    films = [
        _film(posture(rng, means, seconds=60, sd=2, noise=1), channels, task)
        for task, means in (
            ("rest", rest),
            ("playing", rest + np.array([curl, others, others, others, turned, 0.0])),
        )
    ]
    (found,) = [
        c
        for c in _run("hand.curl", *films).contrasts
        if c.measure == "hand.curl.sum" and c.target.label == "right index curl"
    ]
    return found


@pytest.mark.parametrize("flag", ["", "bend_from_palm", "bend_guessed"])
def test_a_finger_that_alone_curls_more_is_told_where_the_others_lie_alike(flag):
    """45 degrees differ while the hand lies alike; the interval reaches further up than down."""
    found = _two_tasks(45.0, 0.0, flag=flag)
    assert 0 < found.interval.lo < 45 < found.interval.hi
    assert found.p < 0.05
    assert found.interval.hi - 45 > 45 - found.interval.lo


@pytest.mark.parametrize("how", ["pinched", "from_front"])
def test_an_index_that_curls_around_a_pen_is_told_and_a_guessed_one_is_not(how):
    """64 degrees more while the others curl by 70: its limits leave out 0, or hold it."""
    told, guessed = (_two_tasks(64.0, 70.0, flag=f"bend_{h}") for h in (how, "guessed"))
    assert 0 < told.interval.lo < 64 < told.interval.hi
    assert guessed.interval.lo < 0 < 64 < guessed.interval.hi


@pytest.mark.parametrize("how", ["bend_pinched", "bend_from_front"])
def test_of_a_finger_known_as_a_whole_what_it_does_beside_others_is_guessed(how):
    """It has the sentence of a guessed finger, and the errors of one where it has none itself."""
    from eutonia.measures.hand.grip import SYSTEMATIC_PERCENT
    from eutonia.measures.hand_sight import GUESSED, by_sight

    one = replace(channel("index_curl", "right"), flags=(how,))
    found = by_sight((one,), np.array([0]), SYSTEMATIC_PERCENT)
    assert found.tolist() == [list(SYSTEMATIC_PERCENT[GUESSED])]
    outcome = _run("hand.which", _flagged([120, 60, 60, 60], (how, "", "", "")))
    why = {n.target: n.reason for n in outcome.not_measurable}
    assert "is guessed after the other fingers" in why["right index curl"]


@pytest.mark.parametrize(
    ("reads", "gap", "how", "reach"),
    [
        (106, 35, "", 220),
        (106, 70, "", None),
        (130, 70, "", 220),
        (80, 35, "", None),
        (100, 35, "bend_from_palm", 220),
        (90, 35, "bend_from_palm", None),
        (130, 35, "bend_from_front", None),
        (150, 35, "bend_from_front", 260),
    ],
)
def test_an_index_among_bent_fingers_may_curl_far_more_than_it_reads(reads, gap, how, reach):
    """One of 172 degrees read 106 with the thumb near: limits and differences reach up to it."""
    rng = np.random.default_rng(8)
    channels = tuple(
        replace(channel(s, "right"), flags=(how,) if how else ())
        for s in ("index_curl", "middle_curl", "grip")
    )
    half = 1.96 * {"": 15.5, "bend_from_palm": 24.0, "bend_from_front": 27.0}[how]
    films = [
        _film(posture(rng, np.array(means), seconds=60, sd=1, noise=0.5), channels, task)
        for task, means in (("rest", [70.0, 70.0, 80.0]), ("writing", [reads, 110.0, gap]))
    ]
    outcome = _run("hand.curl", *films)
    (sum_, beyond) = (
        next(e for e in outcome.estimates if (e.part, e.condition.get("task")) == (p, "writing"))
        for p in ("sum", "beyond")
    )
    (apart,) = [
        c for c in outcome.contrasts if c.measure.endswith("sum") and "index" in c.target.label
    ]
    assert sum_.interval.lo == pytest.approx(reads - half, abs=2)
    if reach is None:
        # Encoded pictures show less of a bend from ahead.
        above = 100.0 if how == "bend_from_front" else half
        assert sum_.interval.hi == pytest.approx(reads + above, abs=2)
        return
    assert sum_.interval.hi == pytest.approx(reach, abs=2)
    assert beyond.interval.hi > reach - 110
    assert apart.interval.hi > reach - 70
    assert any("look at the film" in note.lower() for note in sum_.notes)


@pytest.mark.parametrize(
    ("finger", "flag", "bends", "told"),
    [
        ("index", "", 25.0, False),
        ("little", "", 25.0, True),
        ("index", "bend_guessed", 40.0, False),
        ("little", "bend_guessed", 40.0, True),
    ],
)
def test_a_knuckle_that_seems_to_bend_around_a_pen_need_not(finger, flag, bends, told):
    """Some degrees more while the thumb closes to the index: told of a finger without a pen."""
    rng = np.random.default_rng(7)
    channels = tuple(
        replace(channel(s, "right"), flags=(flag,) if flag else ())
        for s in (f"{finger}_mcp", "grip")
    )
    for closed, is_told in ((0.0, True), (50.0, told)):
        films = [
            _film(posture(rng, np.array(means), seconds=60, sd=2, noise=1), channels, task)
            for task, means in (("rest", [30.0, 60.0]), ("writing", [30 + bends, 60.0 - closed]))
        ]
        (found,) = _run("hand.posture", *films).contrasts
        assert (found.interval.lo > 0) == is_told
        assert (found.p < 0.05) == is_told


@pytest.mark.parametrize("moved", [{"others": 60.0}, {"others": 0.0, "turned": 60.0}])
def test_the_more_the_hand_changes_the_less_a_curl_is_told(moved):
    """A guessed finger's 45 degrees are not told where the others or the whole hand moved too."""
    found = _two_tasks(45.0, flag="bend_guessed", **moved)
    assert found.interval.lo < 0 < 45 < found.interval.hi


@pytest.mark.parametrize("name", ["hand.curl", "hand.posture"])
def test_eighteen_seconds_give_an_interval_and_fifteen_no_number(name):
    """Six blocks are enough beside the camera's error; of five it is said that 18 s would do."""
    rng = np.random.default_rng(8)
    sites = CURLS if name == "hand.curl" else KNUCKLES
    channels = tuple(channel(s, "right") for s in sites)

    def of(seconds):
        x = posture(rng, np.full(4, 60.0), seconds=seconds, sd=5, noise=1)
        return _run(name, _film(x, channels, "rest"))

    assert all(e.interval.hi - e.interval.lo > 2 * 1.96 * 10.4 for e in of(18).estimates)
    short = of(15)
    assert not short.estimates
    assert len(short.not_measurable) == 4
    assert all("18 s would do" in n.reason for n in short.not_measurable)


@pytest.mark.parametrize("name", ["hand.individuation", "hand.still_finger"])
def test_what_a_finger_does_beside_others_has_an_interval_or_no_number(name):
    """Moving alone for 21 s gives no number but what would do; 30 s give intervals."""
    rng = np.random.default_rng(8)
    channels = tuple(channel(s, "right") for s in CURLS)
    for seconds, enough in ((21, False), (30, True)):
        swing = 20 * np.sin(2 * np.pi * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
        x = np.outer([1, 0.2, 0.1, 0.1], swing)
        x *= rng.uniform(0.9, 1.1, x.shape)
        found = _run(name, _film(60 + x, channels, "movement"))
        assert bool(found.estimates) == enough
        assert all(e.interval is not None for e in found.estimates)
        assert any("24 s would do" in n.reason for n in found.not_measurable) != enough


def test_the_time_out_of_line_holds_what_a_misread_curl_would_give():
    """45 degrees beyond the others may be more or less than 40; 140 degrees may not be less."""
    rng = np.random.default_rng(9)
    channels = tuple(channel(s, "right") for s in CURLS)
    for beyond, least in ((45.0, 0.0), (140.0, 100.0)):
        x = posture(rng, np.array([60.0, 60, 60, 60 + beyond]), seconds=60, sd=1, noise=0.5)
        found = {
            e.target.label: e for e in _run("hand.which", _film(x, channels, "playing")).estimates
        }["right little curl"]
        assert found.value > 90
        if found.interval is not None:
            assert found.interval.lo == pytest.approx(least, abs=1)


@pytest.mark.parametrize("name", ["hand.grip", "hand.which", "hand.lift"])
def test_eighteen_seconds_but_a_picture_give_an_interval_and_fifteen_no_number(name):
    """What a camera misreads by much has no bare number: six blocks give one, five a sentence."""
    rng = np.random.default_rng(8)
    sites = (*CURLS, "index_mcp", "middle_mcp", "ring_mcp", "little_mcp", "grip")
    channels = tuple(channel(s, "right") for s in sites)

    def of(seconds):
        x = posture(rng, np.full(len(sites), 60.0), seconds=seconds, sd=15, noise=1)
        return _run(name, _film(x, channels, "rest"))

    long, short = of(17.9), of(15)
    assert long.estimates
    assert all(e.interval is not None for e in long.estimates)
    assert short.estimates == ()
    assert all("Too short: only 15 s" in n.reason for n in short.not_measurable)
    assert all("18 s would do" in n.reason for n in short.not_measurable)
    assert {n.code for n in short.not_measurable} == {"too_short"}
    assert all("at least 18 s needed" in n.reason for n in of(4).not_measurable)


@pytest.mark.parametrize(
    ("flag", "lo", "hi"), [("", 0, 0), ("bend_from_palm", 0, 100), ("bend_guessed", 0, 100)]
)
def test_a_grip_is_less_sure_from_the_palm_and_where_fingers_are_guessed(flag, lo, hi):
    """Tips 64 % apart are not held, seen from the thumb's side; from elsewhere they may be."""
    rng = np.random.default_rng(3)
    x = 64 + 0.3 * rng.standard_normal((1, round(60 * RATE_HZ)))
    thumb = replace(channel("grip", "right"), flags=(flag,) if flag else ())
    found, _ = _run("hand.grip", _film(x, (thumb,), "writing")).estimates
    assert (found.interval.lo, found.interval.hi) == pytest.approx((lo, hi), abs=1)


def _grips(apart, *, turned=0.0, flag="", seconds=18):
    """Return the contrasts of a thumb that is so far from the fingers in rest and in writing."""
    rng = np.random.default_rng(11)
    sites = ("grip", "hand_hinge", "hand_palm")
    channels = tuple(
        replace(channel(s, "right"), flags=(flag,) if flag and s == "grip" else ()) for s in sites
    )
    films = [
        _film(posture(rng, np.array(at), seconds=seconds, sd=2, noise=1), channels, task)
        for at, task in (
            ((apart[0], -50.0, 10.0), "rest"),
            ((apart[1], -50.0 + turned, 10.0), "writing"),
        )
    ]
    return {c.measure: c for c in _run("hand.grip", *films).contrasts if c.factor == "task"}


def test_a_grip_that_closes_is_told_by_the_gap_and_not_by_the_time_in_it():
    """From 66 to 44 % as read (55 to 37) no more time is held for sure, and the gap is smaller."""
    found = _grips((66.0, 44.0))
    held, gap = (found[f"hand.grip.{part}"] for part in ("held", "gap"))
    assert held.interval.lo <= 0 <= held.interval.hi
    assert gap.value == pytest.approx(-22 / 1.2, abs=1)
    assert gap.interval.lo < -22 / 1.2 < gap.interval.hi < 0
    assert gap.p < 0.05


@pytest.mark.parametrize("flag", ["", "bend_from_palm", "bend_guessed"])
def test_a_gap_of_a_hand_that_turned_is_less_sure(flag):
    """What a turn of 30 degrees makes of a distance is no change of the grip."""
    still, turned = (
        _grips((66.0, 44.0), turned=deg, flag=flag)["hand.grip.gap"].interval for deg in (0.0, 30.0)
    )
    assert turned.lo <= still.lo
    assert turned.hi > max(still.hi, 0.0)


def test_a_gap_closes_by_no_more_than_it_may_have_been_open():
    """From 40 % as guessed (36 as corrected) it may close by what 36 and 1.96 x 16 % make."""
    gap = _grips((40.0, 4.0), flag="bend_guessed")["hand.grip.gap"]
    assert gap.interval.lo == pytest.approx(-(40 / 1.1 + 1.96 * 16), abs=1)


def test_hidden_fingertips_give_no_time_in_a_grip():
    """Where index and middle finger were both hidden it is said from where to film."""
    thumb = replace(channel("grip", "right"), flags=("bend_hidden",))
    outcome = _run("hand.grip", _film(np.full((1, round(60 * RATE_HZ)), 20.0), (thumb,), "rest"))
    assert outcome.estimates == ()
    assert ["from the thumb's side" in n.reason for n in outcome.not_measurable] == [True]


@pytest.mark.parametrize(
    ("name", "site"), [("hand.grip", "grip"), ("hand.posture", "wrist_flexion")]
)
def test_from_ahead_neither_thumb_nor_wrist_is_measured(name, site):
    """The thumb lies behind the pen and the forearm points at the camera: both say so."""
    one = replace(channel(site, "right"), flags=("bend_from_front",))
    film = _film(np.full((1, round(60 * RATE_HZ)), 20.0), (one,), "writing")
    outcome = _run(name, film)
    assert outcome.estimates == ()
    assert outcome.not_measurable
    assert all(n.reason.startswith("From ahead") for n in outcome.not_measurable)
    assert _run(name, replace(film, channels=(replace(one, flags=()),))).estimates


@pytest.mark.parametrize(("index", "given"), [("bend_guessed", False), ("", True)])
def test_a_hand_of_which_every_finger_is_guessed_gives_no_grip(index, given):
    """Its thumb reads too far away; one finger that is seen is enough."""
    flags = (index, "bend_guessed", "bend_hidden", "bend_hidden")
    channels = tuple(
        replace(channel(s, "right"), flags=(f,) if f else ())
        for s, f in zip((*CURLS, "grip"), (*flags, index), strict=True)
    )
    x = posture(np.random.default_rng(3), np.array([60.0] * 5), seconds=30, sd=2, noise=1)
    outcome = _run("hand.grip", _film(x, channels, "posture"))
    assert bool(outcome.estimates) == given
    assert any("Every finger" in n.reason for n in outcome.not_measurable) != given


def test_a_lift_of_two_fingers_is_said_to_have_no_third():
    """Of four fingers two are hidden: a note names the two that are held against each other."""
    sites = ("index_mcp", "middle_mcp", "ring_mcp", "little_mcp")
    hidden = ("bend_hidden", "bend_hidden", "", "")
    channels = tuple(
        replace(channel(s, "right"), flags=(f,) if f else ())
        for s, f in zip(sites, hidden, strict=True)
    )
    x = posture(np.random.default_rng(2), np.full(4, 20.0), seconds=60, sd=3, noise=1)
    found = _run("hand.lift", _film(x, channels, "playing")).estimates
    assert {e.target.sites[0] for e in found} == {"ring_mcp", "little_mcp"}
    assert all(any("only little and ring" in n for n in e.notes) for e in found)


def test_a_difference_of_lifts_holds_that_a_camera_shows_a_seventh_of_it():
    """A lift of 60 degrees that a camera shows as 9 lies within the interval against rest."""
    rng = np.random.default_rng(4)
    sites = ("index_mcp", "middle_mcp", "ring_mcp", "little_mcp")
    channels = tuple(channel(s, "right") for s in sites)
    films = [
        _film(posture(rng, np.array(m, float), seconds=60, sd=3, noise=1), channels, task)
        for task, m in (("rest", [20, 20, 20, 20]), ("playing", [20, 20, 11, 20]))
    ]
    found = [c for c in _run("hand.lift", *films).contrasts if "ring" in c.target.label]
    (mean,) = (c for c in found if c.measure == "hand.lift.mean")
    assert mean.value == pytest.approx(9, abs=1.5)
    assert mean.interval.lo < 0
    assert mean.interval.hi > 60


def test_the_frequency_of_a_finger_holds_the_clock_of_the_camera():
    """A sine without any spread still has an interval of 0.1 % to each side of its frequency."""
    t = np.arange(round(60 * RATE_HZ)) / RATE_HZ
    x = 3 * np.sin(2 * np.pi * 5 * t) + np.random.default_rng(1).normal(0, 0.05, (1, len(t)))
    film = _film(x, (channel("ring_curl", "right"),), "posture")
    (freq,) = (e for e in _run("hand.finger_tremor", film).estimates if e.part == "freq")
    assert freq.interval.lo <= 0.999 * freq.value
    assert freq.interval.hi >= 1.001 * freq.value


def test_a_finger_out_of_line_all_the_time_holds_how_much_its_curl_came_and_went():
    """Always 60 or 115 degrees beyond, 9 s each: half of the time is sure, and the chance of it."""
    rng = np.random.default_rng(9)
    channels = tuple(channel(s, "right") for s in CURLS)
    x = posture(rng, np.array([60.0, 60, 60, 120]), seconds=54, sd=0.5, noise=0.5)
    x[3] += 55.0 * ((np.arange(x.shape[1]) / RATE_HZ // 9) % 2)
    found = _run("hand.which", _film(x, channels, "playing")).estimates
    (little,) = (e for e in found if e.target.label == "right little curl")
    assert little.value == pytest.approx(100, abs=1)
    # 18 blocks of 0 or 100 %: 2.11 times their error of 100 * sqrt(0.25 / 17).
    assert little.interval.lo == pytest.approx(100 - np.hypot(50, 2.11 * 12.1), abs=2)


def test_a_hand_that_is_small_in_the_picture_is_refused_with_what_to_do():
    """Fingers whose hand was too small in the film say so, and to film closer."""
    channels = tuple(replace(channel(s, "right"), flags=("hand_small",)) for s in CURLS)
    found = _run("hand.curl", _film(np.full((4, 900), np.nan), channels, "rest"))
    assert not found.estimates
    assert found.not_measurable
    assert all("too small" in n.reason and "Film closer" in n.reason for n in found.not_measurable)
