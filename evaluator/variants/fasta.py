"""The reference sequence: its index, its names of contigs, its bases under alleles, and left alignment."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
import pysam
import pysam.bcftools
from pysam.utils import SamtoolsError

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.genome import CONTIGS
from evaluator.variants import bgzf
from evaluator.variants.build import CONTIG_ALIASES
from evaluator.variants.intervals import SPACING_BITS, Intervals, merged

ALLELE = ["contig", "position", "ref", "alt"]
_NEW = {"new_position": pl.Int32, "new_ref": pl.String, "new_alt": pl.String}
ALIGNMENT = {"contig": pl.String, "position": pl.Int32, "ref": pl.String, "alt": pl.String, **_NEW}
# Ours, as far as `bcftools norm` looks by default for records that alignment brought out of order
# (--site-win): longer insertions and deletions are aligned where they are read, and not looked for beside
# the regions.
LONGEST = 1_000
# Enough to see that it is another genome: the places are those of newborns' alleles.
_MOST_PROBLEMS = 3
_NAME_LINE = 1 << 10  # bytes before a sequence in which the line with its name is looked for
_OTHER_INDEX = "and its index (.fai) do not fit together; make the index again (samtools faidx)"


@dataclass(frozen=True)
class Reference:
    """An opened FASTA, whose contigs are asked for by the panel's names."""

    fasta: Path
    indexed: Path  # the same file under a name that has an index beside it
    file: pysam.FastaFile

    @cached_property
    def names(self) -> dict[str, str]:
        """The FASTA's name of each contig that it has, in the order of the karyotype."""
        named = {CONTIG_ALIASES[name]: name for name in self.file.references if name in CONTIG_ALIASES}
        return {contig: named[contig] for contig in CONTIGS if contig in named}

    def bases(self, contig: str, start: int, end: int) -> str:
        """Return bases from `start` (0-based) to before `end` in capitals, fewer where the contig ends."""
        try:
            length = self.file.get_reference_length(self.names[contig])
            found: str = self.file.fetch(self.names[contig], start, end) if 0 <= start < length else ""
        except (OSError, ValueError) as error:
            raise InputError.of(self.fasta, _OTHER_INDEX) from error
        return found.upper()

    def sha256(self, regions: Intervals) -> str:
        """Digest the bases of the regions and beside them: of files with equal ones alignment is the same.

        Names of contigs, other sequences of the file, line ends and small letters have no part in it.
        """
        digest = hashlib.sha256()
        contig_starts = regions.starts >> SPACING_BITS << SPACING_BITS
        around = merged(np.maximum(regions.starts - LONGEST, contig_starts), regions.ends + LONGEST)
        for contig, start, end in around.frame().iter_rows():
            bases = self.bases(contig, start, end) if contig in self.names else ""
            digest.update(f"{contig}:{start}-{end} {bases}\n".encode())
        return digest.hexdigest()


@contextmanager
def opened_reference(fasta: Path | None) -> Iterator[Reference | None]:
    """Open a FASTA, if there is one; an index that it lacks is made for the time being."""
    if fasta is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as name, opened_fasta(fasta, Path(name)) as reference:
        yield reference


def left_aligned(alleles: pl.DataFrame, fasta: Path) -> pl.DataFrame:
    """Return the alleles (contig, position, ref, alt) that move, with `new_position`, `new_ref`, `new_alt`.

    Raises InputError with the positions where the FASTA has other bases than REF.
    """
    with opened_reference(fasta) as reference:
        if reference is None:
            raise AssertionError("a FASTA is opened where one is named")
        require_bases(reference, alleles)
        return realigned(reference, alleles.select(ALLELE).filter(is_spelt() & changes_length()).unique())


def is_spelt() -> pl.Expr:
    """REF and ALT are sequences in which each base is known."""
    return pl.all_horizontal(pl.col(name).str.contains("^[ACGT]+$") for name in ("ref", "alt"))


def changes_length() -> pl.Expr:
    """ALT has more or fewer bases than REF."""
    return pl.col("ref").str.len_bytes() != pl.col("alt").str.len_bytes()


def realigned(reference: Reference, alleles: pl.DataFrame) -> pl.DataFrame:
    """Return those of the distinct alleles that move, with `new_position`, `new_ref`, `new_alt`.

    Tan, Abecasis, Kang, Unified representation of genetic variants, Bioinformatics 2015;31:2202, as done by
    `bcftools norm`. REF must have the FASTA's bases.
    """
    if alleles.is_empty():
        return pl.DataFrame(schema=ALIGNMENT)
    names = contigs_of(reference, alleles)
    before = in_file_order(alleles, names)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_alleles(before, folder / "alleles.vcf", names, numbered=True)
        words = (
            "--fasta-ref",
            str(reference.indexed),
            "--no-version",
            "--output",
            str(folder / "aligned.vcf"),
        )
        pysam.bcftools.norm(*words, str(folder / "alleles.vcf"), catch_stdout=False)
        records = [
            line.split("\t")
            for line in (folder / "aligned.vcf").read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")
        ]
    after = pl.DataFrame(
        [(int(record[2]), int(record[1]), record[3].upper(), record[4].upper()) for record in records],
        schema={"number": pl.UInt32, **_NEW},
        orient="row",
    )
    moved = before.with_row_index("number").join(after, on="number").drop("number")
    return moved.filter(pl.any_horizontal(pl.col(name) != pl.col(f"new_{name}") for name in ALLELE[1:]))


