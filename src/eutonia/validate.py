"""Does every measure recover its simulated truth? ``python -m eutonia.validate``.

Results are kept by measure and version in ``measures/validation.json``; ``--check`` fails where a
row is missing or older than the measure.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.measures import Entry, entries
from eutonia.model import Estimate
from eutonia.run import run_measure, visit_spans

#: The contract (DESIGN.md): seeds, coverage, width against the empirical 95 % range, and share.
SEEDS = 1000
#: Validation draws from here on; methods were developed on seeds below, so they do not judge.
FIRST_SEED = 10_000
COVERAGE = (0.93, 0.97)
MAX_WIDTH_RATIO = 1.5
MIN_MEASURED = 0.99

_FILE = "validation.json"


@dataclass(frozen=True, kw_only=True)
class Row:
    """How one number of one measure's example came out over all seeds.

    Parameters
    ----------
    target, condition, part : str
        Which number.
    truth, mean : float
        The simulated truth and the mean estimate.
    coverage : float
        Share of intervals that hold the truth.
    width_ratio : float
        Mean width of the intervals over the empirical 95 % range of the estimates.
    measured : float
        Share of seeds in which the number could be measured.
    """

    target: str
    condition: str
    part: str
    truth: float
    mean: float
    coverage: float
    width_ratio: float
    measured: float

    def problems(self, *, n_seeds: int = SEEDS) -> tuple[str, ...]:
        """Return how the row breaks the contract, with room for `n_seeds` draws of chance."""
        lo, hi = COVERAGE
        slack = 0.0
        if n_seeds < SEEDS:  # the contract holds for SEEDS; with fewer, only a gross breach counts
            # The 95 % range of n normal values varies by 0.97 / sqrt(n) of itself.
            lo, hi, slack = _least(n_seeds, lo), 1.0, 3.1 * 0.97 / n_seeds**0.5
        found = []
        if not lo <= self.coverage <= hi:
            found.append(f"coverage {self.coverage:.3f} is not in {lo:.3f}..{hi:.3f}")
        if self.width_ratio > MAX_WIDTH_RATIO * (1 + slack):
            found.append(f"mean width is {self.width_ratio:.2f} times the empirical range")
        if self.measured < MIN_MEASURED:
            found.append(f"measured in {self.measured:.1%} of seeds only")
        return tuple(found)


def _least(n_seeds: int, coverage: float) -> float:
    """Return the share of intervals that true `coverage` falls short of once in 1,000 rows.

    There are hundreds of rows, so that chance must not break one of them.
    """
    from scipy.special import bdtr

    hits = np.arange(n_seeds + 1)
    return float(hits[bdtr(hits, n_seeds, coverage) >= 1e-3][0] / n_seeds)


def validate(entry: Entry, seeds: range, *, workers: int = 1) -> tuple[Row, ...]:
    """Run a measure's example for many seeds and compare with its truth."""
    one = partial(_one_seed, entry)
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            drawn = list(pool.map(one, seeds, chunksize=8))
    else:
        drawn = [one(seed) for seed in seeds]
    keys = drawn[0][0]
    return tuple(_row(key, [(t[key], found.get(key)) for t, found in drawn]) for key in keys)


Key = tuple[str, str, str]


def _one_seed(entry: Entry, seed: int) -> tuple[dict[Key, float], dict[Key, Estimate]]:
    visit, truth = entry.example(seed)
    outcome = run_measure(entry, visit, visit_spans(visit), seed=seed)
    found = {(e.target.label, e.condition.label, e.part): e for e in outcome.estimates}
    return truth, found


def _row(key: Key, drawn: list[tuple[float, Estimate | None]]) -> Row:
    truth = np.array([t for t, _ in drawn])
    there = [(t, e) for t, e in drawn if e is not None and e.interval is not None]
    value = np.array([e.value for _, e in there])
    limits = np.array([(e.interval.lo, e.interval.hi) for _, e in there if e.interval])
    true = np.array([t for t, _ in there])
    inside = (limits[:, 0] <= true) & (true <= limits[:, 1])
    lowest, highest = np.quantile(value - true, [0.025, 0.975])
    return Row(
        target=key[0],
        condition=key[1],
        part=key[2],
        truth=float(truth.mean()),
        mean=float(value.mean()),
        coverage=float(inside.mean()),
        width_ratio=float((limits[:, 1] - limits[:, 0]).mean() / (highest - lowest)),
        measured=len(there) / len(drawn),
    )


