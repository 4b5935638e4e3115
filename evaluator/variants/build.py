"""Which genome build a file is on, and which of its contigs is which of the panel's."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.genome import CONTIG_LENGTHS, CONTIGS
from evaluator.variants.header import Header
from evaluator.vocabulary import GenomeBuild

# Names of reference files in ##reference and in a contig's assembly attribute.
_BUILD_WORDS = {
    str(GenomeBuild.GRCH38): re.compile(r"grch38|hg38|hs38|assembly38|\bb38\b", re.IGNORECASE),
    str(GenomeBuild.GRCH37): re.compile(
        r"grch37|hg19|hs37d5|g1k_v37|assembly19|assembly37|\bb37\b", re.IGNORECASE
    ),
}
_REFERENCE_LINES = re.compile(r"^##(?:reference=|assembly=|contig=<.*assembly=)(.*)$", re.MULTILINE)
# Five single bases agree by chance once in 1,024 times.
MINIMUM_AGREEING_ALLELES = 5
_MOST_PROBLEMS = 20
# Each contig's other name in use: Ensembl's and GATK's b37 drop "chr" and write MT.
CONTIG_ALIASES: dict[str, str] = {
    **{contig: contig for contig in CONTIGS},
    **{contig.removeprefix("chr"): contig for contig in CONTIGS},
    "MT": "chrM",
    "chrMT": "chrM",
}
_CONTIG_NAME = re.compile(r"^##contig=<ID=([^,>\s]+)", re.MULTILINE)
# Names in use that are not read: CHR7, chr07, RefSeq's NC_000007.14, and PLINK's numbers for X, Y and MT.
_LOOKALIKE = re.compile(r"(?:chr)?0*([1-9]\d?|x|y|mt?)$|NC_0+([1-9]\d*)\.\d+$", re.IGNORECASE)
_NUMBERED = {"23": "X", "24": "Y", "26": "MT", "M": "MT", "12920": "MT"}


def header_build(header: Header) -> tuple[str | None, str]:
    """Return the build that a header states and how: by contig lengths, else by the reference's name.

    Raises InputError when the lengths of the contigs belong to no supported build.
    """
    lengths = {
        CONTIG_ALIASES[name]: length
        for name, length in header.contig_lengths.items()
        # hg19 writes another mitochondrial genome under the same name: it does not decide the build
        if name in CONTIG_ALIASES and CONTIG_ALIASES[name] != "chrM"
    }
    if lengths:
        matching = [
            build
            for build, known in CONTIG_LENGTHS.items()
            if all(known[contig] == length for contig, length in lengths.items())
        ]
        if not matching:
            builds = " nor ".join(CONTIG_LENGTHS)
            raise InputError.of(header.path, f"its contig lengths are neither those of {builds}")
        return matching[0], "contig lengths"
    named = " ".join(_REFERENCE_LINES.findall(header.text))
    stated = [build for build, words in _BUILD_WORDS.items() if words.search(named)]
    return (stated[0], "name of the reference") if len(stated) == 1 else (None, "")


def require_build(header: Header, panel_build: str, contigs: set[str]) -> str:
    """Return how the build was verified, "" if the header is silent; raise InputError when it is another.

    `contigs` are those that will be read: only on them a deviating length stops the run.
    """
    build, how = header_build(header)
    if build is not None and build != panel_build:
        raise InputError.of(
            header.path,
            f"is on {build} (by its {how}) but the panel is on {panel_build}; give a file on {panel_build}",
        )
    _require_no_other_names(header, contigs)
    known = CONTIG_LENGTHS[panel_build]
    for name, length in header.contig_lengths.items():
        contig = CONTIG_ALIASES.get(name, "")
        if contig in contigs and known[contig] != length:
            raise InputError.of(
                header.path,
                f"its {name} is {length} bases long, but {contig} of {panel_build} has {known[contig]}; "
                "positions on it mean something else, so call the newborn on the panel's reference",
            )
    return how


def _require_no_other_names(header: Header, contigs: set[str]) -> None:
    """Raise InputError where a contig that will be read stands under a name that would not be found."""
    sought = contigs - {CONTIG_ALIASES.get(name) for name in header.contig_lengths}
    names = _CONTIG_NAME.findall(header.text) if sought else []
    sought -= {CONTIG_ALIASES.get(name) for name in names}
    for name in names if sought else ():
        found = _LOOKALIKE.match(name)
        if found is not None and name not in CONTIG_ALIASES:
            short = (found[1] or found[2]).upper()
            contig = CONTIG_ALIASES.get(_NUMBERED.get(short, short))
            if contig in sought:
                message = f"names {contig} {name}, which would not be found; rename it (bcftools annotate "
                raise InputError.of(header.path, f"{message}--rename-chrs)")


def require_agreeing_bases(path: Path, records: pl.DataFrame, alleles: pl.DataFrame) -> None:
    """Raise InputError where a record's REF is not what the panel's listed alleles have at the same bases.

    `records` has contig, position, ref; `alleles` is the panel's allele table. Codes of several bases in REF
    contradict nothing.
    """
    listed = _bases(alleles.select("contig", "position", "ref").unique()).unique()
    starts = records["position"].to_numpy()
    lengths = records["ref"].str.len_bytes().to_numpy()
    places = listed["position"].unique().sort().to_numpy()
    # Positions are compared first, whatever the contig: nearly no record lies at a listed allele.
    near = np.searchsorted(places, starts) < np.searchsorted(places, starts + lengths)
    meeting = _bases(
        records.filter(pl.Series(near)).select("contig", "position", pl.col("ref").str.to_uppercase())
    )
    differing = meeting.join(listed, on=["contig", "position"], suffix="_listed").filter(
        (pl.col("ref") != pl.col("ref_listed")) & pl.col("ref").str.contains("^[ACGT]$")
    )
    problems = [
        Problem(
            str(path),
            0,
            f"has REF {ref} at {contig}:{position}, where the panel's alleles have {base}: "
            "the file is on another genome build, or the panel's allele is wrong",
        )
        for contig, position, ref, base in differing.unique().sort(differing.columns).iter_rows()
    ]
    raise_if_any(problems[:_MOST_PROBLEMS])


def _bases(alleles: pl.DataFrame) -> pl.DataFrame:
    """Return one row per base of REF."""
    offset = pl.int_ranges(pl.col("ref").str.len_bytes(), dtype=pl.Int32)
    return (
        alleles.with_columns(offset.alias("offset"))
        .explode("offset")
        .select(
            "contig",
            pl.col("position") + pl.col("offset"),
            pl.col("ref").str.slice(pl.col("offset"), 1),
        )
    )


def require_listed_bases(header: Header, records: pl.DataFrame, alleles: pl.DataFrame, build: str) -> str:
    """Verify the build of a silent header by the REF bases of the panel's listed alleles.

    `records` has contig, position, ref; `alleles` is the panel's allele table. Raises InputError when too few
    of them meet, or when one disagrees: a build that cannot be verified is never assumed.
    """
    meeting = records.select("contig", "position", "ref").join(
        alleles.filter(pl.col("ref") != "N")
        .select("contig", "position", pl.col("ref").alias("listed"))
        .unique(),
        on=["contig", "position"],
    )
    agrees = meeting["ref"].str.slice(0, 1).str.to_uppercase() == meeting["listed"].str.slice(0, 1)
    if len(meeting) >= MINIMUM_AGREEING_ALLELES and agrees.all():
        return "bases of listed alleles"
    raise InputError.of(
        header.path,
        f"does not say which genome build it is on, and the panel is on {build}: {int(agrees.sum())} of "
        f"{len(meeting)} reference bases at listed alleles agree, and at least {MINIMUM_AGREEING_ALLELES} "
        "and all must; add ##contig lines with lengths to the header (bcftools reheader --fai)",
    )
