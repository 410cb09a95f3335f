"""Norms that a laboratory builds from its own controls."""

import shutil
from dataclasses import fields, replace

import numpy as np
import pytest
from click.testing import CliRunner

from eutonia.assess import assess
from eutonia.cli import cli
from eutonia.formats.assessment import save
from eutonia.formats.norms import FILE, found_for, load, load_harmn
from eutonia.formats.norms import save as save_norms
from eutonia.judge import judge
from eutonia.measures import entry
from eutonia.model import (
    Assessment,
    CannotMeasure,
    Condition,
    Context,
    Estimate,
    HarmnTable,
    InvalidRecord,
    Manifest,
    Norm,
    Norms,
    Person,
    Target,
    UnknownName,
    VisitState,
)
from eutonia.norms import MIN_CONTROLS, against_norms, build, harmn_z
from eutonia.run import run_measure, visit_spans
from eutonia.verify import verify

TARGET = Target(label="Pz", channels=("Pz",), sites=("Pz",))


def _estimate(value, measure="emg.rms", **changes):
    declared = entry(measure).declared
    given = Estimate(
        measure=declared.full_id(next(iter(declared.units))),
        version=declared.version,
        title=declared.title,
        unit=next(iter(declared.units.values())),
        tier=declared.tier,
        sources=(),
        target=TARGET,
        condition=Condition.of(task="rest"),
        value=value,
        interval=None,
        no_interval="few_blocks",
        n_effective=3,
        valid=(0, 1),
        valid_by="a test",
        context=Context(device="Amp 1", protocol="neck"),
    )
    return replace(given, **changes)


def _assessment(person, *estimates, age=40.0, **state):
    return Assessment(
        person=Person(id=person, age_years=age),
        visit="01",
        state=VisitState(**state),
        recordings=(),
        lost=(),
        findings=tuple(judge(e) for e in estimates),
        contrasts=(),
        not_measurable=(),
        manifest=Manifest(versions=(), measures=(), inputs=(), seed=0),
    )


def _controls(values, **changes):
    return [
        (f"folder {i}", _assessment(f"sub-{i:02}", _estimate(v, **changes), age=30.0 + i))
        for i, v in enumerate(values)
    ]


@pytest.fixture
def values():
    return np.exp(np.random.default_rng(0).normal(3.0, 0.4, 24))


@pytest.fixture
def norms(values):
    return build(_controls(values), name="Lab A").norms


def test_mean_and_spread_are_those_of_the_controls(norms, values):
    """Measures that compare as ratios are averaged on the logarithm."""
    (norm,) = norms.norms
    assert norm.log
    assert norm.mean == pytest.approx(np.log(values).mean())
    assert norm.sd == pytest.approx(np.log(values).std(ddof=1))
    assert (norm.n, norms.people, norm.age_years) == (24, 24, (30.0, 53.0))


def test_a_new_control_lies_outside_in_one_of_twenty():
    """The limits hold for people who were not among the controls, although these are few."""
    rng = np.random.default_rng(1)
    outside = []
    for _ in range(200):
        people = build(_controls(np.exp(rng.normal(3, 0.4, MIN_CONTROLS))), name="Lab").norms
        new = [_estimate(float(v)) for v in np.exp(rng.normal(3, 0.4, 20))]
        found = against_norms(new, people, age_years=40)
        outside += [c.verdict == "outside the reference" for c in found]
    assert np.mean(outside) == pytest.approx(0.05, abs=0.012)  # 3 SD of 200 clusters of 20


def test_two_visits_of_controls_say_how_much_a_number_varies():
    """The error of measurement is that of the simulated visits, not the spread of the people."""
    rng = np.random.default_rng(2)
    people = rng.normal(3.0, 0.4, 200)
    first, second = (_controls(np.exp(people + 0.1 * rng.standard_normal(200))) for _ in range(2))
    (norm,) = build(first + second, name="Lab A").norms.norms
    assert norm.retested == 200
    assert norm.sem == pytest.approx(0.1, rel=0.15)  # 3 standard errors
    assert norm.sd == pytest.approx(0.41, rel=0.2)


def test_fewer_than_twenty_second_visits_say_nothing(values):
    """Repeatability stays unknown; a third visit is left out and named."""
    once = _controls(values)
    built = build([*once, *once[:19], once[0]], name="Lab A")
    assert (built.norms.norms[0].sem, built.norms.norms[0].retested) == (None, 0)
    assert built.left_out == ("folder 0: sub-00 is counted already, with two visits.",)


def test_the_words_hold_number_ages_device_and_protocol(norms):
    """Nobody reads a z without knowing against whom."""
    (comparison,) = against_norms([_estimate(20.0)], norms, age_years=40)
    for words in ("24 controls of Lab A", "30–53 years", "Amp 1", "neck", "z = "):
        assert words in comparison.words
    (unknown,) = against_norms([_estimate(20.0)], norms, age_years=None)
    assert "age of the person unknown" in unknown.words