def fingerprint(entry: Entry) -> str:
    """Return a hash of the code that a measure's numbers depend on, without comments and docs.

    That is its own module and its derivations', and what these import from `measures`, `dsp`,
    `derive` and `stats`.
    """
    inputs = entry.declared.needs.inputs.values()
    derived = {f"eutonia.derive.{i.derive.partition('.')[0]}" for i in inputs if i.derive}
    behind = frozenset().union(*map(_behind, {entry.module, *derived}))
    code = "".join(_code(module) for module in sorted(behind))
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def _behind(module: str) -> frozenset[str]:
    """Return a module and all that it imports from the rooms in which numbers are made."""
    found, todo = {module}, [module]
    while todo:
        for node in ast.walk(_tree(todo.pop())):
            if not (isinstance(node, ast.ImportFrom) and node.module):
                continue
            for name in (node.module, *(f"{node.module}.{a.name}" for a in node.names)):
                if name.startswith(_ROOMS) and name not in found and _file(name) is not None:
                    found.add(name)
                    todo.append(name)
    return frozenset(found)


_ROOMS = ("eutonia.measures.", "eutonia.dsp.", "eutonia.derive.", "eutonia.stats.")


def _file(module: str) -> Path | None:
    path = Path(str(files("eutonia"))).joinpath(*module.split(".")[1:]).with_suffix(".py")
    return path if path.is_file() else None


@cache
def _tree(module: str) -> ast.Module:
    file = _file(module)
    return ast.parse(file.read_text(encoding="utf-8") if file else "")


@cache
def _code(module: str) -> str:
    """Return the code of one module without comments, docstrings and declaration."""
    tree = ast.parse(ast.unparse(_tree(module)))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    code = "".join(ast.dump(n) for n in tree.body if not _declares(n))
    return code + (_kernels() if module == "eutonia.dsp.compiled" else "")


def _kernels() -> str:
    """Return the code of the kernels in C, without comments and layout."""
    room = Path(str(files("eutonia.dsp")))
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(room.glob("kernels.[ch]")))
    return " ".join(re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL).split())


def _declares(node: ast.stmt) -> bool:
    """Tell whether a statement is ``MEASURE = …``: words there may change without a new run."""
    return isinstance(node, ast.Assign) and ast.dump(node.targets[0]).startswith(
        "Name(id='MEASURE'"
    )


def results() -> dict[str, Any]:
    """Return the kept results: measure id to version, fingerprint, seeds and rows."""
    path = files("eutonia.measures").joinpath(_FILE)
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return kept


def stale() -> Iterator[str]:
    """Yield a sentence for every measure whose row is missing, outdated or broken."""
    kept = results()
    for name, entry in entries().items():
        row = kept.get(name)
        if row is None:
            yield f"{name} was never validated; run make validate."
        elif (row["version"], row["fingerprint"]) != (entry.declared.version, fingerprint(entry)):
            yield f"{name} was changed since it was validated; run make validate."
        elif row["seeds"] < SEEDS:
            yield f"{name} was validated with {row['seeds']} seeds; {SEEDS} are needed."
        else:
            for problem in (p for r in row["rows"] for p in Row(**r).problems()):
                yield f"{name}: {problem}."
    for name in kept.keys() - entries().keys():
        yield f"{name} is no measure any more; run make validate."


def main() -> int:
    """Validate the named measures (all by default), or check the kept results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measures", nargs="*", help="ids; all by default")
    parser.add_argument("--check", action="store_true", help="only look for stale results")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    if asked.check:
        problems = list(stale())
        print("\n".join(problems) or "Every measure is validated.")  # noqa: T201 - a command
        return 1 if problems else 0
    failed = False
    for name in asked.measures or entries():
        entry = entries()[name]
        rows = validate(entry, range(FIRST_SEED, FIRST_SEED + asked.seeds), workers=asked.workers)
        for row in rows:
            broken = row.problems(n_seeds=asked.seeds)
            failed |= bool(broken)
            print(name, row, *broken, sep="\n  ", flush=True)  # noqa: T201 - a command
        # Read again: others may have validated their measures meanwhile.
        kept = {n: r for n, r in results().items() if n in entries()}
        kept[name] = {
            "version": entry.declared.version,
            "fingerprint": fingerprint(entry),
            "seeds": asked.seeds,
            "rows": [asdict(r) for r in rows],
        }
        path = Path(str(files("eutonia.measures").joinpath(_FILE)))
        path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
