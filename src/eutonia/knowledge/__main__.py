"""``python -m eutonia.knowledge [--check]``: compile the tables, or say that they are stale."""

import sys

from eutonia.knowledge.compile import COMPILED, compile_tables, read_sources, to_json
from eutonia.model.errors import EutoniaError


def main(arguments: list[str]) -> int:
    """Compile, or with ``--check`` only compare; return the exit code."""
    try:
        text = to_json(compile_tables(read_sources()))
    except EutoniaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if "--check" not in arguments:
        COMPILED.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{COMPILED.name}: {len(text) // 1024} KiB\n")
        return 0
    if not COMPILED.is_file() or COMPILED.read_text(encoding="utf-8") != text:
        sys.stderr.write(
            f"{COMPILED.name} is older than the YAML files: run python -m eutonia.knowledge\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
