"""Read a hand-written YAML file as plain data, with the line of every key and every problem at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from evaluator.errors import Problem

Keys = tuple[str | int, ...]  # the keys and list places that lead to a value

# pydantic's words for a value of another form, in the words of a YAML file
FORMS = {
    "model_type": "a mapping: lines of the form `key: value`",
    "dict_type": "a mapping: lines of the form `key: value`",
    "tuple_type": "a list such as [a, b]",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text",
}


@dataclass(frozen=True)
class Document:
    """A parsed YAML file: its data and the 1-based line of every value, by the keys that lead to it."""

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Keys, int] = field(default_factory=dict)

    def line(self, path: Keys) -> int:
        """Find the line of a value, or of the nearest mapping around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Keys, message: str) -> Problem:
        """Build a problem at the value that these keys lead to."""
        return Problem(self.file, self.line(path), message)

    def validation_problems(self, error: ValidationError, prefix: Keys = ()) -> list[Problem]:
        """Tell each complaint of a model at the line where its value stands."""
        return [_complaint(self, prefix, dict(detail)) for detail in error.errors(include_url=False)]


def read_yaml(path: Path) -> tuple[Document, list[Problem]]:
    """Read one YAML mapping and every problem of its form: syntax, duplicate keys, anchors.

    A date becomes its ISO text, since a curator may or may not have quoted it.
    """
    file = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Document(file), [Problem(file, 0, "does not exist; a panel needs it")]
    except UnicodeDecodeError as error:
        return Document(file), [Problem(file, 0, f"is not UTF-8 text (byte {error.start}); save it as UTF-8")]
    return read_yaml_text(file, text)


def read_yaml_text(file: str, text: str) -> tuple[Document, list[Problem]]:
    """Read YAML from text; `file` is only named in the problems."""
    lines: dict[Keys, int] = {}
    try:
        anchors = _anchors(file, text)
        if anchors:
            return Document(file), anchors
        yaml = _parser()
        node = yaml.compose(text)
        if node is None:
            return Document(file), [Problem(file, 0, "is empty; lines `key: value` are needed")]
        problems = _note_lines(file, node, (), lines)
        data = yaml.constructor.construct_document(node)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        return Document(file), [Problem(file, line, f"is not valid YAML: {error.problem or error.context}")]
    except (YAMLError, ValueError) as error:
        return Document(file), [Problem(file, 0, f"is not valid YAML: {error}")]
    if not isinstance(data, dict):
        return Document(file), [Problem(file, 1, "must be a mapping: lines of the form `key: value`")]
    return Document(file, _plain(data), lines), problems


def _parser() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True  # we name all of them, with their lines
    return yaml


def _anchors(file: str, text: str) -> list[Problem]:
    """Refuse anchors and aliases: an edit at the anchor would change a value elsewhere, unseen."""
    if "&" not in text and "*" not in text:  # the marks of both: most files need no second pass
        return []
    return [
        Problem(
            file, event.start_mark.line + 1, f"{event.anchor!r} is an anchor or alias; write the value out"
        )
        for event in _parser().parse(text)
        if getattr(event, "anchor", None) is not None
    ]


def _note_lines(file: str, node: Node, keys: Keys, lines: dict[Keys, int]) -> list[Problem]:
    """Note the line of every value; report the keys that stand twice."""
    lines.setdefault(keys, node.start_mark.line + 1)
    problems: list[Problem] = []
    if isinstance(node, SequenceNode):
        for place, item in enumerate(node.value):
            problems += _note_lines(file, item, (*keys, place), lines)
    elif isinstance(node, MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in first:
                message = f"key {name!r} stands twice, first at line {first[name]}; remove one"
                problems.append(Problem(file, line, message))
                continue
            first[name] = lines[*keys, name] = line
            problems += _note_lines(file, value, (*keys, name), lines)
    return problems


def _plain(value: Any) -> Any:  # noqa: ANN401 - YAML holds anything
    """Turn keys into text and dates into ISO text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date):  # a datetime too
        return value.isoformat()
    return value


def tuples(value: Any) -> Any:  # noqa: ANN401 - YAML holds anything
    """Turn lists into tuples, which strict and frozen models hold."""
    if isinstance(value, dict):
        return {key: tuples(item) for key, item in value.items()}
    return tuple(tuples(item) for item in value) if isinstance(value, list) else value


def _complaint(document: Document, prefix: Keys, detail: dict[str, Any]) -> Problem:
    """Say one complaint of pydantic in our words: where, what, what is accepted."""
    keys: Keys = (*prefix, *detail["loc"])
    name = ".".join(str(key) for key in keys)
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    if kind == "extra_forbidden":
        return document.problem(keys, f"unknown key {name!r}; remove it or correct its spelling")
    if kind == "missing":
        return document.problem(keys[:-1], f"{name} is not given; add it")
    if kind == "literal_error":
        return document.problem(keys, f"{name} {_shown(value)} is not one of {context['expected']}")
    if kind in FORMS:
        return document.problem(keys, f"{name} {_shown(value)} must be {FORMS[kind]}")
    reason = str(context["error"]) if kind == "value_error" else str(detail["msg"])
    return document.problem(keys, f"{name} {_shown(value)}: {reason[:1].lower()}{reason[1:]}")


def _shown(value: object) -> str:
    """Show a value as it would stand in YAML."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(list(value)) if isinstance(value, tuple) else repr(value)
