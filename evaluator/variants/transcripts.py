"""One consequence per allele and gene: which gene an entry speaks of, and on which transcript."""

from __future__ import annotations

import polars as pl

from evaluator.panel.genes import gene_models

ALLELE = ("contig", "position", "ref", "alt")
# An allele without any annotated gene belongs to the gene whose coding exon is nearest, up to here. Ours; the
# Generation Study reads within 2 kb of a panel gene.
FARTHEST_FROM_EXON = 2_000
# Most severe first, the order that Ensembl publishes:
# https://www.ensembl.org/info/genome/variation/prediction/predicted_data.html
SEVERITY = (
    "transcript_ablation",
    "splice_acceptor_variant",
    "splice_donor_variant",
    "stop_gained",
    "frameshift_variant",
    "stop_lost",
    "start_lost",
    "transcript_amplification",
    "feature_elongation",
    "feature_truncation",
    "inframe_insertion",
    "inframe_deletion",
    "missense_variant",
    "protein_altering_variant",
    "splice_donor_5th_base_variant",
    "splice_region_variant",
    "splice_donor_region_variant",
    "splice_polypyrimidine_tract_variant",
    "incomplete_terminal_codon_variant",
    "start_retained_variant",
    "stop_retained_variant",
    "synonymous_variant",
    "coding_sequence_variant",
    "mature_miRNA_variant",
    "5_prime_UTR_variant",
    "3_prime_UTR_variant",
    "non_coding_transcript_exon_variant",
    "intron_variant",
    "NMD_transcript_variant",
    "non_coding_transcript_variant",
    "upstream_gene_variant",
    "downstream_gene_variant",
)
_RANK = {term: rank for rank, term in enumerate(SEVERITY)}
OUTSIDE_GENE = ("upstream_gene_variant", "downstream_gene_variant", "intergenic_variant", "intergenic_region")


def one_per_gene(entries: pl.DataFrame, build: str) -> pl.DataFrame:
    """Choose one entry per allele and gene; adds `gene`.

    Order: the gene model's RefSeq or Ensembl transcript in its very version, the same in any version, MANE
    Select, canonical, the most severe. An allele inside one gene is not also counted for a neighbour that it
    merely lies beside.
    """
    return (
        with_gene(entries, build)
        .filter(pl.col("gene").is_not_null())
        .with_columns(_beside_gene().alias("beside"))
        .filter(~pl.col("beside") | pl.col("beside").all().over(ALLELE))
        .with_columns(_preference().alias("preference"), _severity().alias("severity"))
        .sort(*ALLELE, "gene", "preference", "severity", "transcript", "consequence", nulls_last=True)
        .unique([*ALLELE, "gene"], keep="first", maintain_order=True)
    )


def with_gene(entries: pl.DataFrame, build: str) -> pl.DataFrame:
    """Name the gene of each entry as the panel does: by HGNC number, by transcript, else by symbol.

    Symbols change (GBA became GBA1); the number and the transcript do not. Adds `gene`, `refseq`, `ensembl`.
    """
    models = gene_models(build)
    names = pl.concat(
        [
            models.select("gene", transcript_base=_base(pl.col(column))).drop_nulls()
            for column in ("refseq", "ensembl")
        ]
    ).unique("transcript_base")
    by_number = models.select("hgnc", gene_by_number="gene").drop_nulls().unique("hgnc")
    return (
        entries.join(by_number, on="hgnc", how="left")
        .with_columns(_base(pl.col("transcript")).alias("transcript_base"))
        .join(names.rename({"gene": "gene_by_transcript"}), on="transcript_base", how="left")
        .with_columns(pl.coalesce("gene_by_number", "gene_by_transcript", "symbol").alias("gene"))
        .join(models.select("gene", "refseq", "ensembl"), on="gene", how="left")
    )


def genes_by_position(alleles: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return allele and gene by the nearest coding exon within 2,000 bases; equally near genes share it."""
    exons = (
        gene_models(build)
        .filter(pl.col("exons").list.len() > 0)
        .explode("exons")
        .unnest("exons")
        .select("gene", "contig", "start", "end")
    )
    first = pl.col("position") - 1
    last = first + pl.col("ref").str.len_bytes().cast(pl.Int32)
    # Exons are searched in bins as long as the reach, so that no allele meets all exons of its contig.
    reach = FARTHEST_FROM_EXON
    binned = exons.with_columns(
        pl.int_ranges((pl.col("start") - reach) // reach, (pl.col("end") + reach) // reach + 1).alias("bin")
    ).explode("bin")
    distance = pl.max_horizontal(pl.col("start") - last + 1, first - pl.col("end") + 1, pl.lit(0))
    return (
        alleles.select(ALLELE)
        .with_columns((first // reach).cast(pl.Int64).alias("bin"))
        .join(binned.with_columns(pl.col("bin").cast(pl.Int64)), on=["contig", "bin"])
        .with_columns(distance.alias("distance"))
        .filter(pl.col("distance") <= reach)
        .filter(pl.col("distance") == pl.col("distance").min().over(ALLELE))
        .select(*ALLELE, "gene")
        .unique()
    )


def _base(transcript: pl.Expr) -> pl.Expr:
    return transcript.str.replace(r"\.\d+$", "")


def _preference() -> pl.Expr:
    def is_model(name: pl.Expr) -> pl.Expr:
        own = [pl.col("refseq"), pl.col("ensembl")]
        return pl.any_horizontal([(name == model).fill_null(value=False) for model in own])

    def is_model_base(name: pl.Expr) -> pl.Expr:
        own = [_base(pl.col("refseq")), _base(pl.col("ensembl"))]
        return pl.any_horizontal([(_base(name) == model).fill_null(value=False) for model in own])

    names = [pl.col("transcript"), pl.col("mane")]
    return (
        pl.when(pl.any_horizontal([is_model(name) for name in names]))
        .then(0)
        .when(pl.any_horizontal([is_model_base(name) for name in names]))
        .then(1)
        .when(pl.col("mane").is_not_null())
        .then(2)
        .when(pl.col("canonical"))
        .then(3)
        .otherwise(4)
    )


def _severity() -> pl.Expr:
    terms = pl.col("consequence").str.split("&")
    ranks = terms.list.eval(pl.element().replace_strict(_RANK, default=len(_RANK), return_dtype=pl.Int32))
    return ranks.list.min()


def _beside_gene() -> pl.Expr:
    outside = pl.lit(list(OUTSIDE_GENE), dtype=pl.List(pl.String))
    return pl.col("consequence").fill_null("").str.split("&").list.set_difference(outside).list.len() == 0
