"""A store is annotated once for every distinct allele."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.panel.load import load_panel
from evaluator.tables import VARIANTS
from evaluator.variants import annotate as annotation
from evaluator.variants.annotate import alleles_digest, annotate, annotated_alleles, write_variants
from evaluator.variants.annotations import ENTRIES
from evaluator.variants.consequences import Genome
from evaluator.variants.extract import Request, extract
from evaluator.variants.store import Store, open_store

MakeStore = Callable[..., Store]
CSQ = "Allele|Consequence|SYMBOL|Feature_type|Feature|HGNC_ID|MAX_AF"
STOP, SILENT, COMMON = 75740000, 75740010, 75740020  # places in ACADM


def vcf(records: list[str], info: dict[str, str]) -> str:
    """A newborn's VCF from `POS REF ALT INFO` lines on chr1."""
    lines = ["##fileformat=VCFv4.2", f"##contig=<ID=chr1,length={CONTIG_LENGTHS['GRCh38']['chr1']}>"]
    lines += [
        f'##INFO=<ID={key},Number=.,Type=String,Description="x. Format: {text}">'
        for key, text in info.items()
    ]
    lines += ['##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">']
    lines.append("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT S".replace(" ", "\t"))
    for record in records:
        position, ref, alt, annotation = record.split(" ")
        lines.append(f"chr1\t{position}\t.\t{ref}\t{alt}\t.\tPASS\t{annotation}\tGT\t0/1")
    return "\n".join(lines) + "\n"


