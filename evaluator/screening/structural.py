"""Structural calls against the gene rows: which deletions and duplications bear on a verdict, and how."""

from __future__ import annotations

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.panel.genome import pseudo_autosomal
from evaluator.screening.listed_alleles import ALLELE, allele_name, listing
from evaluator.screening.quality import words_accepted
from evaluator.screening.reasons import Reason
from evaluator.screening.special_loci import raw_calls_are_used
from evaluator.screening.structural_places import PLACE, covered_genes, listed_matches
from evaluator.screening.zygosity import zygosity
from evaluator.vocabulary import Evidence, Mechanism

DELETION, DUPLICATION = "DEL", "DUP"
TWO = 2  # copies of an autosome
LISTS = ("allow", "deny", "deny_alone", "allow_elsewhere")
# What a structural call has in common with small ones as a candidate, and where it lies as called.
STRUCTURAL_COLUMNS = (
    *("newborn", "row", "gene", *ALLELE, "allele", "inheritance", "parent_of_origin"),
    *("evidence_code", "obstacle", "ruled", "zygosity", "repeat", "mosaic", "x_count"),
    *("copies", "ploidy", "missing", "phased", "phase_set", "haplotype"),
    *("depth", "alt_depth", "allele_fraction", "genotype_quality", "filters"),
    *("source_position", "source_ref", "source_alts", "called_position", "end", "type"),
)


def structural_judged(
    calls: pl.DataFrame,
    rows: pl.DataFrame,
    listed: pl.DataFrame,
    ruled: pl.DataFrame,
    criteria: Criteria,
    build: str,
) -> pl.DataFrame:
    """Judge structural call x gene row: evidence, obstacle, every rule, zygosity and quality.

    `calls` has the columns of STRUCTURAL and `x_count`; `listed` and `ruled` name alleles as findings do.
    Returns what small calls have as candidates, with the type in `ref` and the last base in `alt`, and `end`.
    """
    genes = rows.select("gene").unique()
    placed = calls.join(covered_genes(calls, genes, build), on=list(PLACE))
    named = pl.concat([frame.select(*ALLELE, "gene") for frame in (listed, ruled)]).unique()
    matched = _resolved(placed, build).join(
        listed_matches(calls, named), on=[*PLACE, "gene", "type"], how="left"
    )
    told = matched.with_columns(
        pl.coalesce("listed_position", "position").alias("position"),
        pl.col("type").alias("ref"),
        pl.coalesce("listed_end", "end").cast(pl.String).alias("alt"),
        pl.col("position").alias("called_position"),
    )
    judged = (
        told.join(rows.filter(raw_calls_are_used()), on="gene")
        .join(listing(rows, listed), on=["row", "gene", *ALLELE], how="left")
        .join(ruled.with_columns(ruled=pl.lit(value=True)), on=[*ALLELE, "gene"], how="left")
        .with_columns(pl.col(*LISTS, "ruled").fill_null(value=False))
        .with_columns(allele_name().alias("allele"), **structural_rules(criteria))
        .with_columns(
            qualifying_evidence().alias("evidence_code"),
            obstacle(criteria).alias("obstacle"),
            (pl.col("ruled") & ~pl.col("deny")).alias("ruled"),
        )
    )
    return judged.with_columns(
        repeat_reason(criteria).alias("repeat"),
        pl.lit(value=False).alias("mosaic"),
        *(pl.lit(None, dtype).alias(name) for name, dtype in _NOT_COUNTED.items()),
    ).sort("newborn", "row", *ALLELE, "origin", "called_position", "end")


# Reads are counted where a small call lies; a deletion is the lack of them.
_NOT_COUNTED = {"depth": pl.Int32(), "alt_depth": pl.Int32(), "allele_fraction": pl.Float32()}


