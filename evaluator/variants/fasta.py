"""The reference sequence: its index, its names of contigs, its bases under alleles, and left alignment."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pysam
import pysam.bcftools
from pysam.utils import SamtoolsError

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.genome import CONTIGS
from evaluator.provenance import sha256_of_file
from evaluator.variants import bgzf
from evaluator.variants.build import CONTIG_ALIASES

ALLELE = ["contig", "position", "ref", "alt"]
_NEW = {"new_position": pl.Int32, "new_ref": pl.String, "new_alt": pl.String}
_ALIGNMENT = {"contig": pl.String, "position": pl.Int32, "ref": pl.String, "alt": pl.String, **_NEW}
_MOST_PROBLEMS = 20
_NAME_LINE = 1 << 10  # bytes before a sequence in which the line with its name is looked for
_OTHER_INDEX = "and its index (.fai) do not fit together; make the index again (samtools faidx)"


def left_aligned(alleles: pl.DataFrame, fasta: Path) -> pl.DataFrame:
    """Return the alleles (contig, position, ref, alt) that move, with `new_position`, `new_ref`, `new_alt`.

    Tan, Abecasis, Kang, Unified representation of genetic variants, Bioinformatics 2015;31:2202, as done by
    `bcftools norm`. Raises InputError with the positions where the FASTA has other bases than REF.
    """
    spelt = pl.all_horizontal(pl.col(name).str.contains("^[ACGT]+$") for name in ("ref", "alt"))
    known = alleles.select(ALLELE).filter(spelt).unique()
    if known.is_empty():
        return pl.DataFrame(schema=_ALIGNMENT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with opened_fasta(fasta, folder) as (indexed, reference):
            names = contigs_of(fasta, reference, known)
            require_bases(fasta, reference, known, names)
        indels = known.filter(pl.col("ref").str.len_bytes() != pl.col("alt").str.len_bytes())
        before = in_file_order(indels, names)
        write_alleles(before, folder / "alleles.vcf", names, numbered=True)
        words = ("--fasta-ref", str(indexed), "--no-version", "--output", str(folder / "aligned.vcf"))
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


def moved(table: pl.DataFrame, alignment: pl.DataFrame) -> pl.DataFrame:
    """Write the alleles of a table in the form that `left_aligned` gives them."""
    return table.join(alignment, on=ALLELE, how="left", maintain_order="left").select(
        pl.coalesce(f"new_{name}", name).alias(name) if name in ALLELE[1:] else pl.col(name)
        for name in table.columns
    )


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


def fasta_identity(fasta: Path) -> dict[str, object]:
    """Return what tells one FASTA from another without reading all of it."""
    index = fasta.with_name(fasta.name + ".fai")
    return {
        "size": fasta.stat().st_size,
        "index_sha256": sha256_of_file(index) if index.is_file() else None,
    }


def in_file_order(alleles: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    """Sort alleles in the order of the FASTA's contigs."""
    place = {contig: number for number, contig in enumerate(names)}
    rank = pl.col("contig").replace_strict(place, return_dtype=pl.Int32)
    return alleles.unique().sort(rank, "position", "ref", "alt")


@contextmanager
def opened_fasta(fasta: Path, folder: Path) -> Iterator[tuple[Path, pysam.FastaFile]]:
    """Open a FASTA and give it with a path that has an index beside it; a missing one is made in the folder.

    Raises InputError where the two do not fit together.
    """
    index = fasta.with_name(fasta.name + ".fai")
    try:
        if index.is_file():
            _require_own_index(fasta, index)
        indexed = fasta if index.is_file() else _newly_indexed(fasta, folder)
        with pysam.FastaFile(str(indexed)) as reference:
            yield indexed, reference
    except (OSError, ValueError) as error:
        raise InputError.of(fasta, _OTHER_INDEX) from error


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


def contigs_of(fasta: Path, reference: pysam.FastaFile, alleles: pl.DataFrame) -> dict[str, str]:
    """Return the FASTA's name of each contig on which there are alleles."""
    named = {CONTIG_ALIASES[name]: name for name in reference.references if name in CONTIG_ALIASES}
    needed = set(alleles["contig"].unique())
    lacking = sorted(needed - set(named), key=CONTIGS.index)
    raise_if_any(
        [
            Problem(str(fasta), 0, f"has no contig {name}; give the genome that was called on")
            for name in lacking
        ],
        "Nothing was written.",
    )
    return {contig: named[contig] for contig in CONTIGS if contig in needed}


def require_bases(
    fasta: Path, reference: pysam.FastaFile, alleles: pl.DataFrame, names: dict[str, str]
) -> None:
    """Raise InputError with the places where the FASTA has other bases than the alleles' REF."""
    problems = []
    places = alleles.select("contig", "position", "ref").unique().sort("contig", "position", "ref")
    for contig, position, ref in places.iter_rows():
        found = reference.fetch(names[contig], position - 1, position - 1 + len(ref)).upper()
        if found != ref:
            message = (
                f"has {found[:10] or 'nothing'} at {contig}:{position}, where the newborns' VCFs have "
                f"{ref[:10]} as REF; give the genome that was called on"
            )
            problems.append(Problem(str(fasta), 0, message))
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
