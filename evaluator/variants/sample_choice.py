"""Which sample of a file is whose, where several newborns name the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evaluator.errors import InputError
from evaluator.variants.cohort import Newborn
from evaluator.variants.header import Header
from evaluator.variants.sheet_rows import rows_text


def samples_of(
    header: Header, group: Sequence[Newborn], choose: Callable[[Header, Newborn], str]
) -> tuple[dict[str, str], dict[str, InputError]]:
    """Return each newborn's sample, and what is wrong for whom; two newborns can never be one sample.

    `choose` raises InputError where no sample is meant.
    """
    chosen: dict[str, str] = {}
    failures: dict[str, InputError] = {}
    for newborn in group:
        try:
            chosen[newborn.id] = choose(header, newborn)
        except InputError as error:
            failures[newborn.id] = error
    if len(set(chosen.values())) == len(chosen):
        return chosen, failures
    sharing: dict[str, list[Newborn]] = {}
    for newborn in group:
        if newborn.id in chosen:
            sharing.setdefault(chosen[newborn.id], []).append(newborn)
    for newborns in sharing.values():
        if len(newborns) > 1:
            rows = rows_text(newborn.line for newborn in newborns)
            shared = InputError.of(
                header.path, f"the {rows} of the sheet read the same sample; correct sample_in_vcf or vcf"
            )
            failures |= {newborn.id: shared for newborn in newborns}
    return {id_: sample for id_, sample in chosen.items() if id_ not in failures}, failures
