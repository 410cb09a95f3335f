"""Compiles the kernels in C when the package is installed or built, where there is a compiler.

Without one, or where it fails, the package works the same, more slowly.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("src", "eutonia", "dsp", "kernels.c")
#: Generations of processors; at run time the last that the processor belongs to is taken.
GENERATIONS = {"x86_64": ("x86-64-v2", "x86-64-v3", "x86-64-v4")}


class CustomBuildHook(BuildHookInterface[Any]):
    """What the build calls before it collects the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, and say for which system the package is then."""
        compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
        if self.target_name != "wheel" or compiler is None:
            return
        source = Path(self.root, SOURCE)
        for old in source.parent.glob("kernels.*.so"):
            old.unlink()
        machine = platform.machine().replace("AMD64", "x86_64")
        made = [
            self._compiled(compiler, source, name=name)
            for name in GENERATIONS.get(machine, (machine,))
        ]
        if any(made):
            build_data["artifacts"].append(str(SOURCE.with_name("kernels.*.so").as_posix()))
            build_data["pure_python"] = False
            system = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["tag"] = f"py3-none-{system}"

    def _compiled(self, compiler: str, source: Path, *, name: str) -> bool:
        """Compile for one generation; tell whether that went well."""
        target = source.with_name(f"kernels.{name}.so")
        options = ["-O3", "-shared", "-fPIC", "-Wno-psabi"]
        options += [f"-march={name}"] * name.startswith("x86-64-")
        ran = subprocess.run(
            [compiler, *options, "-o", str(target), str(source)], capture_output=True, check=False
        )
        if ran.returncode:
            self.app.display_warning(f"The kernels were not compiled for {name}.")
        return ran.returncode == 0
