"""``eutonia consent``: show, record and withdraw a person's consent, by use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eutonia.cli import DONE, LOSSES

if TYPE_CHECKING:
    from eutonia.model import History
    from eutonia.model.history import ConsentBy, Use

_USES = click.Choice(["care", "teaching", "research"])


@click.command("consent")
@click.argument("person", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--show", is_flag=True, help="Show what is known (the default).")
@click.option("--give", type=_USES, help="Record consent to a use.")
@click.option("--by", type=click.Choice(["person", "guardian"]), help="With --give: who consents.")
@click.option("--assent/--no-assent", default=None, help="With --give: the child agrees or not.")
@click.option("--withdraw", type=_USES, help="Record that consent to a use is withdrawn.")
@click.option("--on", default="", metavar="DAY", help="Day it was said, 2026-03-01; today.")
@click.option("--yes", is_flag=True, help="With --withdraw: delete derivatives without asking.")
def command(  # noqa: PLR0913 - one per option
    *,
    person: Path,
    show: bool,
    give: Use | None,
    by: ConsentBy | None,
    assent: bool | None,
    withdraw: Use | None,
    on: str,
    yes: bool,
) -> int:
    """Show, give or withdraw the consent of a PERSON (its folder, such as study/sub-01).

    Withdrawing lists what was computed from the person's recordings and, when confirmed, deletes
    it; `eutonia erase` deletes the recordings too.
    """
    if sum(map(bool, (show, give, withdraw))) > 1:
        raise click.UsageError("Choose one of --show, --give and --withdraw.")
    if give and not by:
        raise click.UsageError("Say who consents: --by person, or --by guardian.")
    day = on or datetime.now(UTC).astimezone().date().isoformat()
    if give:
        return _give(person, give, by=by or "unknown", assent=assent, day=day)
    if withdraw:
        return _withdraw(person, withdraw, day=day, yes=yes)
    return _show(person)


def _show(person: Path) -> int:
    from eutonia.formats import bids, consent, intake
    from eutonia.formats.examination import load_history
    from eutonia.model import VisitState

    history = load_history(person)
    for one in history.consents:
        said = "given" if one.given else "refused"
        gone = f", withdrawn {one.withdrawn}" if one.withdrawn else ""
        agrees = {True: ", the child agrees", False: ", the child does not agree", None: ""}
        who = f" by {one.by}{agrees[one.assent]}"
        click.echo(f"{one.use}: {said} {one.date or 'on an unknown day'}{who}{gone}")
    visits = [v for v in sorted(person.glob("ses-*")) if v.is_dir()] or [person]
    age = bids.person(person.resolve()).age_years
    for visit in visits:
        state = intake.load(visit) if visit.is_dir() else VisitState()
        click.echo(f"\n{visit.resolve().name}:")
        for use in consent.USES:
            allowed, why = consent.allows(history, state, use, age_years=age)
            click.echo(f"  {use}: {'yes' if allowed else 'no'}. {why}")
        click.echo(f"  {consent.keep_until(history, state)[1]}")
    return DONE


def _give(person: Path, use: Use, *, by: ConsentBy, assent: bool | None, day: str) -> int:
    from eutonia.formats.consent import given
    from eutonia.model import Consent

    new = Consent(use=use, given=True, date=day, by=by, assent=assent)
    path = _changed(person, lambda history: given(history, new), "consent-given", use)
    click.echo(f"Consent to {use} on {day} by {by}: kept in {path}")
    return DONE


def _withdraw(person: Path, use: Use, *, day: str, yes: bool) -> int:
    from eutonia.formats import audit, one_person
    from eutonia.formats.consent import withdrawn

    path = _changed(person, lambda h: withdrawn(h, use, on=day), "consent-withdrawn", use)
    click.echo(f"Consent to {use} withdrawn on {day}: kept in {path}")
    root, name = one_person.whose(person)
    found = one_person.everything(root, name)
    kept = [p.as_posix() for p in found.paths if p not in found.derivatives]
    if not found.derivatives:
        click.echo("Nothing computed from the recordings lies in the data set.")
    else:
        click.echo("\nComputed from the recordings, and to be deleted:")
        for one in found.derivatives:
            click.echo(f"  {one.as_posix()}")
    click.echo(f"\nStill there: {', '.join(kept) or 'nothing'}; eutonia erase deletes that too.")
    click.echo("Copies that left before are not reached from here: ask for their deletion.")
    if not found.derivatives:
        return DONE
    if not (yes or click.confirm("Delete what was computed?", default=False)):
        click.echo("Nothing was deleted; run the same command again to do so.")
        return LOSSES
    problems = tuple(one_person.delete(root, found.derivatives))
    done = "incomplete" if problems else "complete"
    audit.record(root, "derivatives-deleted", person=name, what=done)
    for problem in problems:
        click.echo(f"not deleted: {problem}", err=True)
    if not problems:
        click.echo("Deleted. What another use still allows, eutonia assess computes again.")
    return LOSSES if problems else DONE


def _changed(person: Path, change: Callable[[History], History], action: str, use: str) -> Path:
    """Write the history anew and note it in the log."""
    from eutonia.formats import audit, one_person
    from eutonia.formats.examination import load_history, save_history

    root, name = one_person.whose(person)
    path = save_history(change(load_history(person)), person)
    audit.record(root, action, person=name, what=use)
    return path
