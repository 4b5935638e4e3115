"""A command waits only for what it uses: `extract` starts anew for every batch of newborns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from evaluator.cli.main import COMMANDS, nbseval

# Libraries that other commands need; each takes a tenth of a second or more to import.
OTHERS = {
    "altair",
    "cyvcf2",
    "fastexcel",
    "pandas",
    "pyarrow",
    "scipy",
    "snakemake",
    "statsmodels",
    "vl_convert",
}


def libraries_after(statement: str, repository: Path) -> set[str]:
    """The top-level names of all modules that are loaded once a new Python has run the statement."""
    code = f"import sys\n{statement}\nprint('loaded', *{{name.partition('.')[0] for name in sys.modules}})"
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    word, *names = done.stdout.splitlines()[-1].split()
    assert word == "loaded"
    return set(names)


def test_extract_loads_no_library_of_another_command(repository: Path) -> None:
    """Reading a newborn needs neither charts nor statistics."""
    loaded = libraries_after("import evaluator.cli.extract", repository)
    assert "polars" in loaded
    assert loaded & OTHERS == set()


def test_help_loads_no_command(repository: Path) -> None:
    """The list of commands is written without importing one of them."""
    ask = "from evaluator.cli.main import nbseval\nnbseval.main(['--help'], standalone_mode=False)"
    assert libraries_after(ask, repository) & {*OTHERS, "numpy", "polars"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_listed_as_it_describes_itself(name: str) -> None:
    """What `nbseval --help` says of a command is the first line of the command's own help."""
    command = nbseval.get_command(click.Context(nbseval), name)
    assert command is not None
    assert (command.help or "").splitlines()[0] == COMMANDS[name]
