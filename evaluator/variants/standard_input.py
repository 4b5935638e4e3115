"""A VCF that arrives on standard input: kept in a temporary file while it is read, and no longer."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from evaluator.errors import InputError
from evaluator.variants.cohort import NOTHING_EXTRACTED, STANDARD_INPUT, Cohort


@contextmanager
def standard_input_kept(cohort: Cohort, stream: BinaryIO | None) -> Iterator[Cohort]:
    """Give newborns whose VCF is standard input a file to read; memory does not grow with its length.

    Readers look at a header before they choose how to read, which a pipe allows once. The file lies in the
    system's folder for temporary files. Raises InputError when nothing is piped in.
    """
    piped = [newborn for newborn in cohort.newborns if newborn.vcf == STANDARD_INPUT]
    if not piped:
        yield cohort
        return
    if stream is None or stream.isatty():
        message = "vcf is standard input (-), but nothing is piped in; pipe a VCF or name a file"
        raise InputError.of(cohort.sheet, f"{message}. {NOTHING_EXTRACTED}", piped[0].line)
    with tempfile.TemporaryDirectory(prefix="nbseval-") as folder:
        kept = Path(folder) / "standard-input"
        with kept.open("wb") as file:
            shutil.copyfileobj(stream, file)
        newborns = tuple(
            newborn._replace(vcf=kept) if newborn.vcf == STANDARD_INPUT else newborn
            for newborn in cohort.newborns
        )
        yield replace(cohort, newborns=newborns)
