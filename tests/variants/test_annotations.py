"""CSQ, ANN and BCSQ: which entry is of which allele, and which transcript speaks for a gene."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evaluator.tables import ALLELES_SEEN
from evaluator.variants.annotations import (
    ENTRIES,
    ann_entries,
    bcsq_entries,
    csq_entries,
    csq_statistic,
    vep_allele,
)
from evaluator.variants.normalise import minimal
from evaluator.variants.transcripts import genes_by_position, one_per_gene

CSQ = (
    "Allele",
    "Consequence",
    "SYMBOL",
    "Feature_type",
    "Feature",
    "MANE_SELECT",
    "CANONICAL",
    "HGNC_ID",
    "MAX_AF",
)
ANN = (
    "Allele",
    "Annotation",
    "Annotation_Impact",
    "Gene_Name",
    "Gene_ID",
    "Feature_Type",
    "Feature_ID",
    "BioType",
    "Rank",
)
BCSQ = ("Consequence", "gene", "transcript", "biotype", "strand", "amino_acid_change", "dna_change")


def seen(
    ref: str, alts: str, column: str, raw: str, contig: str = "chr1", position: int = 100
) -> pl.DataFrame:
    """The alleles of one record, each with the record's raw annotation."""
    rows = []
    for place, alt in enumerate(alts.split(","), 1):
        start, short_ref, short_alt = minimal(position, ref, alt)
        source = {"source_position": position, "source_ref": ref, "source_alts": alts, "allele_index": place}
        rows.append(
            {"contig": contig, "position": start, "ref": short_ref, "alt": short_alt, **source, column: raw}
        )
    return pl.DataFrame(rows, schema=ALLELES_SEEN)


def told(entries: pl.DataFrame) -> dict[str, list[str]]:
    """Consequences by alternative."""
    pairs = entries.group_by("alt").agg("consequence").sort("alt").iter_rows()
    return dict(pairs)


@pytest.mark.parametrize(
    ("ref", "alts", "expected"),
    [
        ("C", ["T"], ["T"]),
        ("C", ["CA"], ["A"]),
        ("CTT", ["C"], ["-"]),
        ("CA", ["C", "CAA"], ["-", "AA"]),
        ("CA", ["C", "*"], ["-", "*"]),
        ("C", ["CA", "T"], ["CA", "T"]),  # no shared first base: nothing is left out
        ("AC", ["GT"], ["GT"]),
        ("A", ["G", "AT"], ["G", "AT"]),
    ],
)
def test_alleles_as_vep_writes_them(ref: str, alts: list[str], expected: list[str]) -> None:
    """The first base goes only where every allele of an indel record shares it."""
    assert [vep_allele(ref, alts, place) for place in range(1, len(alts) + 1)] == expected


def test_vep_entries_go_to_their_allele() -> None:
    """Each alternative of a record gets the entries that name it."""
    raw = "-|frameshift_variant|G|Transcript|T1||||,AA|inframe_insertion|G|Transcript|T1||||"
    found = told(csq_entries(seen("CA", "C,CAA", "csq", raw), CSQ))
    assert found == {"C": ["frameshift_variant"], "CA": ["inframe_insertion"]}


def test_names_of_vep_minimal_are_understood() -> None:
    """With --minimal and without numbers each alternative is trimmed by itself."""
    raw = "A|frameshift_variant|G|Transcript|T1||||,C|missense_variant|G|Transcript|T1||||"
    found = told(csq_entries(seen("T", "C,TA", "csq", raw), CSQ))
    assert found == {"C": ["missense_variant"], "TA": ["frameshift_variant"]}


def test_the_allele_number_goes_before_the_allele() -> None:
    """ALLELE_NUM, where VEP wrote it, leaves nothing to infer."""
    fields = (*CSQ, "ALLELE_NUM")
    raw = "X|stop_gained|G|Transcript|T1|||||2,X|missense_variant|G|Transcript|T1|||||1"
    assert told(csq_entries(seen("C", "T,G", "csq", raw), fields)) == {
        "T": ["missense_variant"],
        "G": ["stop_gained"],
    }


def test_regulatory_features_are_no_genes() -> None:
    """Only transcripts have a consequence for a gene."""
    raw = "T|regulatory_region_variant||RegulatoryFeature|R1||||,T|missense_variant|G|Transcript|T1||||"
    assert told(csq_entries(seen("C", "T", "csq", raw), CSQ)) == {"T": ["missense_variant"]}


