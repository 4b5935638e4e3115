"""Notice that a large file has no record at all on a chromosome that the panel reads.

A caller that ran chromosome by chromosome and lost one leaves a file that is sound in every other respect. By
a callable file, which comes from the reads, each gene of that chromosome would then be a negative result.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from evaluator.panel.genome import CONTIG_LENGTHS, CONTIGS, KARYOTYPE_ORDER
from evaluator.variants import bcf_index, index
from evaluator.variants.bcf_records import read_dictionary
from evaluator.variants.genotypes import UNRESOLVED
from evaluator.variants.intervals import SPACING, SPACING_BITS, Intervals
from evaluator.variants.lines import find_candidates
from evaluator.variants.sources import WHOLE_BELOW, Source

# A smaller file, of few genes, may lack a chromosome by chance. The bound, in bytes, is ours. It grows with
# the samples from _FEW on: of thousands of samples a hundred records take a megabyte.
LARGE = WHOLE_BELOW
_FEW = 16
WITHOUT_RECORDS = "chromosome_without_records"
_MAY_BE_EMPTY = {"chrY", "chrM"}  # a girl's, and a caller's that leaves mitochondria to another


def absent_contigs(
    source: Source, how: str, regions: Intervals, touched: pl.DataFrame, build: str
) -> list[str]:
    """Return the chromosomes of the regions on which a large file has no record, in karyotype order.

    `how` the regions were read (index, probed or whole) is how it is looked for; only chromosomes without a
    record among `touched`, those in the regions, are looked at again.
    """
    doubted = regions.contigs() - _MAY_BE_EMPTY - set(touched["contig"].unique())
    large = LARGE * max(1, len(source.header.samples) / _FEW)
    if not doubted or source.path.stat().st_size < large:
        return []
    if how == "index":
        found = _in_index(source)
    elif how == "whole":
        found = _found(source.without_index(), doubted, build)
    else:
        probed = source.with_probes()
        found = {contig for one in doubted for contig in _found(probed, {one}, build)}
    return sorted(doubted - found, key=CONTIGS.index)


def as_doubts(contigs: list[str]) -> pl.DataFrame:
    """Return the whole of the chromosomes as spans that were not assessed."""
    starts = [KARYOTYPE_ORDER[contig] * SPACING for contig in contigs]
    rows = [(start, start + SPACING, WITHOUT_RECORDS) for start in starts]
    return pl.DataFrame(rows, schema=UNRESOLVED, orient="row")


def _in_index(source: Source) -> set[str]:
    if source.index is None:
        raise AssertionError("a file that was read by its index has one")
    if source.format == "bcf":
        return bcf_index.contigs_held(source.index, read_dictionary(source.header.text))
    return index.contigs_held(source.index)


def _found(source: Source, contigs: set[str], build: str) -> set[str]:
    """Return those of the contigs that have a record; reads no further than to the last first one."""
    axes = np.array(sorted(KARYOTYPE_ORDER[contig] for contig in contigs), dtype=np.int64) * SPACING
    lengths = np.array([CONTIG_LENGTHS[build][CONTIGS[axis >> SPACING_BITS]] for axis in axes.tolist()])
    whole = Intervals(axes, axes + lengths)
    samples = list(source.header.samples[:1])
    columns, _ = source.layout(samples)
    found: set[str] = set()
    for slab in source.slabs(whole, samples):
        candidates = find_candidates(source.path, slab, whole, columns, may_reach=False)
        found |= {CONTIGS[rank] for rank in np.unique(candidates.starts >> SPACING_BITS).tolist()}
        if found >= contigs:
            break
    return found
