"""Pairs come from the muscle table, not from the order of the file."""

import numpy as np

from eutonia.model import Cross, Each, Pairs, Whole
from eutonia.run.targets import resolve, why_no_target
from eutonia.simulate.lids import LIDS
from eutonia.simulate.visit import eeg_channel, emg_channel

FCR = emg_channel("flexor_carpi_radialis", "right")
ECR = emg_channel("extensor_carpi_radialis", "right")
LEFT_FCR = emg_channel("flexor_carpi_radialis", "left")


def _labels(rule, *channels):
    return [t.label for t in resolve(rule, {"emg": channels})[1]]


def test_antagonists_are_of_one_side():
    """Flexor and extensor of one wrist are a pair, those of two wrists are not."""
    label = "right extensor carpi radialis / right flexor carpi radialis"
    assert _labels(Pairs("antagonist"), FCR, ECR) == [label]
    assert _labels(Pairs("antagonist"), LEFT_FCR, ECR) == []


def test_homologues_are_left_and_right_of_one_muscle():
    """Only the same muscle of both sides counts."""
    rule = Pairs("homologue")
    assert _labels(rule, FCR, ECR, LEFT_FCR) == [
        "left flexor carpi radialis / right flexor carpi radialis"
    ]


def test_names_do_not_depend_on_the_order_of_the_file():
    """A pair has the same name, and the rows follow the name."""
    one, (first,) = resolve(Pairs("all"), {"emg": (FCR, ECR)})
    two, (second,) = resolve(Pairs("all"), {"emg": (ECR, FCR)})
    assert first == second
    np.testing.assert_array_equal(one, two[:, ::-1])


def test_cross_takes_the_named_electrodes_in_order():
    """Only the wanted electrodes are paired with every muscle."""
    eeg = tuple(map(eeg_channel, ("O1", "C4", "C3")))
    rule = Cross("eeg", "emg", first_sites=("C3", "C4"))
    rows, targets = resolve(rule, {"eeg": eeg, "emg": (FCR,)})
    assert [t.label for t in targets] == [f"{e} / {FCR.label}" for e in ("C3", "C4")]
    np.testing.assert_array_equal(rows, [[2, 0], [1, 0]])


def test_each_and_whole():
    """One target per channel, or one of all."""
    assert len(_labels(Each(), FCR, ECR)) == 2
    assert resolve(Whole(), {"emg": (FCR, ECR)})[0].tolist() == [[0, 1]]


def test_the_reason_names_what_was_recorded_and_what_to_do():
    """Without a pair, the sentence names the muscles and the channels without a muscle."""
    unknown = eeg_channel("x")
    unknown = type(unknown)(name="Channel 3", kind="emg", unit="uV")
    why = why_no_target(Pairs("antagonist"), {"emg": (FCR, unknown)})
    assert "right flexor carpi radialis" in why
    assert "Channel 3" in why
    assert "corrections" in why


def test_electrodes_that_mirror_each_other_are_homologues():
    """C3 pairs with C4, not with its neighbours nor with the midline."""
    names = ("C4", "F3", "Cz", "C3", "F4", "P7")
    electrodes = tuple(map(eeg_channel, names))
    _, found = resolve(Pairs("homologue"), {"eeg": electrodes})
    assert {frozenset(t.sites) for t in found} == {
        frozenset({"C3", "C4"}),
        frozenset({"F3", "F4"}),
    }


def test_sites_limit_the_pairs_where_any_of_them_was_recorded():
    """Pairs are formed among the named sites; without any of them, among all channels."""
    names = ("C3", "Cz", "CP1", "CP2")
    electrodes = tuple(map(eeg_channel, names))
    _, some = resolve(Pairs("all", sites=("C3", "Cz", "C4")), {"eeg": electrodes})
    assert len(some) == 1
    _, every = resolve(Pairs("all", sites=("Oz",)), {"eeg": electrodes})
    assert len(every) == 6


def test_one_side_of_a_film_is_no_pair_of_muscles():
    """Where one lid cannot be used, the reason names lids and sides; of EMG it names muscles."""
    why = why_no_target(Pairs("homologue", sites=("lid",)), {"lid": (LIDS[0],)})
    assert "left lid" in why
    assert "muscle" not in why
    assert "pair of muscles" in why_no_target(Pairs("antagonist"), {"emg": (FCR,)})