def listed_problems(alleles: pl.DataFrame, where: str, fasta: Path) -> list[Problem]:
    """Find listed alleles (with `line`) that calls would not meet: another REF, or not left-aligned."""
    small = alleles.drop_nulls(ALLELE)
    try:
        alignment = left_aligned(small, fasta)
    except InputError as error:
        return list(error.problems)
    return [
        Problem(
            where,
            row["line"],
            f"{'-'.join(str(row[name]) for name in ALLELE)} is not left-aligned, so no call would meet it; "
            f"write {row['contig']}-{row['new_position']}-{row['new_ref']}-{row['new_alt']}",
        )
        for row in small.join(alignment, on=ALLELE).sort("line").iter_rows(named=True)
    ]


def in_file_order(alleles: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    """Sort alleles in the order of the FASTA's contigs."""
    place = {contig: number for number, contig in enumerate(names)}
    rank = pl.col("contig").replace_strict(place, return_dtype=pl.Int32)
    return alleles.unique().sort(rank, "position", "ref", "alt")


@contextmanager
def opened_fasta(fasta: Path, folder: Path) -> Iterator[Reference]:
    """Open a FASTA; an index that it lacks is made in the folder.

    Raises InputError where the two do not fit together.
    """
    index = fasta.with_name(fasta.name + ".fai")
    try:
        if index.is_file():
            _require_own_index(fasta, index)
        indexed = fasta if index.is_file() else _newly_indexed(fasta, folder)
        file = pysam.FastaFile(str(indexed))
    except (OSError, ValueError) as error:
        raise InputError.of(fasta, _OTHER_INDEX) from error
    with file:
        yield Reference(fasta, indexed, file)


def _require_own_index(fasta: Path, index: Path) -> None:
    """Raise InputError unless each sequence begins where the index says, after the line with its name.

    Bases alone would not tell: within a repeat they agree with those some places further.
    """
    if bgzf.compression(fasta) != "plain":
        return
    with fasta.open("rb") as stream:
        for row in index.read_text(encoding="utf-8").splitlines():
            name, _, offset, *_ = row.split("\t")
            start = max(0, int(offset) - _NAME_LINE)
            stream.seek(start)
            *_, line, after = [b"", *stream.read(int(offset) - start).split(b"\n")]
            if after or not (line.split() or [b""])[0].endswith(name.encode()):
                raise InputError.of(fasta, _OTHER_INDEX)


def _newly_indexed(fasta: Path, folder: Path) -> Path:
    link = folder / fasta.name
    link.symlink_to(fasta.resolve())
    try:
        pysam.faidx(str(link))
    except SamtoolsError as error:
        raise InputError.of(
            fasta, "cannot be indexed as FASTA; give it uncompressed or compressed by bgzip"
        ) from error
    return link


def contigs_of(reference: Reference, alleles: pl.DataFrame) -> dict[str, str]:
    """Return the FASTA's name of each contig on which there are alleles."""
    needed = set(alleles["contig"].unique())
    lacking = sorted(needed - set(reference.names), key=CONTIGS.index)
    raise_if_any(
        [
            Problem(str(reference.fasta), 0, f"has no contig {name}; give the genome that was called on")
            for name in lacking
        ],
        "Nothing was written.",
    )
    return {contig: name for contig, name in reference.names.items() if contig in needed}


def require_bases(reference: Reference, alleles: pl.DataFrame) -> None:
    """Raise InputError with the places where the FASTA has other bases than the alleles' REF."""
    known = alleles.select(ALLELE).filter(is_spelt())
    contigs_of(reference, known)
    problems = []
    places = known.select("contig", "position", "ref").unique().sort("contig", "position", "ref")
    for contig, position, ref in places.iter_rows():
        found = reference.bases(contig, position - 1, position - 1 + len(ref))
        if found != ref:
            message = (
                f"has {found[:10] or 'nothing'} at {contig}:{position}, where the newborns' VCFs have "
                f"{ref[:10]} as REF; give the genome that was called on"
            )
            problems.append(Problem(str(reference.fasta), 0, message))
    raise_if_any(problems[:_MOST_PROBLEMS], f"{len(problems)} places differ. Nothing was written.")


def write_alleles(
    alleles: pl.DataFrame, path: Path, names: dict[str, str], *, numbered: bool = False
) -> None:
    """Write each allele as a record of its own, without samples."""
    rows = in_file_order(alleles, names)
    header = ["##fileformat=VCFv4.2", *(f"##contig=<ID={name}>" for name in names.values())]
    header.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    records = (
        f"{names[contig]}\t{at}\t{number if numbered else '.'}\t{ref}\t{alt}\t.\t.\t."
        for number, (contig, at, ref, alt) in enumerate(rows.iter_rows())
    )
    path.write_text("\n".join([*header, *records]) + "\n", encoding="utf-8")
