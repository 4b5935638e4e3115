"""What a panel asks of every newborn, prepared once: judged alleles, gene rows, what silence amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from evaluator.panel.alleles import is_structural
from evaluator.panel.model import Panel
from evaluator.screening.callability import genes_with_exons
from evaluator.screening.diplotype_rules import diplotype_rules, ruled_alleles
from evaluator.screening.evidence import Sources, bears_as_part, evidence
from evaluator.screening.gene_rows import gene_rows
from evaluator.screening.listed_alleles import ALLELE
from evaluator.screening.special_loci import raw_calls_are_used, shared_outcome
from evaluator.screening.structural import row_accepts_deletions
from evaluator.screening.verdict import FLAGS, LISTS, decide
from evaluator.vocabulary import Mechanism, SampleStatus

# Newborns of these states get a verdict; the others were never offered to the laboratory.
EVALUATED = (str(SampleStatus.SEQUENCED), str(SampleStatus.FAILED), "quarantined")
# Newborns who agree in these get the same answers where they have neither a call that bears nor a gap.
CLASS_MARKS = ("measured", "looked")  # was it told what was assessed, and were deletions looked for
CLASS = ("status", *CLASS_MARKS, "stopped", "flagged", "negative_loci")


@dataclass(frozen=True, eq=False)
class Rulebook:
    """A panel and what the annotation says of its alleles; the same for all newborns."""

    panel: Panel
    variants: pl.DataFrame | None  # None = never annotated
    sources: Sources

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Gene rows with their thresholds, numbered by `row`."""
        return gene_rows(self.panel)

    @cached_property
    def diplotypes(self) -> pl.DataFrame:
        """Rules for pairs of alleles, spelt out."""
        return diplotype_rules(self.panel.diplotypes, self.panel.named_alleles)

    @cached_property
    def ruled(self) -> pl.DataFrame:
        """Alleles that rules for pairs name."""
        return ruled_alleles(self.diplotypes)

    @cached_property
    def ruled_small(self) -> pl.DataFrame:
        """Those of them that are written in letters."""
        return self.ruled.filter(~is_structural())

    @cached_property
    def listed(self) -> pl.DataFrame:
        """The panel's allele table without deletions and duplications, which lie nowhere in particular."""
        return self.panel.named_alleles.filter(~is_structural())

    @cached_property
    def judged(self) -> pl.DataFrame:
        """Allele x gene row: evidence, obstacle, every rule."""
        panel = self.panel
        return evidence(
            self.rows, self.variants, self.listed, self.ruled_small, panel.criteria, panel.genome_build
        )

    @cached_property
    def bearing(self) -> pl.DataFrame:
        """Allele x gene row whose calls bear on a verdict; all other calls decide nothing."""
        bears = pl.col("evidence_code").is_not_null() | pl.col("obstacle").is_not_null() | pl.col("ruled")
        facts = ("row", "gene", "inheritance", "parent_of_origin", "evidence_code", "obstacle", "ruled")
        return self.judged.filter(raw_calls_are_used() & bears).select(
            *ALLELE, "allele", *facts, bears_as_part().alias("as_part")
        )

    @cached_property
    def positions(self) -> pl.Series:
        """Places of the alleles that bear on a verdict, on whatever contig."""
        return self.bearing["position"].unique().sort()

    @cached_property
    def row_facts(self) -> pl.DataFrame:
        """What a verdict needs to know of its gene row."""
        measurable = genes_with_exons(self.panel.genome_build).select("gene", measurable=pl.lit(value=True))
        return self.rows.join(measurable, on="gene", how="left", maintain_order="left").select(
            "row",
            "condition",
            "gene",
            "inheritance",
            "mechanism",
            "evidence",
            "listed_only",
            "parent_of_origin",
            "special_locus",
            pl.col("measurable").fill_null(value=False),
        )

    def defaults(self, classes: pl.DataFrame) -> pl.DataFrame:
        """Decide newborns without calls or gaps: every row for the first class, then for the next."""
        silent = classes.join(self.row_facts, how="cross", maintain_order="left_right").with_columns(
            self.callability_unknown().alias("callability_unknown"),
            self.no_structural_calls().alias("no_structural_calls"),
            shared_outcome().alias("special"),
            pl.lit(None, pl.String).alias("special_zygosity"),
            pl.lit(None, pl.Int8).alias("x_count"),
            *(pl.lit(None, pl.Boolean).alias(name) for name in FLAGS),
            *(pl.lit(None, pl.List(pl.String)).alias(name) for name in LISTS),
        )
        return decide(silent, self.panel.criteria, self.sources)

    def no_structural_calls(self) -> pl.Expr:
        """Nobody looked for the deletions that would count in the row."""
        if not self.panel.criteria.structural.enabled:
            return pl.lit(value=False)
        of_row = pl.col("mechanism") == Mechanism.LOSS_OF_FUNCTION
        return ~pl.col("looked") & of_row & row_accepts_deletions()

    def callability_unknown(self) -> pl.Expr:
        """Nothing says what was assessed, in the newborn or in a gene whose exons are not known."""
        if self.panel.criteria.callability.unknown == "assessed":
            return pl.lit(value=False)
        return ~pl.col("measured") | ~pl.col("measurable")
