"""Read the calls of some samples of one file, and refuse a result that an index or an empty file made up."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from evaluator.errors import InputError
from evaluator.variants import bgzf, probing
from evaluator.variants.genotypes import Genotypes, Rows, by_sample, read_genotypes
from evaluator.variants.intervals import Intervals
from evaluator.variants.probing import CannotSearchError
from evaluator.variants.records import Scan, Tally, scan
from evaluator.variants.sources import Source


@dataclass
class Reading:
    """What one pass over a file found, sample by sample."""

    how: str  # index | probed | whole
    note: str
    genotypes: dict[str, Genotypes]
    touched: pl.DataFrame  # contig, position, ref of the records in the regions
    tally: Tally = field(default_factory=Tally)
    blocks: tuple[int, int] | None = None  # of a search: those that were read, and all


def read_samples(source: Source, regions: Intervals, samples: list[str], records: Scan = scan) -> Reading:
    """Read the records of the regions and the samples' genotypes in them.

    What an index or a search yields is doubted twice: an error is looked for again from the file's beginning,
    which tells its line, and "no records at all" is believed only when the whole file says so. A file that
    turns out not to be sorted is read whole. Raises InputError.
    """
    whole = source.without_index()
    if source.index is None and not source.searchable:
        return _pass(source, regions, samples, records)
    try:
        reading = _pass(source if source.index else source.with_probes(), regions, samples, records)
    except InputError as error:
        _pass(whole, regions, samples, records)
        if source.index and all(problem.file == str(source.path) for problem in error.problems):
            raise InputError.of(source.path, bgzf.OTHER_INDEX) from error  # the file itself is sound
        raise
    except CannotSearchError as reason:
        reading = _pass(whole, regions, samples, records)
        reading.note = "; ".join(filter(None, (source.note, f"read whole because {reason}")))
        return reading
    if reading.tally.in_regions:
        return reading
    confirmed = _pass(whole, regions, samples, records)
    if confirmed.tally.in_regions and source.index:
        raise InputError.of(
            source.path,
            f"has {confirmed.tally.in_regions} records in the regions that its index does not lead to; "
            "make the index again (tabix -f)",
        )
    led = "the index leads" if source.index else "the search led"
    if confirmed.tally.in_regions:
        confirmed.note = (
            "the search led to none of its records in the regions; read whole, make an index (tabix)"
        )
    else:
        confirmed.note = f"{led} to no record in the regions; confirmed by reading the whole file"
    return confirmed


def require_explained(source: Source, reading: Reading) -> str:
    """Return a note when a file has no record in the regions; raise InputError when nothing explains that.

    It is explained by records elsewhere on the chromosomes, which show that the file and its contig names are
    sound. A callable file explains nothing: it comes from the reads, and the caller may have died after them.
    """
    tally = reading.tally
    if tally.in_regions:
        unnamed = sum(read.set_aside["without_genotype"] for read in reading.genotypes.values())
        if unnamed == tally.in_regions * len(reading.genotypes):
            raise InputError.of(
                source.path, "has no genotype (GT) in any record of the regions; give called genotypes"
            )
        return ""
    if tally.on_karyotype:
        return "has records, but none in the regions"
    raise InputError.of(
        source.path,
        "has no record on any chromosome of the panel, which no newborn's genome explains; check "
        "that the file is complete and how it names its contigs",
    )


def _pass(source: Source, regions: Intervals, samples: list[str], records: Scan) -> Reading:
    tally = Tally()
    parts: list[Rows] = []
    touched = [pl.DataFrame(schema={"contig": pl.String, "position": pl.Int32, "ref": pl.String})]
    for frame in records(source, regions, samples, tally):
        touched.append(frame.select("contig", "position", "ref"))
        parts.append(read_genotypes(source.path, frame, samples))
    probed = source.probed
    note = "; ".join(filter(None, (source.note, probing.NOTE if probed else "")))
    blocks = probed.blocks(regions) if probed else None
    return Reading(source.how, note, by_sample(parts, samples), pl.concat(touched), tally, blocks)
