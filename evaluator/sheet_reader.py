"""Read a hand-written table and find every problem in it at once.

UTF-8 TSV, or CSV by extension; a BOM and CRLF are accepted; an empty cell means "not given".
"""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

import polars as pl

from evaluator.errors import Problem, raise_if_any
from evaluator.sheets import Column, Sheet

NHS_DIGITS = 10
LARGE = 100_000  # bytes from which a table is first tried column by column
# What only the reader that tells mistakes may judge: quotes, other line ends, empty lines.
NOT_PLAIN = (b'"', b"\r", b"\0", b"\n\n")
SLUG_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def read_sheet(path: Path, sheet: Sheet) -> tuple[pl.DataFrame, list[Problem]]:
    """Read a hand-written table and every problem in it.

    The frame has all declared columns (absent ones null) and `line`, the row's line in the file; cells
    that are wrong are null there and named in the problems.
    """
    delimiter = "," if path.suffix.lower() == ".csv" else "\t"
    if path.is_file() and path.stat().st_size > LARGE:
        table = _read_columns(path, sheet, delimiter)
        if table is not None:
            return table, []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, delimiter=delimiter, strict=True)
            lines = [(reader.line_num, cells) for cells in reader]
    except FileNotFoundError:
        return _empty(sheet), [
            Problem(str(path), 0, f"does not exist; the {sheet.name} table is needed here")
        ]
    except UnicodeDecodeError as error:
        return _empty(sheet), [
            Problem(str(path), 0, f"is not UTF-8 text (byte {error.start}); save it as UTF-8 TSV")
        ]
    except csv.Error as error:
        return _empty(sheet), [
            Problem(str(path), reader.line_num, f"cannot be read as a table ({error}); check the quotes")
        ]
    if not lines:
        return _empty(sheet), [
            Problem(str(path), 0, f"is empty; its first line must name the columns of {sheet.name}")
        ]
    return _rows(str(path), sheet, lines[0], lines[1:])


def read_sheet_or_raise(path: Path, sheet: Sheet) -> pl.DataFrame:
    """Read a hand-written table; raise InputError with every problem in it."""
    frame, problems = read_sheet(path, sheet)
    raise_if_any(problems)
    return frame


def _empty(sheet: Sheet) -> pl.DataFrame:
    return pl.DataFrame(schema=sheet.schema)


def _read_columns(path: Path, sheet: Sheet, delimiter: str) -> pl.DataFrame | None:
    """Read a plain table without a mistake; None where anything is left to the reader that tells mistakes.

    A nation's table repeats few words: each distinct cell of a column is judged once, by the same rules.
    """
    data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    header, _, body = data.partition(b"\n")
    if not body or data.startswith(b"\n") or any(mark in data for mark in NOT_PLAIN):
        return None
    try:
        names = [name.strip() for name in header.decode().split(delimiter)]
        if _header_problems(str(path), sheet, 1, names):
            return None
        schema = dict.fromkeys(names, pl.String)
        raw = pl.read_csv(body, separator=delimiter, has_header=False, schema=schema, quote_char=None)
    except (UnicodeDecodeError, pl.exceptions.PolarsError):
        return None
    columns: list[pl.Series] = []
    for column in sheet.columns:
        if column.name not in names:
            columns.append(pl.repeat(None, raw.height, dtype=column.dtype, eager=True).alias(column.name))
            continue
        cells = raw[column.name]
        distinct = cells.unique().drop_nulls()
        judged = [_cell(column, cell.strip(), private=sheet.private) for cell in distinct.to_list()]
        if any(complaint for _, complaint in judged):
            return None
        values = pl.Series([value for value, _ in judged], dtype=column.dtype)
        read = cells.replace_strict(distinct, values, default=None, return_dtype=column.dtype)
        if column.required and read.null_count():
            return None
        columns.append(read.alias(column.name))
    table = pl.DataFrame(columns)
    if table.select(sheet.key).is_duplicated().any():
        return None
    return table.with_columns(pl.int_range(2, table.height + 2, dtype=pl.Int32).alias("line"))


