"""Write outputs whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaluator.errors import InputError

_OF_POLARS = re.compile(r"\(os error (\d+)\)$")  # which gives the number in words only
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_ROOM = "cannot be written: the disk, a quota or a limit of file sizes is full; make room and run it again"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside the target; it becomes the target only when the block succeeds."""
    _require_parent(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o600)
        temporary.replace(path)
    except OSError as error:
        _require_room(path, error)
        raise
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder beside the target; it becomes the target only when the block succeeds.

    Raises InputError when the target already holds something: results are never merged by accident.
    """
    _require_parent(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError.of(path, "already exists and is not empty; remove it or choose another name")
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o700)
        temporary.replace(path)
    except OSError as error:
        _require_room(path, error)
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


def _require_room(path: Path, error: OSError) -> None:
    told = _OF_POLARS.search(str(error)) if error.errno is None else None
    if (int(told[1]) if told else error.errno) in _NO_ROOM:
        raise InputError.of(path, NO_ROOM) from error


def _require_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError.of(path, "lies below a file, not a folder; choose another place") from None
    except PermissionError:
        raise InputError.of(path.parent, "cannot be written to; choose another place") from None
