"""What the parents' files say at the newborn's own called alleles, and nowhere else.

Parents are not screened: of a parent nothing is kept but the copies of alleles called in the newborn.
A record of a parent is believed as a newborn's reference block is: called, deep enough, filters passed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from evaluator.errors import InputError, Problem
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.tables import PARENTS, check
from evaluator.variants.alignment import AsWritten
from evaluator.variants.batch import Scope
from evaluator.variants.build import require_build
from evaluator.variants.callability import labelled
from evaluator.variants.calls import with_format_values
from evaluator.variants.cohort import Cohort, Newborn
from evaluator.variants.fasta import changes_length
from evaluator.variants.genotype_text import GENOTYPE
from evaluator.variants.genotypes import read_genotypes
from evaluator.variants.header import Header, choose_sample
from evaluator.variants.intervals import SPACING, from_frame
from evaluator.variants.normalise import trim_alleles
from evaluator.variants.records import Tally, sample_column
from evaluator.variants.references import ONLY_REFERENCE
from evaluator.variants.sheet_rows import RowMessage, row_message
from evaluator.variants.sources import open_source
from evaluator.variants.substitutions import with_parts

_ALLELE = ["contig", "position", "ref", "alt"]
_COPIES = pl.Schema({name: PARENTS[name] for name in _ALLELE} | {"copies": pl.Int8(), "ploidy": pl.Int8()})
_BLOCK_ALTS = (".", "<NON_REF>", "<*>")
_NOT_CALLED = r"\."


@dataclass(frozen=True)
class ParentsRead:
    """What was read (tables.PARENTS), and what is wrong with the files."""

    table: pl.DataFrame
    wrong: tuple[RowMessage, ...]


def read_parents(cohort: Cohort, calls: Iterable[pl.DataFrame], scope: Scope, form: AsWritten) -> ParentsRead:
    """Read both parents' genotypes at the called alleles (tables.CALLS) of each newborn that names a file.

    The calls are in the stored form, to which the parents' alleles are brought.
    """
    asked = {newborn.id: newborn for newborn in cohort.newborns if newborn.parents}
    found, wrong = [PARENTS.to_frame()], []
    for frame in calls if asked else ():
        own_calls = frame.filter(pl.col("newborn").is_in(list(asked)))
        for (name,), own in own_calls.partition_by("newborn", as_dict=True).items():
            table = own.select("newborn", *_ALLELE).unique(maintain_order=True)
            newborn = asked[str(name)]
            for parent, (path, sample) in newborn.parents.items():
                try:
                    copies = _copies(newborn, path, sample, own, scope, form)
                except InputError as error:
                    wrong += [_on_sheet(newborn, parent, each) for each in error.problems]
                    continue
                columns = {column: f"{parent}_{column}" for column in ("copies", "ploidy")}
                table = table.join(copies.rename(columns), on=_ALLELE, how="left")
            found.append(table)
    rank = pl.col("contig").replace_strict(KARYOTYPE_ORDER, return_dtype=pl.Int8)
    parents = pl.concat(found, how="diagonal").select(list(PARENTS))
    known = parents.filter(pl.col("mother_ploidy").is_not_null() | pl.col("father_ploidy").is_not_null())
    in_order = known.sort("newborn", rank, "position", "ref", "alt")
    return ParentsRead(check(in_order, PARENTS, "parents"), tuple(wrong))


def _copies(
    newborn: Newborn, path: Path, sample: str | None, own: pl.DataFrame, scope: Scope, form: AsWritten
) -> pl.DataFrame:
    """Return the newborn's alleles with `copies` and `ploidy` in a parent, where anything is said of them.

    An allele that a record may show and nobody can believe has no `copies`.
    """
    source = open_source(path)
    own = _with_places(own)
    anything, indels = (
        from_frame(rows.select("contig", "start", "end")) for rows in (own, own.filter(changes_length()))
    )
    form = form.over(anything, indels)
    require_build(source.header, scope.panel.genome_build, form.read.contigs())
    column = choose_sample(source.header, sample, None)
    if (
        newborn.vcf
        and path.resolve() == newborn.vcf.resolve()
        and column in _own_names(newborn, source.header)
    ):
        raise InputError.of(path, "is the newborn's own sample; name the parent's in sample_in_vcf")
    carried, shown_absent, doubtful = ([_COPIES.to_frame()] for _ in range(3))
    for records in form.scan(source, form.read, [column], Tally()):
        label = labelled(records, column, scope.panel.criteria.callability)
        genotypes = with_format_values(records, sample_column(column), (GENOTYPE,))[GENOTYPE].fill_null(".")
        frame = records.with_columns(genotypes.alias("genotype"))
        believed = frame.filter(label["reason"].is_null())
        calls = form.moved(read_genotypes(path, believed, [column]).calls)
        carried.append(with_parts(calls).select(list(_COPIES)))
        shown_absent.append(_absent(believed, own, form))
        doubted = frame.filter(label["reason"].is_not_null() & ~genotypes.str.contains(ONLY_REFERENCE))
        doubtful.append(_shown(doubted, own, _NOT_CALLED, form))
    present = pl.concat(carried)
    absent = pl.concat(shown_absent).unique(_ALLELE, keep="first", maintain_order=True)
    # Two records that disagree about one allele say nothing of it.
    said = pl.concat([present.unique(), absent.join(present, on=_ALLELE, how="anti")])
    clear = said.unique(_ALLELE, keep="none")
    unclear = (
        pl.concat([present, *doubtful])
        .join(clear, on=_ALLELE, how="anti")
        .with_columns(pl.lit(None, pl.Int8).alias("copies"), pl.col("ploidy").max().over(_ALLELE))
        .unique()
    )
    return own.select(_ALLELE).unique().join(pl.concat([clear, unclear]), on=_ALLELE)


def _absent(records: pl.DataFrame, own: pl.DataFrame, form: AsWritten) -> pl.DataFrame:
    """Return alleles of the newborn that a record of the parent shows to be absent, unless it calls them.

    A record shows it that names the same change, or is reference at the same position, or is a reference
    block over all bases of the allele. Where no record is, nothing is shown.
    """
    return _shown(records, own, ONLY_REFERENCE, form)


def _shown(records: pl.DataFrame, own: pl.DataFrame, genotypes: str, form: AsWritten) -> pl.DataFrame:
    """Return, with no copies, alleles that a record names, or that one with such a genotype lies over."""
    genotype = pl.col("genotype")
    told = records.select(
        "contig",
        "position",
        pl.col("position").alias("first"),
        (pl.col("end") % SPACING).alias("last"),
        "ref",
        "alt",
        genotype.str.contains(genotypes).alias("reference"),
        genotype.str.count_matches(r"\d+|\.").cast(pl.Int8).alias("ploidy"),
    )
    changes = trim_alleles(
        told.filter(~pl.col("alt").is_in(_BLOCK_ALTS))
        .with_columns(pl.col("ref").str.to_uppercase(), pl.col("alt").str.to_uppercase().str.split(","))
        .explode("alt")
    )
    named = form.moved(changes).join(own, on=_ALLELE)
    reference = own.join(
        told.filter("reference").drop("position", "ref"), on="contig", suffix="_read"
    ).filter(
        (_covered("") | _covered("source_"))
        & (
            pl.col("alt_read").is_in(_BLOCK_ALTS)
            | (pl.col("first") == pl.col("position"))
            | (pl.col("first") == pl.col("source_position"))
        )
    )
    none = pl.lit(0, pl.Int8).alias("copies")
    return pl.concat([shown.select(*_ALLELE, none, "ploidy") for shown in (named, reference)])


def _covered(which: str) -> pl.Expr:
    """A record reaches over all bases of the allele as it is stored, or as the newborn's record has it."""
    position, ref = pl.col(f"{which}position"), pl.col(f"{which}ref")
    return (pl.col("first") <= position) & (pl.col("last") >= position - 1 + ref.str.len_chars())


def _with_places(own: pl.DataFrame) -> pl.DataFrame:
    """Add `start` (0-based) and `end`: the allele as the newborn's record has it, and in short."""
    ends = [
        pl.col(f"{which}position") - 1 + pl.col(f"{which}ref").str.len_chars() for which in ("", "source_")
    ]
    return own.select(
        *_ALLELE,
        "source_position",
        "source_ref",
        (pl.min_horizontal("position", "source_position") - 1).alias("start"),
        pl.max_horizontal(ends).alias("end"),
    )


def _own_names(newborn: Newborn, header: Header) -> tuple[str, ...]:
    """The names under which the newborn may stand in its own file."""
    if len(header.samples) == 1:
        return header.samples
    return (newborn.id,) if newborn.sample_in_vcf is None else (newborn.sample_in_vcf,)


def _on_sheet(newborn: Newborn, parent: str, problem: Problem) -> RowMessage:
    message = problem.message.replace("sample_in_vcf", f"{parent}_in_vcf")
    return row_message(newborn.line, f"{parent}_vcf", replace(problem, message=message))