@pytest.fixture
def make_store(tmp_path: Path, repository: Path) -> MakeStore:
    """Extract newborns, so many in each batch, from their records."""

    def make(
        *newborns: list[str], info: tuple[dict[str, str], ...] = ({"CSQ": CSQ},), together: int = 1
    ) -> Store:
        panel = load_panel(repository / "tests" / "cases" / "acadm_homozygous" / "panel")
        rows = ["newborn\tsex\tvcf"]
        for place, records in enumerate(newborns, 1):
            keys = info[min(place, len(info)) - 1]
            (tmp_path / f"{place}.vcf").write_text(vcf(records, keys), encoding="utf-8")
            rows.append(f"N{place}\tfemale\t{place}.vcf")
        sheet = tmp_path / "samples.tsv"
        sheet.write_text("\n".join(rows) + "\n", encoding="utf-8")
        for batch in range(1, len(newborns) // together + 1):
            request = Request(sheet, panel, tmp_path / "store", newborns_per_batch=together, batch=batch)
            extract(request, "2026-01-01T00:00:00+00:00")
        return open_store(tmp_path / "store")

    return make


def clinvar(tmp_path: Path, *records: str) -> Path:
    """A ClinVar file from `POS REF ALT INFO` lines on chromosome 1."""
    lines = ["##fileformat=VCFv4.1", "##reference=GRCh38"]
    lines += [
        f'##INFO=<ID={key},Number=.,Type=String,Description="x">'
        for key in ("CLNSIG", "CLNSIGCONF", "CLNREVSTAT", "GENEINFO")
    ]
    lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    for number, record in enumerate(records, 1):
        position, ref, alt, info = record.split(" ")
        lines.append(f"1\t{position}\t{number}\t{ref}\t{alt}\t.\t.\t{info}")
    path = tmp_path / "clinvar.vcf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def row(table: pl.DataFrame, position: int) -> dict[str, Any]:
    """The only row of a position."""
    (only,) = table.filter(position=position).to_dicts()
    return only


PATHOGENIC = "CLNREVSTAT=criteria_provided,_single_submitter;CLNSIG=Pathogenic"
ANNOTATED = [
    f"{STOP} G T CSQ=T|stop_gained|ACADM|Transcript|NM_000016.6|HGNC:89|",
    f"{COMMON} C T CSQ=T|missense_variant|ACADM|Transcript|NM_000016.6|HGNC:89|0.2",
]


def test_every_source_meets_in_one_row(make_store: MakeStore, tmp_path: Path) -> None:
    """Consequence, ClinVar and frequency of an allele stand side by side; the sources are recorded."""
    store = make_store(ANNOTATED)
    result = annotate(store, clinvar(tmp_path, f"{STOP} G T {PATHOGENIC}"))
    assert dict(result.variants.schema) == dict(VARIANTS)
    stop, common = row(result.variants, STOP), row(result.variants, COMMON)
    assert (stop["gene"], stop["transcript"], stop["consequence"]) == ("ACADM", "NM_000016.6", "stop_gained")
    assert (stop["clinvar_pathogenic"], stop["clinvar_stars"], stop["population_frequency"]) == (1, 1, None)
    assert (common["clinvar_id"], common["population_frequency"]) == (None, 0.2)
    assert common["frequency_source"] == "CSQ MAX_AF"
    assert result.sources == ("csq", "clinvar", "frequencies")


def test_a_file_of_frequencies_goes_before_the_csq(make_store: MakeStore, tmp_path: Path) -> None:
    """Where both know an allele the file decides; where only the CSQ does, the CSQ."""
    path = tmp_path / "sites.vcf"
    lines = [
        "##fileformat=VCFv4.2",
        "##reference=GRCh38",
        '##INFO=<ID=AF_grpmax,Number=A,Type=Float,Description="x">',
    ]
    lines += ["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO", f"1\t{STOP}\t.\tG\tT\t.\t.\tAF_grpmax=0.01"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    variants = annotate(make_store(ANNOTATED), frequencies=path).variants
    assert [row(variants, place)["frequency_source"] for place in (STOP, COMMON)] == [
        "AF_grpmax",
        "CSQ MAX_AF",
    ]


def test_an_allele_of_two_batches_is_one_row(make_store: MakeStore) -> None:
    """Distinct alleles, not newborns, are annotated."""
    assert annotate(make_store(ANNOTATED, ANNOTATED)).variants.height == 2


def test_newborns_without_any_allele_are_annotated(make_store: MakeStore, tmp_path: Path) -> None:
    """Where nobody has an allele, what the files declare is what they were annotated with.

    Otherwise a store of healthy newborns would be refused for want of frequencies.
    """
    store = make_store(["50000000 G T ."], info=({"CSQ": CSQ},))
    result = annotate(store, clinvar(tmp_path, f"{STOP} G T {PATHOGENIC}"))
    assert result.variants.is_empty()
    assert result.sources == ("csq", "clinvar", "frequencies")


def test_an_allele_without_annotation_gets_its_gene_by_place(make_store: MakeStore, tmp_path: Path) -> None:
    """ClinVar alone is enough: the gene follows from the nearest coding exon."""
    store = make_store([f"{STOP} G T ."], info=({},))
    result = annotate(store, clinvar(tmp_path, f"{STOP} G T {PATHOGENIC}"))
    assert (row(result.variants, STOP)["gene"], row(result.variants, STOP)["clinvar_pathogenic"]) == (
        "ACADM",
        1,
    )
    assert result.sources == ("clinvar",)


@pytest.mark.parametrize(
    ("named", "counted"),
    [("ACADM:34", 1), ("PAH:5053", None), ("ACADM:34|PAH:5053", 1), ("LOC999:999", 1)],
)
def test_a_classification_speaks_of_the_genes_it_names(
    make_store: MakeStore, tmp_path: Path, named: str, counted: int | None
) -> None:
    """A record that names another known gene says nothing of this one; an unknown symbol is no objection."""
    path = clinvar(tmp_path, f"{STOP} G T {PATHOGENIC};GENEINFO={named}")
    assert row(annotate(make_store(ANNOTATED), path).variants, STOP)["clinvar_pathogenic"] == counted


def test_a_sample_files_own_frequency_is_never_used(make_store: MakeStore) -> None:
    """INFO/AF of a newborn's VCF describes the newborn, not a population."""
    fields = CSQ.removesuffix("|MAX_AF")
    store = make_store(
        [f"{STOP} G T AF=0.5;CSQ=T|stop_gained|ACADM|Transcript|NM_000016.6|"], info=({"CSQ": fields},)
    )
    result = annotate(store)
    assert row(result.variants, STOP)["population_frequency"] is None
    assert result.sources == ("csq",)


def test_nothing_to_annotate_with_is_told(make_store: MakeStore) -> None:
    """VCFs without annotation and no file given: the remedy is named."""
    with pytest.raises(InputError, match="--clinvar"):
        annotate(make_store([f"{STOP} G T ."], info=({},)))


def test_batches_must_be_annotated_alike(make_store: MakeStore) -> None:
    """One batch with CSQ and one without would judge the same allele differently."""
    store = make_store(ANNOTATED, [f"{SILENT} G T ."], info=({"CSQ": CSQ}, {}))
    with pytest.raises(InputError, match="not all of its VCFs carry CSQ"):
        annotate(store)


@pytest.mark.parametrize("info", [({"CSQ": CSQ}, {}), ({}, {"CSQ": CSQ})])
def test_the_newborns_of_a_batch_must_be_annotated_alike(
    make_store: MakeStore, info: tuple[dict[str, str], ...]
) -> None:
    """The allele of a newborn whose own VCF has no CSQ would have no consequence, and nobody would ask."""
    store = make_store([f"{STOP} G T ."], [f"{SILENT} G A ."], info=info, together=2)
    with pytest.raises(InputError, match="not all of its VCFs carry CSQ"):
        annotate(store)


def test_the_table_says_which_alleles_it_holds_for(make_store: MakeStore) -> None:
    """The digest of the alleles is recorded; equal stores give equal bytes."""
    store = make_store(ANNOTATED)
    assert annotated_alleles(store) is None
    first = write_variants(store, annotate(store)).read_bytes()
    assert annotated_alleles(store) == alleles_digest(store)
    assert write_variants(store, annotate(store)).read_bytes() == first
    assert store.annotation_sources == ("csq", "frequencies")


def test_the_notes_count_what_each_source_knew(make_store: MakeStore, tmp_path: Path) -> None:
    """A source that knows no allele is seen at once."""
    notes = annotate(make_store(ANNOTATED), clinvar(tmp_path, f"{SILENT} G T {PATHOGENIC}")).notes
    assert "0 of 2 alleles stand in ClinVar." in notes
    assert "1 of 2 alleles stand in population frequencies." in notes


def test_consequences_are_computed_for_alleles_that_carry_none(
    make_store: MakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a genome is given, batches may differ: what not all of them carry is computed for everyone."""
    asked: list[int] = []

    def computed(alleles: pl.DataFrame, genome: Genome, build: str) -> pl.DataFrame:
        asked.extend(alleles["position"])
        said = {"kind": "bcsq", "symbol": "ACADM", "transcript": "ENST00000370841", "canonical": False}
        lacking = {name: None for name in ENTRIES if name not in (*alleles.columns, *said)}
        words = {**lacking, **said, "consequence": f"computed_{build}_{genome.fasta.name}"}
        return (
            alleles.with_columns(**{name: pl.lit(word) for name, word in words.items()})
            .cast(ENTRIES)
            .select(list(ENTRIES))
        )

    monkeypatch.setattr(annotation, "computed_entries", computed)
    genome = Genome(tmp_path / "genome.fa", tmp_path / "genes.gff3")
    for path in (genome.fasta, genome.gff):
        path.write_text("not read here", encoding="utf-8")
    result = annotate(make_store([f"{SILENT} G T ."], ANNOTATED, info=({}, {"CSQ": CSQ})), genome=genome)
    assert asked == [STOP, SILENT, COMMON]
    assert row(result.variants, SILENT)["consequence"] == "computed_GRCh38_genome.fa"
    assert {"fasta", "gff"} <= set(result.provenance.inputs)
    assert result.sources == ("bcsq",)


def test_carried_consequences_go_before_computed_ones(
    make_store: MakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An allele that every batch describes is not computed again."""
    nothing: list[int] = []

    def computed(alleles: pl.DataFrame, genome: Genome, build: str) -> pl.DataFrame:
        del genome, build
        nothing.extend(alleles["position"])
        return ENTRIES.to_frame()

    monkeypatch.setattr(annotation, "computed_entries", computed)
    genome = Genome(tmp_path / "genome.fa", tmp_path / "genes.gff3")
    for path in (genome.fasta, genome.gff):
        path.write_text("not read here", encoding="utf-8")
    result = annotate(make_store([*ANNOTATED, f"{SILENT} G T ."]), genome=genome)
    assert nothing == [SILENT]
    assert row(result.variants, STOP)["consequence"] == "stop_gained"


ONE, TWO = "criteria_provided,_single_submitter", "criteria_provided,_multiple_submitters,_no_conflicts"
BOTH = "Conflicting_classifications_of_pathogenicity;CLNSIGCONF="


@pytest.mark.parametrize(
    ("records", "chosen"),
    [
        (((ONE, "Pathogenic"), (TWO, "Benign")), 2),  # more stars
        (((ONE, "Benign"), (ONE, "Pathogenic")), 2),  # more pathogenic classifications
        (((ONE, "Pathogenic"), (ONE, f"{BOTH}Pathogenic(1)|Benign(2)")), 2),  # more benign ones
        (((ONE, "Pathogenic"), (ONE, "Likely_pathogenic")), 1),  # the lower number
    ],
)
def test_one_of_several_clinvar_records_speaks(
    make_store: MakeStore, tmp_path: Path, records: tuple[tuple[str, str], ...], chosen: int
) -> None:
    """A rule chooses, and the order of the file does not."""
    lines = [f"{STOP} G T CLNREVSTAT={review};CLNSIG={words}" for review, words in records]
    path = clinvar(tmp_path, *lines)
    store = make_store(ANNOTATED)
    first = row(annotate(store, path).variants, STOP)
    assert first["clinvar_id"] == str(chosen)
    *head, one, two = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*head, two, one]) + "\n", encoding="utf-8")
    assert row(annotate(store, path).variants, STOP) == first


def test_record_numbers_are_compared_as_numbers(make_store: MakeStore, tmp_path: Path) -> None:
    """Record 9 goes before record 10."""
    path = clinvar(tmp_path, *[f"{STOP} G T {PATHOGENIC}"] * 10)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:7], *lines[-2:]]) + "\n", encoding="utf-8")
    assert row(annotate(make_store(ANNOTATED), path).variants, STOP)["clinvar_id"] == "9"


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ("CSQ=A|stop_gained|ACADM|Transcript|NM_000016.6", "CSQ has 5 fields where .* name 7"),
        ("CSQ=A|stop_gained|ACADM|Transcript|NM_000016.6|89|1.5", "has the CSQ frequency 1.5"),
    ],
)
def test_an_entry_that_cannot_be_believed_is_refused(make_store: MakeStore, info: str, message: str) -> None:
    """An entry of another header would be read askew, and its stop lost; no frequency is above 1."""
    with pytest.raises(InputError, match=message):
        annotate(make_store([f"{STOP} G A {info}"]))
