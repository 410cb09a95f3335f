"""New pseudonyms, rater codes and dates for what leaves, all from one secret key.

The key lies in ``.eutonia/key`` of the data set, readable by its owner only, and goes into no
export. With it the same person gets the same new pseudonym and the same shift again; without it
neither can be found out, nor undone.

The shift of dates, our rule: a whole number of weeks, between 5 and 52, back or forth, the same for
all dates of one person. So weekdays and intervals between days stay as they were, and every day and
month becomes another. A year or a month without a day is taken at its middle, shifted, and cut to
the same precision; a year may therefore stay the same.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from eutonia.formats import audit
from eutonia.model import InvalidRecord

FILE = "key"
KEY_BYTES = 32
#: Weeks of the smallest and the largest shift.
WEEKS = (5, 52)
#: Person of a visit without a pseudonym; it stays unknown.
UNKNOWN = "unknown"

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_TIME = re.compile(r"[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)


def load_key(folder: Path) -> bytes:
    """Return the key of the data set that `folder` belongs to; it is made on the first call.

    Raises
    ------
    InvalidRecord
        If the file holds no key.
    """
    home = audit.place(folder) / audit.FOLDER
    path = home / FILE
    if not path.exists():
        _make(path)
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(rf"[0-9a-f]{{{2 * KEY_BYTES}}}", text):
        raise InvalidRecord(
            f"{path} is damaged: it must hold {2 * KEY_BYTES} hexadecimal digits. Restore it from "
            "a backup; with a new one, what left before and what leaves now cannot be matched."
        )
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return bytes.fromhex(text)


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # So that version control never takes the key or the log along.
    (path.parent / ".gitignore").write_text("*\n", encoding="ascii")
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was faster
        return
    with os.fdopen(made, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whose data leave, under which key.

    Parameters
    ----------
    key : bytes
        From `load_key`.
    person : str
        The pseudonym inside the data set.
    keep_text : bool
        Keep free text after a scan (a help, no guarantee) instead of removing it.
    """

    key: bytes = field(repr=False)
    person: str
    keep_text: bool = False

    @property
    def new(self) -> str:
        """The pseudonym outside."""
        return new_person(self.key, self.person)

    @property
    def days(self) -> int:
        """Days by which all dates are shifted."""
        return offset_days(self.key, self.person)


def new_person(key: bytes, person: str) -> str:
    """Return the new pseudonym, ``sub-`` and ten hexadecimal digits; unknown stays unknown."""
    label = person.removeprefix("sub-")
    return person if label in ("", UNKNOWN) else f"sub-{_digest(key, 'person', label)[:10]}"


def new_rater(key: bytes, code: str) -> str:
    """Return the new code of a rater: the same for the same code, in all visits and people."""
    return f"rater-{_digest(key, 'rater', code.strip())[:8]}" if code.strip() else ""


def new_visit(key: bytes, person: str, visit: str) -> str:
    """Return a visit's label: a short number stays, anything else is coded."""
    label = visit.removeprefix("ses-")
    if re.fullmatch(r"\d{1,3}", label) or not label:
        return visit
    return f"ses-{_digest(key, 'visit', f'{person}/{label}')[:8]}"


def offset_days(key: bytes, person: str) -> int:
    """Return the days by which all dates of a person are shifted: whole weeks, never 0."""
    number = int(_digest(key, "shift", person.removeprefix("sub-")), 16)
    least, most = WEEKS
    weeks = least + number // 2 % (most - least + 1)
    return 7 * weeks * (1 if number % 2 else -1)


def shifted(text: str, days: int) -> str | None:
    """Return a date shifted by some days, at its own precision; None where it is no date.

    Parameters
    ----------
    text : str
        ISO 8601: a year, a month, a day, or a day with a time, which stays.
    days : int
        May be below 0.

    Examples
    --------
    >>> shifted("2026-03-01T10:15", 7), shifted("2019-05", 35), shifted("2019", -364)
    ('2026-03-08T10:15', '2019-06', '2018')
    """
    day, clock = text.strip()[:10], text.strip()[10:]
    found = _DATE.fullmatch(day)
    if found is None or (clock and (found[3] is None or not _TIME.fullmatch(clock))):
        return None
    year, month, dom = found.groups()
    try:
        middle = date(int(year), int(month or 7), int(dom or (15 if month else 2)))
        moved = (middle + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return None
    return moved[: len(day)] + clock


def _digest(key: bytes, purpose: str, text: str) -> str:
    if len(key) < KEY_BYTES:
        raise InvalidRecord(f"The key has {len(key)} bytes; it must have at least {KEY_BYTES}.")
    return hmac.new(key, f"eutonia:{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
