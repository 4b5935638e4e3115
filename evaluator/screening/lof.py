"""Predicted loss of function: consequence terms, the panel's transcript, nonsense-mediated decay."""

from __future__ import annotations

import polars as pl

from evaluator.panel.criteria import PredictedLof
from evaluator.panel.genes import gene_models

# A premature stop in the last exon, or in the last 50 bases of the one before it, is expected to escape decay
# (Nagy and Maquat, Trends Biochem Sci 1998;23:198; ClinGen PVS1, Abou Tayoun et al., Hum Mutat 2018;39:1517).
DECAY_MARGIN = 50
# The rule speaks of premature stop codons; a lost splice site or a lost transcript makes none by itself.
TRUNCATING = ("stop_gained", "frameshift_variant")
MISSENSE = ("missense_variant",)


def has_consequence(terms: tuple[str, ...]) -> pl.Expr:
    """One of the Sequence Ontology terms stands in `consequence`, whose terms are joined by "&"."""
    wanted = pl.lit(list(terms), dtype=pl.List(pl.String))
    found = pl.col("consequence").str.split("&").list.set_intersection(wanted)
    return (found.list.len() > 0).fill_null(value=False)


def lof_consequence(rule: PredictedLof) -> pl.Expr:
    """A consequence that the panel counts as loss of function; start lost only by its own setting."""
    return has_consequence(
        (*rule.consequences, "start_lost") if rule.start_lost else tuple(rule.consequences)
    )


def escapes_decay(rule: PredictedLof) -> pl.Expr:
    """A premature stop late enough to escape nonsense-mediated decay, unless the panel accepts such alleles.

    Needs `in_decay_free_end`. Another loss-of-function term of the same allele (a splice site, say) makes it
    count all the same.
    """
    if rule.last_exon:
        return pl.lit(value=False)
    other = tuple(term for term in rule.consequences if term not in TRUNCATING)
    return has_consequence(TRUNCATING) & ~has_consequence(other) & pl.col("in_decay_free_end")


def on_panel_transcript() -> pl.Expr:
    """The consequence stands on the row's or the gene model's transcript, whatever its version.

    An annotation without a transcript, or a gene without a known one, is not held against the allele.
    """
    used = _unversioned("transcript_used")
    known = [_unversioned(name) for name in ("transcript", "refseq", "ensembl")]
    same = pl.any_horizontal([(used == name).fill_null(value=False) for name in known])
    nothing_known = pl.all_horizontal([name.is_null() for name in known])
    return used.is_null() | nothing_known | same


def loftee_accepts(rule: PredictedLof) -> pl.Expr:
    """LOFTEE gives high confidence (HC), where the panel asks it (Karczewski et al., Nature 2020;581:434).

    LOFTEE judges stops, frameshifts and splice sites only. Where it says nothing of an allele, that is not
    held against the allele (our decision): its silence is no low confidence.
    """
    if rule.loftee is None:
        return pl.lit(value=True)
    return (pl.col("loftee") == "HC").fill_null(value=True)


def decay_free_ends(build: str) -> pl.DataFrame:
    """Return gene, start, end (0-based half-open) where a stop codon escapes decay.

    Genes with a single coding exon have none: without a junction the rule does not apply to them.
    """
    exons = (
        gene_models(build)
        .filter(pl.col("exons").list.len() > 1)
        .select("gene", "strand", "exons")
        .explode("exons")
        .unnest("exons")
        .with_columns(
            pl.when(pl.col("strand") == "-").then(-pl.col("start")).otherwise("start").alias("order")
        )
        .sort("gene", "order", descending=[False, True])
        .with_columns(pl.int_range(pl.len()).over("gene").alias("from_last"))
        .filter(pl.col("from_last") < 2)  # noqa: PLR2004 - the last exon and the one before it
    )
    before_last, minus = pl.col("from_last") == 1, pl.col("strand") == "-"
    return exons.select(
        "gene",
        pl.when(before_last & ~minus)
        .then(pl.max_horizontal("start", pl.col("end") - DECAY_MARGIN))
        .otherwise("start")
        .alias("start"),
        pl.when(before_last & minus)
        .then(pl.min_horizontal("end", pl.col("start") + DECAY_MARGIN))
        .otherwise("end")
        .alias("end"),
    )


def in_decay_free_end(alleles: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return the alleles (contig, position, ref, alt, gene) whose changed bases lie wholly in such an end."""
    anchored = pl.col("ref").str.len_chars() != pl.col("alt").str.len_chars()
    first = pl.col("position") - 1 + anchored.cast(pl.Int32)
    last = pl.col("position") - 1 + pl.col("ref").str.len_chars().cast(pl.Int32)
    return (
        alleles.join(decay_free_ends(build), on="gene")
        .filter((first >= pl.col("start")) & (last <= pl.col("end")))
        .select("contig", "position", "ref", "alt", "gene", in_decay_free_end=pl.lit(value=True))
        .unique()
    )


def _unversioned(column: str) -> pl.Expr:
    return pl.col(column).str.replace(r"\.\d+$", "")