@pytest.mark.parametrize(
    ("estimate", "age", "why"),
    [
        (_estimate(20.0, context=Context(device="Amp 2")), 40, "other device"),
        (_estimate(20.0, context=Context(protocol="eyes")), 40, "other protocol"),
        (_estimate(20.0), 12, "12 years"),
        (_estimate(-1.0), 40, "not positive"),
    ],
)
def test_what_does_not_fit_is_not_compared(norms, estimate, age, why):
    """Another device, protocol or age gives no z but the reason."""
    (comparison,) = against_norms([estimate], norms, age_years=age)
    assert comparison.verdict == "not comparable"
    assert comparison.z is None
    assert why in comparison.words


@pytest.mark.parametrize("changes", [{"version": "99"}, {"unit": "mV"}, {"notes": ("norm=task",)}])
def test_another_method_has_no_norm(norms, changes):
    """Version, unit and normalisation are part of what a number is."""
    assert against_norms([_estimate(20.0, **changes)], norms, age_years=40) == (None,)


def test_remarks_do_not_make_another_number(values):
    """A note that only cautions, such as an unknown drug state, does not break the comparison."""
    norms = build(_controls(values, notes=("drug state unknown",)), name="Lab A").norms
    assert against_norms([_estimate(20.0)], norms, age_years=40)[0].z is not None


def test_patients_and_repeated_visits_do_not_count(values):
    """A person with a named form is no control, and a person counts once."""
    people = _controls(values)
    patient = ("ward", _assessment("sub-90", _estimate(99.0), form="cervical"))
    again = ("later", people[0][1])
    built = build([*people, patient, again], name="Lab A")
    assert built.norms.people == 24
    assert any("ward" in line for line in built.left_out)
    assert built.norms.norms[0].n == 24


def test_too_few_controls_give_no_norms(values):
    """Nineteen people are refused with a sentence, not averaged."""
    with pytest.raises(CannotMeasure, match="20 controls or more"):
        build(_controls(values[:19]), name="Lab A")


def test_simulated_and_real_people_do_not_mix(values):
    """A simulated control among real ones is refused; simulated norms say so."""
    people = _controls(values)
    simulated = [(w, replace(a, labels=("SIMULATED",))) for w, a in people]
    with pytest.raises(CannotMeasure, match="mixed"):
        build([*people[:12], *simulated[12:]], name="Lab A")
    norms = build(simulated, name="Lab A").norms
    (comparison,) = against_norms([_estimate(20.0)], norms, age_years=40)
    assert "simulated controls" in comparison.words


def test_norms_survive_their_file(norms, tmp_path):
    """What is written is read again, and a damaged file is named."""
    assert load(save_norms(norms, tmp_path / FILE)) == norms
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(text.replace('"sd"', '"spread"'), encoding="utf-8")
    with pytest.raises(InvalidRecord, match="build the norms again"):
        load(tmp_path / FILE)


def test_norms_belong_to_their_data_set(norms, tmp_path):
    """A visit finds the file of its own data set, and none of a folder above that."""
    visit = tmp_path / "study" / "sub-01" / "ses-01"
    visit.mkdir(parents=True)
    save_norms(norms, tmp_path / FILE)
    assert found_for(visit) == tmp_path / FILE
    (tmp_path / "study" / "dataset_description.json").write_text("{}", encoding="utf-8")
    assert found_for(visit) is None
    save_norms(norms, tmp_path / "study" / FILE)
    assert found_for(visit) == tmp_path / "study" / FILE


def test_the_command_builds_and_shows(values, tmp_path):
    """From the folders of assessments to a file that can be read."""
    for where, assessment in _controls(values):
        save(assessment, {}, tmp_path / "controls" / where)
    file = tmp_path / FILE
    done = CliRunner().invoke(
        cli, ["norms", "build", str(tmp_path / "controls"), "--name", "Lab A", "--out", str(file)]
    )
    assert done.exit_code == 0, done.output
    assert "1 numbers of 24 controls" in done.output
    shown = CliRunner().invoke(cli, ["norms", "show", str(file)])
    assert "n = 24, 30-53 years" in shown.output


@pytest.fixture
def table():
    """Return norms that change linearly with age, for two batches."""
    rng = np.random.default_rng(2)
    slope, sd = rng.normal(0, 0.01, (3, 2)), rng.uniform(0.2, 0.4, (3, 2))
    ages = np.array([20.0, 40.0, 80.0])
    return HarmnTable(
        age_years=ages,
        freq_hz=np.array([2.0, 10.0, 18.0]),
        electrodes=("C3", "C4"),
        mean=1 + slope * ages[:, None, None],
        sd=np.broadcast_to(sd, (3, 3, 2)),
        batches=("A", "B"),
        batch_mean=np.stack([np.zeros((3, 2)), np.full((3, 2), 0.5)]),
        batch_sd=np.stack([np.ones((3, 2)), np.full((3, 2), 2.0)]),
    )


