"""The contract that every measure keeps (DESIGN.md)."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entries
from eutonia.model import NO_INTERVAL, ArraySignal, Each, NoInterval, Repeats
from eutonia.model.measure import MIN_BLOCKS
from eutonia.run import run_measure, visit_spans
from eutonia.run.groups import kind_words
from eutonia.validate import validate

ENTRIES = entries()
SEEDS = 40


@pytest.fixture(params=list(ENTRIES), scope="module")
def entry(request):
    return ENTRIES[request.param]


def _run(entry, visit, seed=0):
    return run_measure(entry, visit, visit_spans(visit), seed=seed)


def _values(entry, visit):
    return {
        (e.measure, e.target.label, e.condition.label): e.value
        for e in _run(entry, visit).estimates
    }


def _changed(visit, **changes):
    """Return the visit with every recording changed by functions of the recording."""
    recordings = tuple(
        replace(r, **{name: f(r) for name, f in changes.items()}) for r in visit.recordings
    )
    return replace(visit, recordings=recordings)


def test_recovers_its_simulated_truth(entry):
    """Over 40 seeds, coverage, width and share measured are what chance allows."""
    for row in validate(entry, range(SEEDS)):
        assert row.problems(n_seeds=SEEDS) == ()


def test_every_number_has_a_simulated_truth(entry):
    """No part of a measure escapes validation: its example states a truth for each."""
    _, truth = entry.example(0)
    assert {part for *_, part in truth} == set(entry.declared.units)


def test_declares_all_that_a_reader_needs(entry):
    """Title, method, unit, range and tier are there, sources are known keys, cautions are new."""
    from eutonia.knowledge import table

    measure = entry.declared
    assert measure.title
    assert measure.method.endswith(".")
    assert "Up to version" not in measure.caution, "what earlier versions did is history"
    assert measure.units
    assert measure.ranges.keys() == measure.units.keys()
    assert all(r.lo < r.hi for r in measure.ranges.values())
    assert set(measure.sources) <= table("references").keys()
    assert set(measure.proofs) <= {"simulated", "independent", "real"}
    if isinstance(measure.interval, NoInterval):
        assert measure.interval.reason in NO_INTERVAL


def test_every_number_carries_the_six_things(entry):
    """Interval or reason, version, validated range and tier are on every estimate."""
    visit, _ = entry.example(1)
    outcome = _run(entry, visit)
    assert outcome.estimates
    for e in outcome.estimates:
        assert np.isfinite(e.value)
        assert (e.interval is None) == (e.no_interval in NO_INTERVAL)
        assert e.interval is None or e.interval.lo <= e.value <= e.interval.hi
        assert e.version == entry.declared.version
        assert e.tier == entry.declared.tier
        assert e.valid[0] < e.valid[1]
        assert e.evidence in outcome.evidence
        assert e.row < len(outcome.evidence[e.evidence]["labels"])


def test_the_order_of_channels_does_not_matter(entry):
    """Reversed channels give the same numbers under the same names."""
    visit, _ = entry.example(2)
    turned = _changed(
        visit,
        channels=lambda r: r.channels[::-1],
        signal=lambda r: ArraySignal(r.signal.read()[::-1]),
    )
    before, after = _values(entry, visit), _values(entry, turned)
    assert before.keys() == after.keys()
    for key, value in before.items():
        assert after[key] == pytest.approx(value, rel=1e-9)


def test_gain_does_not_matter_where_declared(entry):
    """Another amplification changes no number of a measure that is declared invariant."""
    visit, _ = entry.example(3)
    louder = _changed(visit, signal=lambda r: ArraySignal(3.7 * r.signal.read()))
    before, after = _values(entry, visit), _values(entry, louder)
    same = [after.get(k) == pytest.approx(v, rel=1e-6) for k, v in before.items()]
    assert all(same) == ("gain" in entry.declared.invariant)


def test_the_start_of_the_clock_does_not_matter(entry):
    """A later start of all clocks changes nothing."""
    visit, _ = entry.example(4)
    later = _changed(visit, clock=lambda r: replace(r.clock, offset_s=r.clock.offset_s + 64.0))
    before, after = _values(entry, visit), _values(entry, later)
    for key, value in before.items():
        assert after[key] == pytest.approx(value, rel=1e-9)


def test_says_what_is_missing_when_an_input_is(entry):
    """Without the channels of an input there is one sentence and no number."""
    visit, _ = entry.example(5)
    kind = next(iter(entry.declared.needs.inputs.values())).kind
    without = replace(visit, recordings=tuple(r for r in visit.recordings if not r.indices(kind)))
    outcome = _run(entry, without)
    assert outcome.estimates == ()
    assert len(outcome.not_measurable) == 1
    assert kind_words(kind) in outcome.not_measurable[0].reason


def test_says_what_is_missing_when_the_recording_is_too_short(entry):
    """Five seconds give no number, but a sentence with the seconds that are needed."""
    visit, _ = entry.example(6)
    need = next(iter(entry.declared.needs.inputs.values()))
    if need.event:
        pytest.skip("needs events rather than a length")
    short = _changed(visit, signal=lambda r: ArraySignal(r.signal.read(0, round(5 * r.rate_hz))))
    outcome = _run(entry, short)
    assert outcome.estimates == ()
    needed_s = max(need.min_s, need.for_interval_s)
    assert any(f"{needed_s:g} s" in n.reason for n in outcome.not_measurable)


def test_auxiliary_conditions_are_optional_only_where_noted(entry):
    """Without an auxiliary recording the estimate says what it used instead."""
    needs = entry.declared.needs
    if not needs.aux:
        pytest.skip("has no auxiliary condition")
    visit, _ = entry.example(7)
    without = replace(
        visit,
        recordings=tuple(
            r
            for r in visit.recordings
            if not any(a.excludes(r.condition) for a in needs.aux.values())
        ),
    )
    outcome = _run(entry, without)
    optional = {a.optional for a in needs.aux.values()} - {""}
    if optional:
        assert all(optional & set(e.notes) for e in outcome.estimates)
        assert outcome.estimates
    else:
        assert outcome.estimates == ()


def test_too_few_blocks_give_no_interval(entry):
    """Fewer blocks than declared give no interval and the reason, but for limits that need none."""
    from eutonia.run.pool import pool

    visit, _ = entry.example(8)
    outcome = _run(entry, visit)
    assert all(e.interval is not None for e in outcome.estimates)
    inputs = _gathered(entry, visit)
    result = entry.measure(inputs)
    if result.blocks is None:
        pytest.skip("returns its own limits")
    declared = entry.declared.interval
    n = 2 if isinstance(declared, Repeats) else min(5, getattr(declared, "least", MIN_BLOCKS) - 1)
    few = replace(result, blocks=result.blocks[:n], span=result.span[:n])
    pooled = pool(entry.declared, few, n_spans=int(few.span.max()) + 1, seed=0)
    interval = pooled.interval(0, 0)
    if entry.declared.id in ("eyes.longest_closure", "eyes.one_sided"):
        assert interval is not None
        assert "without blocks" in interval.method
    else:
        assert interval is None
        assert pooled.no_interval in NO_INTERVAL


def _gathered(entry, visit):
    from eutonia.run import Memo
    from eutonia.run.inputs import Gathered, gather

    found = gather(entry.declared, visit, visit_spans(visit), Memo())
    return next(f for f in found if isinstance(f, Gathered)).inputs


def test_targets_are_independent_of_each_other(entry):
    """Permuted targets give permuted numbers, one target alone gives its own."""
    visit, _ = entry.example(9)
    inputs = _gathered(entry, visit)
    one = entry.measure(inputs)
    doubled = replace(inputs, targets=np.concatenate([inputs.targets, inputs.targets])[::-1])
    two = entry.measure(doubled)
    n = len(inputs.targets)
    first, second = (
        r.values if r.blocks is None else r.finish(r.blocks.sum(axis=0)) for r in (one, two)
    )
    np.testing.assert_allclose(second[::-1][:n], first, rtol=1e-9)
    np.testing.assert_allclose(second[::-1][n:], first, rtol=1e-9)


def test_same_seed_same_numbers_and_it_travels(entry):
    """An entry survives pickling, and the same seed gives identical estimates."""
    visit, _ = entry.example(10)
    copy = pickle.loads(pickle.dumps(entry))
    assert _run(copy, visit, seed=3).estimates == _run(entry, visit, seed=3).estimates


def test_bad_samples_are_not_used(entry):
    """A marked artefact of enormous size changes the numbers less than their interval."""
    from eutonia.model import BadSpan

    visit, _ = entry.example(11)
    if not isinstance(entry.declared.needs.target, Each):
        pytest.skip("covered by the measures of single channels")

    def spoilt(r):
        data = r.signal.read().copy()
        at = slice(round(20.0 * r.rate_hz), round(20.5 * r.rate_hz))
        data[:, at] = 1e6
        return ArraySignal(data)

    artefact = (BadSpan(start_s=20.0, stop_s=20.5, reason="electrode"),)
    marked = _changed(visit, signal=spoilt, bad=lambda r: artefact)
    before = {(e.measure, e.target.label, e.condition): e for e in _run(entry, visit).estimates}
    for e in _run(entry, marked).estimates:
        interval = before[e.measure, e.target.label, e.condition].interval
        assert interval.lo <= e.value <= interval.hi
