"""Which sample of a file is whose, where several newborns name the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from evaluator.errors import InputError
from evaluator.variants.callability import is_gvcf, sample_of_gvcf
from evaluator.variants.cohort import Newborn
from evaluator.variants.header import Header
from evaluator.variants.sheet_rows import rows_text
from evaluator.variants.sources import open_source


def samples_of(
    header: Header, group: Sequence[Newborn], choose: Callable[[Header, Newborn], str]
) -> tuple[dict[str, str], dict[str, InputError]]:
    """Return each newborn's sample, and what is wrong for whom; two newborns can never be one sample.

    `choose` raises InputError where no sample is meant.
    """
    chosen: dict[str, str] = {}
    unnamed: dict[str, InputError] = {}
    for newborn in group:
        try:
            chosen[newborn.id] = choose(header, newborn)
        except InputError as error:
            unnamed[newborn.id] = error
    shared = _of_one_sample(header, group, chosen)
    return {id_: sample for id_, sample in chosen.items() if id_ not in shared}, unnamed | shared


def _of_one_sample(header: Header, group: Sequence[Newborn], chosen: dict[str, str]) -> dict[str, InputError]:
    """Return what is wrong for those newborns whose sample is another's as well."""
    if len(set(chosen.values())) == len(chosen):
        return {}
    failures: dict[str, InputError] = {}
    sharing: dict[str, list[Newborn]] = {}
    for newborn in group:
        if newborn.id in chosen:
            sharing.setdefault(chosen[newborn.id], []).append(newborn)
    for newborns in sharing.values():
        if len(newborns) > 1:
            rows = rows_text(newborn.line for newborn in newborns)
            message = f"the {rows} of the sheet read the same sample; correct the rows"
            shared = InputError.of(header.path, message)
            failures |= {newborn.id: shared for newborn in newborns}
    return failures


def names_in_callable(newborn: Newborn) -> tuple[str, ...]:
    """Return the names under which a newborn may stand in a gVCF; a BED has none."""
    if newborn.callable is None or newborn.callable.name.removesuffix(".gz").endswith(".bed"):
        return ()
    return tuple(filter(None, (newborn.sample_in_vcf, newborn.id)))


def sharing_a_gvcf(newborns: Iterable[Newborn]) -> dict[str, InputError]:
    """Return the newborns whose callable gVCF shows the sample that another's shows; a BED may be shared.

    What else is wrong with a file is told when it is read.
    """
    groups: dict[Path, list[Newborn]] = {}
    resolved = cache(Path.resolve)  # thousands of rows may name one file
    for newborn in newborns:
        if newborn.sequenced and newborn.callable is not None and is_gvcf(newborn.callable):
            groups.setdefault(resolved(newborn.callable), []).append(newborn)
    failures: dict[str, InputError] = {}
    for path, group in groups.items():
        if len(group) > 1:
            failures |= _sharing(path, group)
    return failures


def _sharing(path: Path, group: Sequence[Newborn]) -> dict[str, InputError]:
    chosen: dict[str, str] = {}
    with suppress(InputError):
        header = open_source(path).header
        for newborn in group:
            with suppress(InputError):
                chosen[newborn.id] = sample_of_gvcf(header, names_in_callable(newborn))
        return _of_one_sample(header, group, chosen)
    return {}
