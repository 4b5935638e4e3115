"""`nbseval`: one stage, one command; commands read files and write files."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from datetime import UTC, datetime
from types import FrameType

import click

from evaluator import __version__
from evaluator.errors import EvaluatorError

# What each command does, as its own help begins: `nbseval --help` imports none of them.
COMMANDS = {
    "panel": "Check, read and compare the panels that a committee edits.",
    "simulate": "Write a simulated cohort with known answers, made from the alleles of PANEL.",
    "extract": "Read newborns' VCFs into a store of calls and callability.",
    "annotate": "Annotate every distinct allele of a store once, for all newborns and panels.",
    "flag": "Decide what is reportable for every newborn and gene row of a panel.",
    "explain": "Explain one newborn's verdicts: every allele seen, what each rule said of it, and what was "
    "missing.",
    "accuracy": "Measure how accurate screening was; what cannot be estimated says why.",
    "route": "Propose a unit, and say why, for every reportable or pending result.",
    "report": "Write one page: what was screened, what was found, what is not known.",
}
# Ours: objects that may be made before Python looks for unused ones; its own 700 has it walk through every
# imported library again and again, a tenth of the time of a short command.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


class Stages(click.Group):
    """The stages in the order in which a newborn's record passes them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in pipeline order."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module when it is asked for."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"evaluator.cli.{cmd_name}"), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"evaluator.cli.{cmd_name} holds no command of that name")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command does."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Stages, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="nbseval")
def nbseval() -> None:
    """Screen newborns against a gene and condition panel, measure the accuracy, route every positive.

    \b
    Example:
      nbseval panel lint panel/generation-study
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped


def now() -> str:
    """Read the clock, for provenance sidecars only; SOURCE_DATE_EPOCH overrides it."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.isoformat(timespec="seconds")


def _stopped(number: int, _: FrameType | None) -> None:
    """Leave as after an error: what lies in temporary places is removed on the way out."""
    sys.exit(128 + number)  # as shells tell a signal


def main() -> None:
    """Run the command line; a user's mistake is told in plain words and exits with 2."""
    os.umask(0o077)  # results hold genotypes: for the owner's eyes only
    # A cluster that cancels a job would leave a newborn's VCF, or half a store, in a temporary folder.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # else nohup, which is there to be survived
            signal.signal(number, _stopped)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    # numpy starts a thread for every core as it is imported; no matrix here is large enough to need a second
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        nbseval.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except EvaluatorError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