def _resolved(placed: pl.DataFrame, build: str) -> pl.DataFrame:
    """Settle type, copies and zygosity by genotype, or by copy number where the genotype is silent.

    On X the number of copies that is normal depends on the newborn; the gene's place says whether it lies in
    a pseudo-autosomal region. A call that takes and adds nothing is dropped.
    """
    there = placed.with_columns(pl.col("position").alias("kept"), pl.col("gene_place").alias("position"))
    on_x = (pl.col("contig") == "chrX") & ~pseudo_autosomal(build)
    single = on_x & (pl.col("x_count") == 1).fill_null(value=False)
    normal = pl.when(single).then(1).otherwise(TWO).cast(pl.Int16)
    known, of_number = pl.col("copy_number").is_not_null(), pl.col("type") == "CNV"
    silent = (
        (pl.col("copies") == 0) | (pl.col("missing") > 0) | ((pl.col("ploidy") < TWO) & ~pl.col("single"))
    )
    lost = pl.col("normal") - pl.col("copy_number")
    by_number = pl.when(lost > 0).then(pl.lit(DELETION)).when(lost < 0).then(pl.lit(DUPLICATION))
    # DRAGEN writes loss of heterozygosity without loss of copies as <DEL>,<DUP> with genotype 1/2.
    both = pl.col("source_alts").str.contains("<DEL") & pl.col("source_alts").str.contains("<DUP")
    told = pl.when("by_number")
    return (
        there.with_columns(single.alias("single"), normal.alias("normal"))
        .with_columns(
            (known & (silent | of_number)).alias("by_number"),
            (_number_contradicts() & ~silent).alias("contradicted"),
        )
        .filter(~(known & (lost == 0) & (pl.col("by_number") | both)).fill_null(value=False))
        .with_columns(
            # A copy number that is not stated may be a loss.
            told.then(by_number).when(of_number).then(pl.lit(DELETION)).otherwise("type").alias("type"),
            told.then(lost.clip(1, pl.col("normal")))
            .when(of_number)
            .then(0)
            .otherwise("copies")
            .cast(pl.Int8)
            .alias("copies"),
            told.then("normal").otherwise("ploidy").cast(pl.Int8).alias("ploidy"),
            told.then(0).otherwise("missing").cast(pl.Int8).alias("missing"),
            *_phase_of_file(),
        )
        .with_columns(zygosity(build).alias("zygosity"))
        .with_columns(pl.col("kept").alias("position"))
        .drop("kept", "single", "normal", "by_number")
    )


def _number_contradicts() -> pl.Expr:
    """The genotype of a deletion leaves a copy where the copy number leaves none, or the other way round."""
    none_left = (pl.col("copies") == pl.col("ploidy")) & (pl.col("missing") == 0)
    return (pl.col("type") == DELETION) & (none_left != (pl.col("copy_number") == 0)).fill_null(value=False)


def _phase_of_file() -> list[pl.Expr]:
    """Phase sets of two files have nothing in common; without a set a pipe says nothing across files."""
    separate, with_set = pl.col("origin") != "vcf", pl.col("phase_set").is_not_null()
    return [
        pl.when(separate & with_set)
        .then(pl.concat_str(pl.lit("structural_vcf:"), "phase_set"))
        .otherwise("phase_set")
        .alias("phase_set"),
        pl.when(~separate | with_set).then("haplotype").alias("haplotype"),
    ]


def structural_rules(criteria: Criteria) -> dict[str, pl.Expr]:
    """Return each rule as a named expression: how much of one exon must be gone, and where it counts."""
    rule = criteria.structural
    deletion = pl.lit(rule.enabled) & (pl.col("type") == DELETION)
    enough = deletion & (pl.col("covers_possible") >= rule.min_exon_overlap)
    lof = pl.col("mechanism") == Mechanism.LOSS_OF_FUNCTION
    return {
        "removes_enough": enough,
        "surely_removes_enough": deletion & (pl.col("covers_certain") >= rule.min_exon_overlap),
        "lof_mechanism": lof,
        "is_structural_deletion": enough & lof,
    }


