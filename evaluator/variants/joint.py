"""Read a joint file once for all its newborns; the genotypes of everyone stay in one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from evaluator.errors import InputError, Problem
from evaluator.variants import bcf_carriers
from evaluator.variants.carriers import HEAD_COLUMNS, Slabful, find_carriers
from evaluator.variants.genotypes import UNRESOLVED, Genotypes
from evaluator.variants.intervals import Intervals
from evaluator.variants.joint_genotypes import Together, put_together, together
from evaluator.variants.reading import Reading
from evaluator.variants.records import Scan, Tally, scan
from evaluator.variants.sources import Slab, Source
from evaluator.variants.stretches import ahead

# From so many samples on a file is read for its few carriers; below, splitting every column costs less.
WIDE = 16
_MANY = 1 << 18  # genotypes that are parsed at once
_MUCH = 1 << 24  # characters of records that are


@dataclass
class JointReading:
    """What one pass over a wide file found; the samples are numbered as they were asked for."""

    how: str  # index | whole
    note: str
    samples: list[str]
    found: Together
    touched: pl.DataFrame  # contig, position, ref of the records in the regions
    tally: Tally = field(default_factory=Tally)

    def summary(self) -> Reading:
        """Return the reading without genotypes, as if the file had one sample, for the checks of files."""
        unnamed = self.found.set_aside.filter(pl.col("kind") == "without_genotype")["len"].sum()
        everywhere = unnamed == self.tally.in_regions * len(self.samples)
        set_aside = Counter({"without_genotype": self.tally.in_regions if everywhere else 0})
        nothing = Genotypes(pl.DataFrame(), UNRESOLVED.to_frame(), set_aside)
        return Reading(self.how, self.note, {"": nothing}, self.touched, self.tally)


def is_wide(source: Source) -> bool:
    """Tell whether a file has so many samples that nearly all its genotypes are not worth parsing.

    Where samples may have reference blocks of their own (FORMAT/LEN), every genotype says how far it reaches.
    """
    return len(source.header.samples) >= WIDE and not source.header.declares("FORMAT", "LEN")


def read_joint(source: Source, regions: Intervals, samples: list[str], records: Scan = scan) -> JointReading:
    """Read the records of the regions and who of the samples carries what; raises InputError.

    An index is doubted as in `reading.read_samples`.
    """
    if source.index is None:
        return _pass(source, regions, samples, records)
    try:
        reading = _pass(source, regions, samples, records)
    except InputError:
        _pass(source.without_index(), regions, samples, records)
        raise
    if reading.tally.in_regions:
        return reading
    confirmed = _pass(source.without_index(), regions, samples, records)
    if confirmed.tally.in_regions:
        raise InputError.of(
            source.path,
            f"has {confirmed.tally.in_regions} records in the regions that its index does not lead to; "
            "make the index again (tabix -f)",
        )
    confirmed.note = "the index leads to no record in the regions; confirmed by reading the whole file"
    return confirmed


def _pass(source: Source, regions: Intervals, samples: list[str], scanned: Scan) -> JointReading:
    tally = Tally()
    parts: list[Together] = []
    touched = [pl.DataFrame(schema={"contig": pl.String, "position": pl.Int32, "ref": pl.String})]
    for slabfuls in _gathered(_slabfuls(source, regions, samples)):
        tally.on_karyotype += sum(part.on_karyotype for part in slabfuls)
        if not any(part.heads for part in slabfuls):
            continue
        records = _records(source, regions, slabfuls, scanned)
        if records is None:
            continue
        tally.in_regions += len(records)
        touched.append(records.select("contig", "position", "ref"))
        parts.append(together(source.path, records, slabfuls, len(samples)))
    return JointReading(source.how, source.note, samples, put_together(parts), pl.concat(touched), tally)


def _slabfuls(source: Source, regions: Intervals, samples: list[str]) -> Iterator[Slabful]:
    names = {name: place for place, name in enumerate(source.header.samples)}
    places = np.array([names[sample] for sample in samples], dtype=np.int64)
    if source.format == "bcf":
        yield from bcf_carriers.find_carriers(source, regions, places)
        return
    columns = HEAD_COLUMNS + len(names)
    may_reach = source.header.declares("INFO", "END") or source.header.declares("INFO", "SVLEN")
    for slab in ahead(source.slabs(regions, samples)):
        yield find_carriers(source.path, slab, regions, columns, places, may_reach=may_reach)


def _gathered(slabfuls: Iterator[Slabful]) -> Iterator[list[Slabful]]:
    """Collect what several slabs hold: parsing little at a time costs more than finding it."""
    pending: list[Slabful] = []
    genotypes = characters = 0
    for part in slabfuls:
        pending.append(part)
        genotypes += part.genotypes
        characters += len(part.heads)
        if genotypes > _MANY or characters > _MUCH:
            yield pending
            pending, genotypes, characters = [], 0, 0
    if pending:
        yield pending


@dataclass(frozen=True)
class _Heads(Source):
    """The fixed columns of some records, to be read as a file without samples."""

    text: bytes = b""

    def layout(self, samples: list[str]) -> tuple[int, list[int]]:
        """Return that there are no samples."""
        del samples
        return HEAD_COLUMNS, []

    def slabs(self, regions: Intervals, samples: list[str]) -> Iterator[Slab]:
        """Yield the text; its lines are numbered from 1."""
        del regions, samples
        yield Slab(self.text, 1)


def _records(
    source: Source, regions: Intervals, slabfuls: list[Slabful], scanned: Scan
) -> pl.DataFrame | None:
    """Return the records that do overlap the regions, with `record`, their number among the slabs' heads.

    None where it is plain of all, by their length, that they do not.
    """
    text = b"".join(part.heads for part in slabfuls)
    lines = np.concatenate([part.lines for part in slabfuls])
    heads = _Heads(source.header, source.path, source.format, None, text=text)
    try:
        frames = list(scanned(heads, regions, [], Tally()))
    except InputError as error:
        raise InputError(
            [Problem(told.file, int(lines[told.line - 1]), told.message) for told in error.problems]
        ) from error
    if not frames:
        return None
    records = frames[0] if len(frames) == 1 else pl.concat(frames)
    number = records["line"].to_numpy() - 1
    return records.with_columns(pl.Series("record", number), pl.Series("line", lines[number]))
