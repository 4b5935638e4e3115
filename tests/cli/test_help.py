"""Every command explains itself and stands in the README."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from evaluator.cli.main import nbseval


def commands(
    group: click.Command = nbseval, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it."""
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from commands(command, (*words, name))
    else:
        yield " ".join(words), group


@pytest.mark.parametrize(("words", "command"), list(commands()), ids=lambda value: str(value)[:30])
def test_every_command_has_help(words: str, command: click.Command) -> None:
    """The first line of help ends with a full stop, and an example follows."""
    text = command.help or ""
    assert text.splitlines()[0].endswith("."), words
    assert "Example:" in text, words
    assert f"nbseval {words}" in text, words


@pytest.mark.parametrize("words", [words for words, _ in commands()])
def test_every_command_is_in_the_readme(words: str, repository: Path) -> None:
    """The README names every command."""
    assert f"nbseval {words}" in (repository / "README.md").read_text(encoding="utf-8")


def test_every_option_has_help() -> None:
    """No option of any command is left unexplained."""
    silent = [
        f"{words} {parameter.opts[0]}"
        for words, command in commands()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert silent == []
