"""Parse the consequences that a newborn's VCF carries in INFO: VEP's CSQ, SnpEff's ANN, bcftools' BCSQ."""

from __future__ import annotations

import os.path
from collections.abc import Sequence

import polars as pl

from evaluator.variants.normalise import minimal

ALLELE = ("contig", "position", "ref", "alt")
_RECORD = ("contig", "source_position", "source_ref", "source_alts")
# One row per allele and entry of its annotation.
ENTRIES = pl.Schema(
    {
        "contig": pl.String,
        "position": pl.Int32,
        "ref": pl.String,
        "alt": pl.String,
        "kind": pl.String,  # csq | ann | bcsq
        "symbol": pl.String,
        "hgnc": pl.String,  # "HGNC:n"
        "transcript": pl.String,
        "mane": pl.String,  # RefSeq transcript of the MANE Select pair, where the entry has that flag
        "canonical": pl.Boolean,
        "consequence": pl.String,
        "exon": pl.String,
        "loftee": pl.String,
        "frequency": pl.Float64,
        "frequency_source": pl.String,
    }
)
# VEP's names of population frequencies: the maximum over populations where it was asked for (--max_af), else
# the largest overall gnomAD frequency.
MAXIMUM = "MAX_AF"
OVERALL = ("gnomADe_AF", "gnomADg_AF", "gnomAD_AF", "gnomADe", "gnomADg")
# Words of bcftools csq that differ from the Sequence Ontology (bcftools' csq.c lists both).
BCSQ_TERMS = {
    "missense": "missense_variant",
    "synonymous": "synonymous_variant",
    "frameshift": "frameshift_variant",
    "splice_acceptor": "splice_acceptor_variant",
    "splice_donor": "splice_donor_variant",
    "splice_region": "splice_region_variant",
    "stop_retained": "stop_retained_variant",
    "start_retained": "start_retained_variant",
    "inframe_altering": "protein_altering_variant",
    "coding_sequence": "coding_sequence_variant",
    "intron": "intron_variant",
    "3_prime_utr": "3_prime_UTR_variant",
    "5_prime_utr": "5_prime_UTR_variant",
    "non_coding": "non_coding_transcript_variant",
    "intergenic": "intergenic_variant",
}


