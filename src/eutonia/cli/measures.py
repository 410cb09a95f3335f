"""``eutonia measures``: the list of measures, or the card of one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from eutonia.cli.table import facts, paragraph, render

if TYPE_CHECKING:
    from eutonia.model import Input, Measure

_PROOFS = {
    "simulated": "simulated truth is recovered",
    "independent": "agrees with an independent tool",
    "real": "tried on a real recording",
}


@click.command("measures")
@click.argument("measure_id", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(measure_id: str | None, as_json: bool) -> None:
    """List the measures, or show the card of one by its ID."""
    from eutonia.measures import all_measures, get

    if measure_id:
        one = get(measure_id)
        click.echo(_dump(as_dict(one)) if as_json else card(one))
        return
    found = all_measures()
    if as_json:
        click.echo(_dump([as_dict(m) for m in found]))
        return
    rows = [[m.id, m.title, units_in_words(m), m.tier] for m in found]
    click.echo(render(["id", "measure", "unit", "tier"], rows))
    click.echo(f"\n{len(found)} measures; eutonia measures ID shows the card of one.")


def _dump(record: Any) -> str:
    return json.dumps(record, indent=2, ensure_ascii=False)


def as_dict(measure: Measure) -> dict[str, Any]:
    """Return the card of a measure as plain JSON values."""
    m = measure
    return {
        "id": m.id,
        "version": m.version,
        "title": m.title,
        "units": {m.full_id(part): unit for part, unit in m.units.items()},
        "tier": m.tier,
        "method": m.method,
        "needs": needs_in_words(m),
        "target": target_in_words(m),
        "scale": m.scale,
        "interval": interval_in_words(m),
        "valid": {
            part: {"lo": r.lo, "hi": r.hi, "shown_by": r.shown_by} for part, r in m.ranges.items()
        },
        "invariant": sorted(m.invariant),
        "sources": list(m.sources),
        "caution": m.caution,
        "history": m.history,
        "evidence": _evidence(m),
        "evidence_against": m.evidence_against,
        "proofs": list(m.proofs),
        "coverage": coverage(m),
    }


def card(measure: Measure) -> str:
    """Return the card of a measure as text for the terminal."""
    m = measure
    shown, said = coverage(m), _said(m)
    pairs = [
        ("tier", m.tier),
        ("unit", units_in_words(m)),
        ("method", m.method),
        *(("needs" if i == 0 else "", words) for i, words in enumerate(needs_in_words(m))),
        ("target", target_in_words(m)),
        ("contrast", f"two conditions are compared by {m.scale}" if m.scale != "none" else "none"),
        ("interval", interval_in_words(m)),
        ("validated", validated(m)),
        ("unchanged by", ", ".join(sorted(w.replace("_", " ") for w in m.invariant))),
        ("caution", m.caution),
        ("earlier versions", m.history),
    ]
    parts = [f"{m.id}  version {m.version}\n{m.title}", facts(pairs)]
    parts.append("Sources\n" + _bullets([*map(_citation, m.sources)] or ["a formula of our own"]))
    parts.append("Evidence in dystonia\n" + _bullets(_evidence_in_words(m)))
    proofs = [
        f"{'yes' if p in m.proofs else 'no '}  {words}"
        + (f" ({shown})" if p == "simulated" and shown else "")
        + (f": {said[p]}" if p in said else "")
        for p, words in _PROOFS.items()
    ]
    parts.append("Proofs\n" + _bullets(proofs))
    return "\n\n".join(parts)


def _bullets(lines: list[str]) -> str:
    return "\n".join(paragraph(line, indent="  ") for line in lines)


def _citation(key: str) -> str:
    from eutonia.knowledge import citation

    try:
        return f"{key}: {citation(key)}"
    except KeyError:
        return f"{key} (not in the table of references)"


def units_in_words(measure: Measure) -> str:
    """Return the unit, or the unit of each part."""
    if isinstance(measure.unit, str):
        return measure.unit
    grouped: dict[str, list[str]] = {}
    for part, unit in measure.units.items():
        grouped.setdefault(unit, []).append(part.replace("_", "-"))
    return "; ".join(f"{unit} ({', '.join(parts)})" for unit, parts in grouped.items())


def needs_in_words(measure: Measure) -> list[str]:
    """Return each need as a phrase."""
    needs = measure.needs
    found = [_input_in_words(one) for one in needs.inputs.values()]
    for aux in needs.aux.values():
        without = f"; without it: {aux.optional}" if aux.optional else "; not measurable without it"
        what = f"the same with {aux.factor} {aux.level}" if aux.factor else f"the task {aux.task}"
        found.append(what + without)
    if needs.tasks:
        found.append(f"taken in {' or '.join(sorted(needs.tasks))}".replace("_", " "))
    return found


def _input_in_words(one: Input) -> str:
    from eutonia.run.groups import kind_words

    words = [kind_words(one.kind)]
    if one.derive:
        words.append(f"as {one.derive}")
    if one.min_rate_hz:
        words.append(f"at {one.min_rate_hz:g} Hz or more")
    if one.min_s:
        words.append(f"for {one.min_s:g} s or more")
    if one.event:
        words.append(f"with the event {one.event!r} marked")
    if one.not_flags:
        words.append(f"not {', '.join(sorted(one.not_flags))}")
    return " ".join(words)


def target_in_words(measure: Measure) -> str:
    """Return what one number of the measure is about."""
    from eutonia.model import Cross, Each, Pairs

    target = measure.needs.target
    if isinstance(target, Cross):
        sites = f" ({', '.join(target.first_sites)})" if target.first_sites else ""
        return f"each {target.first} channel{sites} with each {target.second} channel"
    sites = f" ({', '.join(target.sites)})".replace("_", " ") if target.sites else ""
    if isinstance(target, Each):
        return f"each channel{sites}"
    if isinstance(target, Pairs):
        what = "electrodes" if "eeg" in measure.needs.inputs else "muscles"
        kinds = {"antagonist": "antagonists of one side", "homologue": "left and right"}
        return f"pairs of {what}: {kinds.get(target.relation, 'all')}{sites}"
    return f"all channels together{sites}"


def interval_in_words(measure: Measure) -> str:
    """Return where the interval comes from."""
    from eutonia.model import NO_INTERVAL, Analytic, BlockBootstrap, Jackknife, NoInterval

    kind = measure.interval
    if isinstance(kind, BlockBootstrap):
        blocks = f"{kind.block_s:g} s" if kind.block_s else "natural blocks, such as trials"
        return f"bootstrap over blocks of {blocks}; within the recording"
    if isinstance(kind, Jackknife):
        scale = {"none": "", "log": ", on the logarithm", "fisher": ", on Fisher's z"}
        return f"jackknife over blocks{scale[kind.transform]}; within the recording"
    if isinstance(kind, Analytic):
        return "published formula; within the recording"
    if isinstance(kind, NoInterval):
        return f"none: {NO_INTERVAL.get(kind.reason, kind.reason)}"
    return "Student's over at least three repeats; between repeats"


def _said(measure: Measure) -> dict[str, str]:
    """Return what was shown, in words, by proof."""
    from eutonia.knowledge import table

    found: dict[str, str] = table("proofs").get(measure.id, {})
    return found


def _evidence(measure: Measure) -> dict[str, Any]:
    from eutonia.knowledge import table

    found: dict[str, Any] = table("evidence").get(measure.id, {})
    return found


def _evidence_in_words(measure: Measure) -> list[str]:
    found = _evidence(measure)
    lines: list[str] = []
    for sign, name in (("for", "positive"), ("against", "negative")):
        lines += [
            f"{sign}: {item['words']} [{', '.join(item['references'])}]"
            for item in found.get(name, ())
        ]
    if not lines:
        lines.append("none that was checked, for or against")
    if found.get("use"):
        lines.append(found["use"])
    return lines


def validated(measure: Measure) -> str:
    """Return the validated range, of each part where they differ."""
    words = {
        part: f"{r.lo:g} to {r.hi:g}"
        + ("" if measure.units[part] == "1" else f" {measure.units[part]}")
        for part, r in measure.ranges.items()
    }
    one = len(set(words.values())) == 1
    listed = next(iter(words.values())) if one else ", ".join(f"{p} {w}" for p, w in words.items())
    shown_by = next(iter(measure.ranges.values())).shown_by
    return f"{listed} ({shown_by})"


def coverage(measure: Measure) -> str:
    """Return the coverage of the intervals over simulated truth, from the kept validation."""
    from eutonia.validate import results

    kept = results().get(measure.id)
    if not kept or kept.get("version") != measure.version:
        return ""
    rows = [r["coverage"] for r in kept.get("rows", ()) if "coverage" in r]
    if not rows:
        return ""
    span = f"{100 * min(rows):.1f} to {100 * max(rows):.1f} %"
    return f"95 % intervals hold it in {span} of {kept.get('seeds', '?')} seeds"
