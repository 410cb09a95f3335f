"""Run a study of accuracy: ``python -m eutonia.accuracy head --mesh FOLDER``.

It takes minutes, goes on where it stopped, and writes its rows into ``docs/video/accuracy.json``,
from which the page on the accuracy of video is made.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

#: Each is a module of this room with ``study(identities, mesh, *, cache, progress) -> rows``.
STUDIES = ("head", "covered", "shifts", "eyes", "tremor", "hands", "mouth", "gait", "running")
#: People that judge; those below 100 were used for development.
JUDGES = range(100, 124)


def main() -> int:
    """Run the named study and keep its rows."""
    parser = argparse.ArgumentParser(prog="eutonia.accuracy", description=__doc__)
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("--mesh", type=Path, required=True, help="folder of the human mesh")
    parser.add_argument("--cache", type=Path, help="folder for what was tracked")
    parser.add_argument("--first", type=int, default=JUDGES.start, help="first person")
    parser.add_argument("--people", type=int, default=len(JUDGES))
    parser.add_argument("--write", type=Path, default=Path("docs/video/accuracy.json"))
    asked = parser.parse_args()
    who = range(asked.first, asked.first + asked.people)
    study = import_module(f"eutonia.accuracy.{asked.study}").study
    rows = study(who, asked.mesh, cache=asked.cache, progress=_say)
    kept = json.loads(asked.write.read_text(encoding="utf-8")) if asked.write.is_file() else {}
    kept[asked.study] = {"people": [who.start, who.stop - 1], "rows": rows}
    asked.write.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(kept, indent=1, ensure_ascii=False)
    asked.write.write_text(text + "\n", encoding="utf-8")
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))  # noqa: T201 - a command
    return 0


def _say(identity: int) -> None:
    print(f"person {identity} is done", file=sys.stderr, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    sys.exit(main())