def csq_entries(alleles: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """Parse VEP's CSQ of ALLELES_SEEN rows; `fields` is the header's own list."""
    entries = _entries(alleles, "csq", fields)
    number = entries["allele_index"].cast(pl.String)
    if "ALLELE_NUM" in fields:
        own = entries["ALLELE_NUM"] == number
    else:
        own = _names_allele(entries, "Allele", _vep_names(alleles, shortest=False))
        # With --minimal VEP trims each alternative by itself; such a name counts where no plain one fits.
        plain = (
            entries.select(own.alias("own"), *_RECORD, "Allele")
            .group_by(*_RECORD, "Allele")
            .agg(pl.col("own").any())
        )
        unnamed = ~entries.join(
            plain, on=[*_RECORD, "Allele"], how="left", maintain_order="left", nulls_equal=True
        )["own"]
        own = own | (unnamed & _names_allele(entries, "Allele", _vep_names(alleles, shortest=True)))
    return _as_declared(
        entries.filter(own & _about_transcripts(entries, "Feature_type")),
        kind="csq",
        symbol=_field(fields, "SYMBOL"),
        hgnc=_hgnc(_field(fields, "HGNC_ID")),
        transcript=_field(fields, "Feature"),
        mane=_field(fields, "MANE_SELECT"),
        canonical=(_field(fields, "CANONICAL") == "YES").fill_null(value=False),
        consequence=_field(fields, "Consequence"),
        exon=_field(fields, "EXON"),
        loftee=_field(fields, "LoF"),
        frequency=_csq_frequency(fields),
        frequency_source=pl.lit(csq_statistic(fields), pl.String),
    )


def ann_entries(alleles: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """Parse SnpEff's ANN; its allele is the ALT as written in the record."""
    entries = _entries(alleles, "ann", fields)
    written = alleles.select(*ALLELE, name=_own_alt())
    own = _names_allele(entries, "Allele", written)
    return _as_declared(
        entries.filter(own & _about_transcripts(entries, "Feature_Type")),
        kind="ann",
        symbol=_field(fields, "Gene_Name"),
        transcript=_field(fields, "Feature_ID"),
        consequence=_field(fields, "Annotation"),
        exon=_field(fields, "Rank"),
    )


def bcsq_entries(alleles: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """Parse bcftools' BCSQ, which names no allele and speaks of haplotypes.

    An entry belongs to an allele when its dna_change is this allele alone, or when the record has only this
    alternative and the entry no dna_change. Compound entries (several changes joined by "+", or a reference
    "@" to another record) speak of one newborn's haplotype and are left out: an allele is annotated once for
    all newborns.
    """
    entries = _entries(alleles, "bcsq", fields)
    change = (
        entries["dna_change"] if "dna_change" in fields else pl.Series([None] * len(entries), dtype=pl.String)
    )
    names = [_change_name(contig, text) for contig, text in zip(entries["contig"], change, strict=True)]
    # By the record as it is written: the allele itself may have been left-aligned since.
    place = entries.select("contig", "source_position", "source_ref", _own_alt().alias("own"))
    own_names = ["-".join([contig, *map(str, minimal(*change))]) for contig, *change in place.iter_rows()]
    same = pl.Series("own", own_names, dtype=pl.String) == pl.Series("change", names, dtype=pl.String)
    alone = ~pl.col("source_alts").str.contains(",", literal=True)
    own = pl.when(pl.Series("has_change", [text is not None for text in change])).then(same).otherwise(alone)
    direct = ~pl.col("Consequence").str.starts_with("@")
    return _as_declared(
        entries.filter(own & direct),
        kind="bcsq",
        symbol=_field(fields, "gene"),
        transcript=_field(fields, "transcript"),
        consequence=_so_terms(pl.col("Consequence")),
    )


def csq_statistic(fields: Sequence[str]) -> str | None:
    """Name the population frequency that a CSQ carries; None when it has none that can be used."""
    if MAXIMUM in fields:
        return f"CSQ {MAXIMUM}"
    present = [name for name in OVERALL if name in fields]
    return f"CSQ max({','.join(present)})" if present else None


def vep_allele(ref: str, alts: Sequence[str], index: int) -> str:
    """Write an alternative as VEP does: a first base shared by all alleles of an indel record is left out.

    >>> vep_allele("CTT", ["C"], 1), vep_allele("C", ["CA", "T"], 2), vep_allele("CA", ["C", "CAA"], 2)
    ('-', 'T', 'AA')
    """
    bases = [alt for alt in alts if alt != "*"]
    indel = any(len(alt) != len(ref) for alt in bases)
    alt = alts[index - 1]
    if not indel or alt == "*" or any(other[0] != ref[0] for other in bases):
        return alt
    return alt[1:] or "-"


def vep_minimal(ref: str, alt: str) -> str:
    """Write an alternative as VEP does with --minimal: what it shares with REF goes, first at its start.

    >>> vep_minimal("T", "TA"), vep_minimal("GGCCCACA", "G"), vep_minimal("GCA", "GTA")
    ('A', '-', 'T')
    """
    start = len(os.path.commonprefix([ref, alt]))  # noqa: RUF071 - bases, not paths
    ref, alt = ref[start:], alt[start:]
    end = len(os.path.commonprefix([ref[::-1], alt[::-1]]))  # noqa: RUF071 - bases, not paths
    return alt[: len(alt) - end] or "-"


def _entries(alleles: pl.DataFrame, column: str, fields: Sequence[str]) -> pl.DataFrame:
    """Split the raw strings into one row per entry and one column per field; empty fields are null."""
    cells = pl.col(column).str.split("|")
    named = {
        name: pl.when(cells.list.get(place, null_on_oob=True).str.strip_chars() != "").then(
            cells.list.get(place, null_on_oob=True).str.strip_chars()
        )
        for place, name in enumerate(fields)
    }
    return (
        alleles.filter(pl.col(column).is_not_null())
        .select(
            *ALLELE,
            "source_position",
            "source_ref",
            "source_alts",
            "allele_index",
            pl.col(column).str.split(","),
        )
        .explode(column)
        .with_columns(**named)
    )


def _names_allele(entries: pl.DataFrame, field: str, names: pl.DataFrame) -> pl.Series:
    """Tell which entries name the row's own allele; a record's only alternative owns every entry."""
    expected = entries.select(*ALLELE).join(names, on=ALLELE, how="left", maintain_order="left")["name"]
    alone = ~entries["source_alts"].str.contains(",", literal=True)
    return alone | (entries[field] == expected).fill_null(value=False)


def _vep_names(alleles: pl.DataFrame, *, shortest: bool) -> pl.DataFrame:
    several = alleles.filter(pl.col("source_alts").str.contains(",", literal=True))
    written = several.select("source_ref", "source_alts", "allele_index").iter_rows()
    names = [
        vep_minimal(ref, alts.split(",")[index - 1]) if shortest else vep_allele(ref, alts.split(","), index)
        for ref, alts, index in written
    ]
    return several.select(ALLELE).with_columns(pl.Series("name", names, dtype=pl.String))


def _own_alt() -> pl.Expr:
    return pl.col("source_alts").str.split(",").list.get(pl.col("allele_index") - 1, null_on_oob=True)


def _about_transcripts(entries: pl.DataFrame, field: str) -> pl.Series:
    """Leave out regulatory and intergenic features; SnpEff writes the type in lower case."""
    if field not in entries.columns:
        return pl.Series([True] * len(entries), dtype=pl.Boolean)
    return entries[field].str.to_lowercase().fill_null("") == "transcript"


def _field(fields: Sequence[str], name: str) -> pl.Expr:
    return pl.col(name) if name in fields else pl.lit(None, pl.String)


def _hgnc(text: pl.Expr) -> pl.Expr:
    return pl.when(text.is_not_null()).then(pl.concat_str(pl.lit("HGNC:"), text.str.strip_prefix("HGNC:")))


def _csq_frequency(fields: Sequence[str]) -> pl.Expr:
    """The largest of the values; VEP joins those of co-located variants by "&"."""
    names = [MAXIMUM] if MAXIMUM in fields else [name for name in OVERALL if name in fields]
    if not names:
        return pl.lit(None, pl.Float64)
    return pl.max_horizontal(
        pl.col(name).str.split("&").list.eval(pl.element().cast(pl.Float64, strict=False)).list.max()
        for name in names
    )


def _so_terms(consequence: pl.Expr) -> pl.Expr:
    """Translate bcftools' words; a leading "*" marks a place after a stop on the same haplotype."""
    words = consequence.str.strip_chars_start("*").str.split("&")
    return words.list.eval(pl.element().replace(BCSQ_TERMS)).list.join("&")


def _change_name(contig: str, text: str | None) -> str | None:
    """Name the minimal allele of a dna_change such as `41697510G>A`; None for compound ones."""
    if text is None or "+" in text or ">" not in text:
        return None
    before, _, alt = text.partition(">")
    ref = before.lstrip("0123456789")
    position = before[: len(before) - len(ref)]
    if not (position and ref and alt):
        return None
    return "-".join([contig, *map(str, minimal(int(position), ref, alt))])


def _as_declared(entries: pl.DataFrame, kind: str, **columns: pl.Expr) -> pl.DataFrame:
    given = {"kind": pl.lit(kind), **columns}
    absent = {
        name: pl.lit(False if dtype == pl.Boolean else None, dtype)
        for name, dtype in ENTRIES.items()
        if name not in (*ALLELE, *given)
    }
    return entries.select(*ALLELE, **given, **absent).select(list(ENTRIES)).cast(ENTRIES)