def _rows(
    file: str, sheet: Sheet, header: tuple[int, list[str]], lines: list[tuple[int, list[str]]]
) -> tuple[pl.DataFrame, list[Problem]]:
    names = [name.strip() for name in header[1]]
    problems = _header_problems(file, sheet, header[0], names)
    columns = {column.name: column for column in sheet.columns}
    records: list[dict[str, str | int | float | None]] = []
    first_seen: dict[tuple[object, ...], int] = {}
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            problems.append(
                Problem(file, line, f"has {len(cells)} cells but the header names {len(names)} columns")
            )
        record: dict[str, str | int | float | None] = dict.fromkeys(columns)
        record["line"] = line
        wrong: set[str] = set()
        for name, cell in zip(names, cells, strict=False):
            if name in columns:
                value, complaint = _cell(columns[name], cell.strip(), private=sheet.private)
                record[name] = value
                if complaint:
                    problems.append(Problem(file, line, complaint))
                    wrong.add(name)
        problems.extend(
            Problem(file, line, f"{column.name} is empty; every row needs one")
            for column in sheet.columns
            if column.required and column.name in names and record[column.name] is None
            if column.name not in wrong
        )
        problems.extend(_repeated(file, sheet, record, line, first_seen))
        records.append(record)
    return pl.DataFrame(records, schema=sheet.schema), problems


def _header_problems(file: str, sheet: Sheet, line: int, names: list[str]) -> list[Problem]:
    known = [column.name for column in sheet.columns]
    problems = [
        Problem(file, line, f"unknown column {name!r}; the columns are {', '.join(known)}")
        for name in names
        if name not in known
    ]
    problems += [
        Problem(file, line, f"column {name} stands twice; remove one")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    problems += [
        Problem(file, line, f"column {column.name} is missing; add it")
        for column in sheet.columns
        if column.required and column.name not in names
    ]
    return problems


def _repeated(
    file: str,
    sheet: Sheet,
    record: dict[str, str | int | float | None],
    line: int,
    first_seen: dict[tuple[object, ...], int],
) -> list[Problem]:
    key = tuple(record[name] for name in sheet.key)
    needed = [column.name for column in sheet.columns if column.required and column.name in sheet.key]
    # A key with a hole would repeat where the sheet does not; the hole has its own problem.
    if any(record[name] is None for name in needed):
        return []
    earlier = first_seen.setdefault(key, line)
    if earlier == line:
        return []
    shown = "" if sheet.private else " (" + ", ".join(str(part) for part in key if part is not None) + ")"
    return [Problem(file, line, f"same {' + '.join(sheet.key)} as line {earlier}{shown}; remove one")]


def _cell(column: Column, text: str, *, private: bool) -> tuple[str | int | float | None, str]:
    if not text:
        return None, ""
    shown = f"{column.name} {text!r}" if not private or column.kind == "word" else column.name
    if column.kind == "word":
        if text in column.words:
            return text, ""
        return None, f"{shown} is not one of {', '.join(column.words)}"
    if column.kind == "slug":
        if set(text) <= SLUG_CHARACTERS:
            return text, ""
        return None, f"{shown} may hold only lowercase letters, digits, '-', '_' and '.'"
    if column.kind == "pseudonym":
        return _pseudonym(text)
    if column.kind == "bases":
        if set(text) <= set("ACGT") or text in column.words:
            return text, ""
        others = f", or {' or '.join(column.words)} for a structural allele" if column.words else ""
        return None, f"{shown} may hold only the bases A, C, G and T{others}"
    return _numeral(column, text, shown) if column.kind in ("integer", "number") else (text, "")


def _pseudonym(text: str) -> tuple[str | None, str]:
    """Refuse what opens as a formula, breaks a line, or looks like a national number; never repeat it."""
    if not text[0].isalnum() or not text.isprintable():
        return None, "newborn must begin with a letter or a digit and hold no control character"
    if _is_nhs_number(text):
        return None, "newborn looks like an NHS number; give the newborn a pseudonym"
    return text, ""


def _is_nhs_number(text: str) -> bool:
    """Tell whether ten digits end in the NHS check digit (modulus 11; NHS Data Dictionary)."""
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) != NHS_DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    weighted = sum(int(digit) * (NHS_DIGITS - place) for place, digit in enumerate(digits[:-1]))
    return (11 - weighted % 11) % 11 == int(digits[-1])


def _numeral(column: Column, text: str, shown: str) -> tuple[int | float | None, str]:
    try:
        value = int(text) if column.kind == "integer" else float(text)
    except ValueError:
        return None, f"{shown} is not {'a whole number' if column.kind == 'integer' else 'a number'}"
    low, high = column.minimum, column.maximum
    # `not (...)` also refuses "nan", which compares false with everything
    too_low = low is not None and not (value > low if column.above else value >= low)
    if too_low or (high is not None and not value <= high):
        limits = f"below {low:g}" if high is None else f"outside {low or 0:g} to {high:g}"
        return None, f"{shown} is {limits}{f', {low:g} not included' if column.above else ''}"
    if column.kind == "integer" and abs(value) >= 2**31:
        return None, f"{shown} is too large"
    return value, ""