@pytest.mark.parametrize(
    ("fields", "values", "expected"),
    [
        (("MAX_AF",), "0.02", (0.02, "CSQ MAX_AF")),
        (("MAX_AF",), "0.02&0.3", (0.3, "CSQ MAX_AF")),
        (("MAX_AF",), "", (None, "CSQ MAX_AF")),
        (("gnomADe_AF", "gnomADg_AF"), "0.01|0.02", (0.02, "CSQ max(gnomADe_AF,gnomADg_AF)")),
        (("gnomADe_AF", "gnomADg_AF"), "|0.02", (0.02, "CSQ max(gnomADe_AF,gnomADg_AF)")),
        (("gnomADe_AF", "MAX_AF"), "0.5|0.02", (0.02, "CSQ MAX_AF")),
        (("AF",), "0.5", (None, None)),  # 1000 Genomes overall: no population maximum, not used
    ],
)
def test_frequencies_of_a_csq(
    fields: tuple[str, ...], values: str, expected: tuple[float | None, str | None]
) -> None:
    """The population maximum where it was asked for, else the largest gnomAD frequency, by name."""
    names = ("Allele", "Consequence", "SYMBOL", *fields)
    entries = csq_entries(seen("C", "T", "csq", f"T|missense_variant|G|{values}"), names)
    assert entries.select("frequency", "frequency_source").row(0) == expected
    assert csq_statistic(names) == expected[1]


def test_snpeff_entries_go_to_their_allele() -> None:
    """ANN names the alternative as the record writes it."""
    raw = (
        "C|frameshift_variant|HIGH|G|G|transcript|NM_1.2|protein_coding|3/12,"
        "CAA|synonymous_variant|LOW|G|G|transcript|NM_1.2|x|"
    )
    entries = ann_entries(seen("CA", "C,CAA", "ann", raw), ANN)
    assert told(entries) == {"C": ["frameshift_variant"], "CA": ["synonymous_variant"]}
    assert entries["exon"].to_list() == ["3/12", None]
    assert entries["symbol"].unique().to_list() == ["G"]


@pytest.mark.parametrize(
    ("ref", "alts", "raw", "expected"),
    [
        ("G", "A", "missense|G|T1|pc|+|1M>1I|100G>A", {"A": ["missense_variant"]}),
        ("G", "A", "splice_donor|G|T1|pc", {"A": ["splice_donor_variant"]}),
        ("G", "A", "*missense|G|T1|pc|+|1M>1I|100G>A", {"A": ["missense_variant"]}),
        ("G", "A,T", "stop_gained|G|T1|pc|+|x|100G>T", {"T": ["stop_gained"]}),
        ("G", "A,T", "splice_donor|G|T1|pc", {}),  # of which alternative, nobody says
        ("G", "A", "missense|G|T1|pc|+|x|100G>A+103C>T", {}),  # one newborn's haplotype
        ("G", "A", "@90", {}),
        (
            "GAA",
            "GA",
            "frameshift&stop_gained|G|T1|pc|+|x|100GAA>GA",
            {"G": ["frameshift_variant&stop_gained"]},
        ),
    ],
)
def test_bcftools_entries_by_their_change(
    ref: str, alts: str, raw: str, expected: dict[str, list[str]]
) -> None:
    """BCSQ names no allele: the change does, or the record's only alternative; compounds are left out."""
    assert told(bcsq_entries(seen(ref, alts, "bcsq", raw), BCSQ)) == expected


def entry(**values: object) -> dict[str, Any]:
    """One parsed entry of an allele in ACADM."""
    place = {"contig": "chr1", "position": 75740000, "ref": "G", "alt": "T"}
    return {
        **place,
        "kind": "csq",
        "symbol": "ACADM",
        "canonical": False,
        "consequence": "missense_variant",
        **values,
    }


def chosen(*entries: dict[str, Any]) -> list[tuple[str, str]]:
    """Gene and transcript that were chosen."""
    frame = pl.DataFrame(list(entries), schema=ENTRIES)
    return one_per_gene(frame, "GRCh38").select("gene", "transcript").rows()


MODEL = "NM_000016.6"  # ACADM's; with ENST00000370841.9
PREFERENCE: Sequence[dict[str, Any]] = (
    entry(transcript="ENST00000370841.9"),
    entry(transcript="NM_000016.5"),
    entry(transcript="NM_9.1", mane="NM_9.1"),
    entry(transcript="NM_8.1", canonical=True),
    entry(transcript="NM_7.1", consequence="stop_gained"),
    entry(transcript="NM_1.1", consequence="intron_variant"),
)