def row_accepts_deletions() -> pl.Expr:
    """The row's evidence setting accepts deletions that nobody listed."""
    return ~pl.col("listed_only") & (pl.col("evidence") != Evidence.MISSENSE)


def qualifying_evidence() -> pl.Expr:
    """Name the evidence by which the call qualifies; denied and deny_alone alleles have none."""
    return (
        pl.when(pl.col("deny") | pl.col("deny_alone"))
        .then(pl.lit(None, pl.String))
        .when(pl.col("allow"))
        .then(pl.lit(str(Reason.LISTED_ALLELE)))
        .when(pl.col("is_structural_deletion") & row_accepts_deletions())
        .then(pl.lit(str(Reason.STRUCTURAL_DELETION)))
    )


def obstacle(criteria: Criteria) -> pl.Expr:
    """Name the first thing that keeps a near miss from qualifying.

    A near miss is on a deny list, allowed for another inheritance, or touches a coding exon where the panel
    judges structural calls.
    """
    judged = pl.lit(criteria.structural.enabled) & (pl.col("covers_called") > 0)
    deletion = judged & (pl.col("type") == DELETION)
    enough = pl.col("removes_enough")
    steps = (
        (pl.col("deny"), Reason.DENIED_ALLELE),
        (pl.col("deny_alone"), Reason.DENY_ALONE),
        (pl.col("allow_elsewhere"), Reason.OTHER_INHERITANCE),
        (enough & ~pl.col("lof_mechanism"), Reason.NOT_LOF_MECHANISM),
        (enough & pl.col("listed_only") & (pl.col("evidence") != Evidence.LISTED), Reason.OTHER_INHERITANCE),
        (enough, Reason.EVIDENCE_NOT_ACCEPTED),
        (deletion, Reason.DELETION_SPARES_EXONS),
        (judged & pl.col("whole_gene"), Reason.WHOLE_GENE_DUPLICATION),
        (judged, Reason.UNLISTED_DUPLICATION),
    )
    first = pl.coalesce([pl.when(condition).then(pl.lit(str(reason))) for condition, reason in steps])
    return pl.when(qualifying_evidence().is_null()).then(first)


def repeat_reason(criteria: Criteria) -> pl.Expr:
    """Name the first quality rule that a structural call fails; null when it passes.

    FILTER and FORMAT/FT must be accepted; GQ, else CNQ, else QUAL must reach the threshold, and a missing one
    does not. Depth and allele balance are not asked.
    """
    quality = criteria.quality
    least = quality.min_genotype_quality
    of_sample = pl.col("sample_filters").is_null() | words_accepted(pl.col("sample_filters"), criteria)
    accepted = words_accepted(pl.col("filters"), criteria) & of_sample
    confident = (
        pl.lit(value=True) if least is None else (pl.col("genotype_quality") >= least).fill_null(value=False)
    )
    genotyped = pl.col("copies") > 0
    by_rule = pl.col("evidence_code") == Reason.STRUCTURAL_DELETION
    return pl.coalesce(
        pl.when("contradicted").then(pl.lit(str(Reason.REPEAT_CONTRADICTING_RECORDS))),
        pl.when(~accepted).then(pl.lit(str(Reason.REPEAT_FILTER))),
        pl.when(~confident | ~genotyped).then(pl.lit(str(Reason.REPEAT_LOW_GENOTYPE_QUALITY))),
        pl.when(by_rule & ~pl.col("surely_removes_enough")).then(pl.lit(str(Reason.REPEAT_BREAKPOINTS))),
    )


def looked_for_deletions() -> pl.Expr:
    """Somebody looked for deletions: a structural VCF, or a VCF that declares or holds them."""
    return pl.col("structural_evidence").is_in(["structural_vcf", "vcf"]).fill_null(value=False)


def structural_bears() -> pl.Expr:
    """The call has something to say of the row: evidence, an obstacle, or a diplotype rule that names it."""
    return pl.col("evidence_code").is_not_null() | pl.col("obstacle").is_not_null() | pl.col("ruled")
