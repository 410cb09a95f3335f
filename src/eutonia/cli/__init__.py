"""The command line: click only at the top, one module per command.

Exit codes: 0 done; 1 done with losses; 2 a mistake in the call or in a file; 3 nothing could be
measured; 70 a fault of Eutonia; 130 interrupted.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from keyword import iskeyword

import click

from eutonia import __version__

COMMANDS = (
    "demo",
    "assess",
    "read",
    "intake",
    "examine",
    "history",
    "diary",
    "protocols",
    "learn",
    "measures",
    "norms",
    "agreement",
    "genes",
    "export",
    "import",
    "simulate",
    "verify",
    "consent",
    "deidentify",
    "person",
    "erase",
    "audit",
    "models",
    "video",
    "doctor",
)

DONE, LOSSES, MISTAKE, NOTHING, FAULT, INTERRUPTED = 0, 1, 2, 3, 70, 130


def module_of(name: str) -> str:
    """Return the module of a command; one that is a word of Python gets an underscore."""
    return f"eutonia.cli.{name}{'_' if iskeyword(name) else ''}"


class _Commands(click.Group):
    """Loads a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - same
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(module_of(cmd_name)).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = get_close_matches(args[0], COMMANDS, n=1)
        if args[0] not in COMMANDS and near and not args[0].startswith("-"):
            raise click.UsageError(
                f"There is no command {args[0]!r}; did you mean {near[0]!r}?", ctx
            )
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Everything stays on this computer. Eutonia supports clinicians; it never diagnoses, "
    "prescribes or doses.",
)
@click.version_option(__version__, prog_name="eutonia")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Measure dystonia: from a visit's recordings to a report."""
    # `run` takes --debug from the arguments, wherever it stands; here it is only for the help.


def main() -> None:
    """Run the command line and leave with its exit code."""
    for name in ("SIGTERM", "SIGHUP"):  # a closed terminal, a computer that shuts down
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    sys.exit(run(sys.argv[1:]))


def _interrupt(*_: object) -> None:
    """Keep what is finished, as where somebody presses Ctrl-C."""
    raise KeyboardInterrupt


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; errors become one message on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal may lack µ or −
    debug = "--debug" in arguments
    rest = [a for a in arguments if a != "--debug"]
    try:
        code = cli.main(rest, prog_name="eutonia", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return MISTAKE
    except (click.Abort, KeyboardInterrupt):
        return _say(
            "\nInterrupted. Finished work is kept: run the same command again to go on.",
            INTERRUPTED,
        )
    except BrokenPipeError:  # such as `eutonia measures | head`
        sys.stderr.close()
        return DONE
    except Exception as error:
        if debug:
            raise
        return _failed(error)
    return code if isinstance(code, int) else DONE


def _failed(error: Exception) -> int:
    from eutonia.model.errors import EutoniaError

    if isinstance(error, EutoniaError):
        return _say(f"Error: {error}", MISTAKE)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return _say(f"Error: {where}{error.strerror or error}", MISTAKE)
    if isinstance(error, MemoryError):
        return _say("Error: the memory does not suffice; assess fewer recordings at once.", MISTAKE)
    return _say(
        f"This is a fault of Eutonia, not of your files ({type(error).__name__}: {error}).\n"
        "Run the command again with --debug and report what it prints.",
        FAULT,
    )


def _say(message: str, code: int) -> int:
    click.echo(message, err=True)
    return code