def test_harmonised_features_follow_the_published_equations(table):
    """Between ages the norms are interpolated, and site and device are taken out of z."""
    y = np.full((3, 2), 1.2)
    mean = 1 + (table.mean[2] - 1) / 80 * 65
    expected = (y - mean) / table.sd[0]
    np.testing.assert_allclose(harmn_z(y, table, age_years=65)[0], expected)
    z, harmonised = harmn_z(y, table, age_years=65, batch="B")
    np.testing.assert_allclose(z, (expected - 0.5) / 2)
    np.testing.assert_allclose(harmonised, mean + table.sd[0] * z)


def test_norms_are_not_extended_beyond_their_ages(table):
    """An age outside, another grid and an unknown batch are refused with a sentence."""
    y = np.zeros((3, 2))
    with pytest.raises(CannotMeasure, match="20 to 80"):
        harmn_z(y, table, age_years=12)
    with pytest.raises(CannotMeasure, match="3 frequencies"):
        harmn_z(np.zeros((4, 2)), table, age_years=30)
    with pytest.raises(UnknownName, match="A, B"):
        harmn_z(y, table, age_years=30, batch="C")


def test_a_damaged_table_is_named(table, tmp_path):
    """A missing array, a wrong shape and a file that is no archive give one sentence each."""
    arrays = {f.name: np.array(getattr(table, f.name)) for f in fields(table)}
    np.savez(tmp_path / "whole.npz", **arrays)
    np.testing.assert_array_equal(load_harmn(tmp_path / "whole.npz").sd, table.sd)
    np.savez(tmp_path / "less.npz", **{k: v for k, v in arrays.items() if k != "sd"})
    np.savez(tmp_path / "other.npz", **{**arrays, "sd": arrays["sd"][:2]})
    (tmp_path / "none.npz").write_bytes(b"PK\x03\x04 nothing")
    for name, why in (("less", "lacks sd"), ("other", "shape"), ("none", "no archive")):
        with pytest.raises(InvalidRecord, match=why):
            load_harmn(tmp_path / f"{name}.npz")


def test_the_command_prints_z_from_an_assessment(tmp_path):
    """From the stored features to a table, with the sentence on diagnostic value."""
    made, _ = entry("eeg.harmn").example(0)
    outcome = run_measure(entry("eeg.harmn"), made, visit_spans(made))
    evidence = outcome.evidence
    (arrays,) = evidence.values()
    y = arrays["log_spectrum"]
    table = {
        "age_years": np.array([20.0, 80.0]),
        "freq_hz": arrays["freq_hz"],
        "electrodes": arrays["electrodes"],
        "mean": np.stack([y - 0.6, y - 0.6]),
        "sd": np.full((2, *y.shape), 0.5),
    }
    np.savez(tmp_path / "table.npz", **table)
    folder = tmp_path / "assessment"
    save(_assessment("sub-01", *outcome.estimates), evidence, folder)
    done = CliRunner().invoke(cli, ["norms", "harmn", str(folder), str(tmp_path / "table.npz")])
    assert done.exit_code == 0, done.output
    assert "no established diagnostic value" in done.output
    assert done.output.count("+1.20") == 47 * 18


def test_an_assessment_uses_the_norms_of_its_data_set(samples, tmp_path):
    """A file beside dataset_description.json gives each number its z, and verify checks it."""
    shutil.copytree(samples, tmp_path / "study")
    (visit,) = sorted((tmp_path / "study").glob("sub-*/ses-*"))
    (plain,) = assess(visit, measures=("emg.rms",), out=tmp_path / "before")[0].findings
    e = plain.estimate
    norm = Norm(
        measure=e.measure,
        version=e.version,
        unit=e.unit,
        target=e.target.label,
        condition=e.condition.label,
        log=True,
        n=30,
        mean=float(np.log(e.value)) - 1.0,
        sd=0.5,
    )
    norms = Norms(name="Lab A", people=30, made_with="test", norms=(norm,))
    file = save_norms(norms, tmp_path / "study" / FILE)
    made, folder = assess(visit, measures=("emg.rms",), out=tmp_path / "after")
    (comparison,) = (c for c in made.findings[0].comparisons if c.kind == "norms")
    assert comparison.z == pytest.approx(2.0)
    assert any(s.path.endswith(FILE) for s in made.manifest.inputs)
    assert verify(folder, recompute=False) == ()
    file.write_text(file.read_text(encoding="utf-8").replace("Lab A", "Lab B"), encoding="utf-8")
    assert verify(folder, recompute=False) == (f"The input file ../../{FILE} was changed.",)
