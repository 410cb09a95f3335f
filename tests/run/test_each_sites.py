"""A measure of one muscle is taken from that muscle alone."""

from eutonia.model import Each
from eutonia.run.targets import resolve, why_no_target
from eutonia.simulate.visit import emg_channel

FCR = emg_channel("flexor_carpi_radialis", "right")
ECR = emg_channel("extensor_carpi_radialis", "right")


def test_sites_limit_single_channels_without_falling_back():
    """A measure of one muscle is taken from it alone, and says so where it was not recorded."""
    rule = Each(sites=("splenius_capitis",))
    splenius = emg_channel("splenius_capitis", "left")
    rows, targets = resolve(rule, {"emg": (FCR, splenius)})
    assert rows.tolist() == [[1]]
    assert [t.label for t in targets] == ["left splenius capitis"]
    assert resolve(rule, {"emg": (FCR, ECR)})[1] == ()
    unknown = type(FCR)(name="Channel 3", kind="emg", unit="uV")
    why = why_no_target(rule, {"emg": (FCR, unknown)})
    assert "splenius capitis only" in why
    assert "Channel 3" in why
