"""Putting simulated signals together into recordings and a visit."""

from __future__ import annotations

from eutonia.model import (
    ArraySignal,
    Channel,
    Clock,
    Condition,
    Events,
    Floats,
    Person,
    Recording,
    Side,
    Visit,
)
from eutonia.simulate.montage import side_of


def emg_channel(site: str, side: Side) -> Channel:
    """Return an EMG channel over one muscle, named after it."""
    return Channel(name=f"{site}_{side}", kind="emg", unit="uV", site=site, side=side)


def eeg_channel(electrode: str) -> Channel:
    """Return an EEG channel named after its electrode."""
    return Channel(name=electrode, kind="eeg", unit="uV", site=electrode, side=side_of(electrode))


def recording(
    signal: Floats,
    channels: tuple[Channel, ...],
    *,
    rate_hz: float,
    condition: Condition,
    events: Events | None = None,
    clock: Clock | None = None,
) -> Recording:
    """Return a simulated recording of one condition, named after kind and condition."""
    kind = channels[0].kind
    name = f"simulated_{condition.label.replace(' ', '_').replace(',', '')}_{kind}"
    return Recording(
        id=name,
        kind=kind,
        channels=channels,
        signal=ArraySignal(signal),
        rate_hz=rate_hz,
        condition=condition,
        events=events or Events(),
        clock=clock or Clock(id=name),
        simulated=True,
    )


def visit(*recordings: Recording) -> Visit:
    """Return a visit of a simulated person."""
    return Visit(
        id="01", person=Person(id="simulated"), recordings=recordings, labels=("SIMULATED",)
    )
