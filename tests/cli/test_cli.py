"""The command line as a whole: start-up, exit codes, errors."""

import importlib
import os
import re
import signal
import subprocess
import sys
import time

import click
import pytest

from eutonia import __version__, cli
from eutonia.model import UnreadableFile


def _python(code, *, check=False, env=None):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=check, env=env)


def test_help_loads_nothing_heavy():
    """``eutonia --help`` and the help of every command load neither numpy nor pydantic."""
    code = (
        "import sys; from eutonia.cli import COMMANDS, run\n"
        "run(['--help'])\n"
        "for c in COMMANDS: run([c, '--help'])\n"
        "heavy = {'numpy', 'pydantic', 'scipy', 'yaml', 'matplotlib', 'typst', 'edfio'}\n"
        "sys.stderr.write(repr(sorted(heavy & sys.modules.keys())))"
    )
    done = _python(code)
    assert done.stderr == "[]"
    for command in cli.COMMANDS:
        assert command in done.stdout


def test_help_is_there_at_once():
    """``eutonia --help`` answers within 0.3 s (best of five, the machine is shared)."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        _python("from eutonia.cli import run; run(['--help'])", check=True)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.3


def test_the_module_is_the_command():
    """``python -m eutonia`` is the same program."""
    done = subprocess.run(
        [sys.executable, "-m", "eutonia", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"eutonia, version {__version__}"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_is_a_module_with_help(name):
    """Each command lives in the module of its name and documents itself and its options."""
    command = importlib.import_module(cli.module_of(name)).command
    assert command.name == name
    assert command.help
    assert all(p.help for p in command.params if isinstance(p, click.Option))


def test_a_slip_in_the_command_names_the_nearest(capsys):
    """A mistyped command exits with 2 and says which one may be meant."""
    assert cli.run(["asess"]) == cli.MISTAKE
    assert "did you mean 'assess'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["assess"],
        ["assess", "no/such/visit"],
        ["read"],
        ["measures", "emg.rmz"],
        ["verify", "no/such/folder"],
        ["intake", "no/such/visit"],
        ["simulate", ".", "--seed", "x"],
        ["measures", "--no-such-option"],
    ],
)
def test_a_mistake_is_one_message(arguments, capsys):
    """A mistake of the user exits with 2 and a message on stderr, never a traceback."""
    assert cli.run(arguments) == cli.MISTAKE
    out, err = capsys.readouterr()
    assert "Error: " in err
    assert "Traceback" not in out + err


def _raising(monkeypatch, error):
    @click.command("measures")
    def command():
        raise error

    monkeypatch.setattr(importlib.import_module("eutonia.cli.measures"), "command", command)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UnreadableFile("x.edf: damaged. Copy it again."), cli.MISTAKE, "x.edf: damaged"),
        (
            PermissionError(13, "Permission denied", "x.edf"),
            cli.MISTAKE,
            "x.edf: Permission denied",
        ),
        (MemoryError(), cli.MISTAKE, "fewer recordings"),
        (KeyboardInterrupt(), cli.INTERRUPTED, "run the same command again"),
        (ZeroDivisionError("division by zero"), cli.FAULT, "--debug"),
    ],
)
def test_each_failure_has_its_code_and_message(monkeypatch, capsys, error, code, words):
    """Errors of ours, of the system, interruption and faults each end in their own way."""
    _raising(monkeypatch, error)
    assert cli.run(["measures"]) == code
    err = capsys.readouterr().err
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [["--debug", "measures"], ["measures", "--debug"]])
def test_debug_shows_the_error_itself(monkeypatch, arguments):
    """With --debug, before or after the command, the error is not caught."""
    _raising(monkeypatch, UnreadableFile("x"))
    with pytest.raises(UnreadableFile):
        cli.run(arguments)


def test_a_terminal_without_symbols_does_not_fail():
    """On an ASCII terminal, symbols it lacks become question marks."""
    done = _python(
        "from eutonia.cli import run; run(['measures', 'imc'])",
        env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PATH": ""},
    )
    assert "Traceback" not in done.stderr
    assert re.search(r"Intermuscular coherence", done.stdout)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a signal")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_command_that_is_told_to_end_keeps_its_work(name):
    """A closed terminal or a computer that shuts down is as good as Ctrl-C: nothing is lost."""
    wait = (
        "import sys, time; from eutonia import cli\n"
        "def work(*_, **__): print('on', flush=True); time.sleep(60)\n"
        "cli.cli.main = work; cli.main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", wait],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background Ctrl-C is ignored, and so it would be here.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        assert process.stdout.readline() == "on\n"
        process.send_signal(getattr(signal, name))
        said = process.communicate(timeout=30)[1]
    assert process.returncode == cli.INTERRUPTED
    assert "run the same command again" in said
