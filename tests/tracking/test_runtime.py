"""Loading a model says nothing on the terminal, and hides nothing that others say."""

import os
import subprocess
import sys

from eutonia.tracking import models
from eutonia.tracking.runtime import GREETING, Model, ungreeted

#: Loads a model in a fresh process: the runtime greets only once in each.
_LOAD = """
import sys
from eutonia.tracking.runtime import Model
for _ in range(2): Model(sys.argv[1])
sys.stderr.write("loaded")
"""


def test_loading_a_model_is_silent(video_models):
    """In a fresh process, all that stands on the terminal is what the program itself says."""
    path = str(models.path("face_blendshapes"))
    done = subprocess.run([sys.executable, "-c", _LOAD, path], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"loaded")


def test_what_others_say_meanwhile_appears(capfd):
    """Before, between and after the greeting, nothing else is lost; afterwards all is as before."""
    with ungreeted():
        os.write(2, b"before\n" + GREETING + b"after\n")
    os.write(2, GREETING)
    assert capfd.readouterr().err == "before\nafter\n" + GREETING.decode()


def test_an_error_in_loading_leaves_the_terminal_as_it_was(tmp_path, capfd):
    """What cannot be loaded raises, and what is said afterwards appears."""
    (tmp_path / "x.tflite").write_bytes(b"no model")
    try:
        Model(tmp_path / "x.tflite")
    except ValueError:
        os.write(2, b"still here")
    assert capfd.readouterr().err.endswith("still here")


def test_a_program_without_a_terminal_loads_as_well(video_models):
    """Where the file of errors is closed, as in a program without a console, a model loads."""
    program = "import os; os.close(2)" + _LOAD.replace('sys.stderr.write("loaded")', "print(7)")
    path = str(models.path("face_blendshapes"))
    done = subprocess.run([sys.executable, "-c", program, path], stdout=-1, check=True)
    assert done.stdout == b"7\n"