@pytest.mark.parametrize("first", range(len(PREFERENCE)))
def test_the_order_of_transcripts(first: int) -> None:
    """The model's version, the model, MANE Select, canonical, the most severe: each goes before the next."""
    assert chosen(*reversed(PREFERENCE[first:])) == [("ACADM", PREFERENCE[first]["transcript"])]


def test_the_mane_flag_may_name_the_models_transcript() -> None:
    """An Ensembl row that is MANE Select of the model's RefSeq transcript is the model's own."""
    own = entry(transcript="ENST00000999999.1", mane=MODEL)
    assert chosen(entry(transcript="NM_8.1", canonical=True), own) == [("ACADM", "ENST00000999999.1")]


@pytest.mark.parametrize(
    "values",
    [
        {"symbol": "GBA", "hgnc": "HGNC:4177"},
        {"symbol": "GBA", "transcript": "NM_000157.9"},
        {"symbol": "GBA1"},
    ],
)
def test_a_gene_is_known_by_number_and_transcript(values: dict[str, Any]) -> None:
    """An annotation that still says GBA meets the panel's GBA1."""
    assert chosen(entry(**values))[0][0] == "GBA1"


def test_a_neighbour_is_not_hit() -> None:
    """An allele inside one gene does not also count for the gene it lies upstream of."""
    inside = entry(symbol="INSIDE", transcript="T1")
    beside = entry(symbol="ACADM", transcript="T2", consequence="upstream_gene_variant")
    assert chosen(inside, beside) == [("INSIDE", "T1")]
    assert chosen(beside) == [("ACADM", "T2")]


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (75740000, ["ACADM"]),
        (75724787 - 1999, ["ACADM"]),  # 2,000 bases before the first coding base
        (75724787 - 2000, []),
        (75762763 + 2000, ["ACADM"]),
        (75762763 + 2001, []),
        (75726500, ["ACADM"]),  # an intron, 1,683 bases after an exon
    ],
)
def test_a_gene_by_its_place(position: int, expected: list[str]) -> None:
    """Without annotation the nearest coding exon within 2,000 bases names the gene."""
    schema = {"contig": pl.String, "position": pl.Int32, "ref": pl.String, "alt": pl.String}
    alleles = pl.DataFrame([("chr1", position, "G", "T")], schema=schema, orient="row")
    assert genes_by_position(alleles, "GRCh38")["gene"].to_list() == expected


def records(path: Path, key: str, most: int) -> tuple[list[str], list[list[str]]]:
    """The field list of an INFO key and the first records that carry it."""
    opened = gzip.open if path.suffix == ".gz" else open
    fields: list[str] = []
    rows = []
    with opened(path, "rt", encoding="utf-8", errors="replace") as stream:
        for line in stream:
            if line.startswith(f"##INFO=<ID={key},"):
                fields = line.split("Format: ")[1].rstrip('">\n').split("|")
            elif not line.startswith("#") and f"{key}=" in line:
                rows.append(line.rstrip("\n").split("\t"))
                if len(rows) == most:
                    break
    return fields, rows


@pytest.mark.parametrize(
    ("name", "key", "parse"),
    [
        ("ExAC.r1.sites.vep.vcf.gz", "CSQ", csq_entries),
        ("gnomad.genomes.r2.0.1.sites.1.vcf.gz", "CSQ", csq_entries),
        ("vep113_existing_variation.vcf", "CSQ", csq_entries),
    ],
)
def test_real_annotations_leave_no_entry_behind(
    shared_data: Path, name: str, key: str, parse: Callable[[pl.DataFrame, Sequence[str]], pl.DataFrame]
) -> None:
    """Over real records, every transcript entry goes to exactly one alternative, by number and by name."""
    fields, rows = records(shared_data / "vcf" / "annotated" / name, key, 300)
    compared = 0
    for row in rows:
        info = dict(part.partition("=")[::2] for part in row[7].split(";"))
        alleles = seen(row[3], row[4], "csq", info[key], row[0], int(row[1]))
        place = fields.index("Feature_type")
        transcripts = [cell for cell in info[key].split(",") if cell.split("|")[place] == "Transcript"]
        by_number = parse(alleles, fields)
        assert by_number.height == len(transcripts)
        by_name = parse(alleles, ["_" if name == "ALLELE_NUM" else name for name in fields])
        assert by_name.equals(by_number)
        compared += by_number.height
    assert compared > 0
