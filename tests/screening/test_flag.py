"""The door of the engine: what it refuses, and what it writes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.provenance import read_provenance
from evaluator.screening.flag import flag, write_findings
from evaluator.screening.requirements import block_problems, build_problems, reference_problems
from evaluator.variants.annotate import annotate, write_variants
from evaluator.variants.batch import BATCHES
from evaluator.variants.extract import Request, extract
from evaluator.variants.store import Store, open_store

AT = "2026-01-01T00:00:00+00:00"
Opened = tuple[Store, Path]


@pytest.fixture
def opened(tmp_path: Path, repository: Path) -> Opened:
    """A copy of a case that anyone may change, extracted."""
    folder = tmp_path / "case"
    shutil.copytree(repository / "tests" / "cases" / "acadm_homozygous", folder)
    extract(Request(folder / "samples.tsv", load_panel(folder / "panel"), tmp_path / "store"), AT)
    return open_store(tmp_path / "store"), folder


def rewritten(folder: Path, name: str, change: Callable[[str], str]) -> Panel:
    """Load the case's panel after a change to one of its files."""
    path = folder / "panel" / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return load_panel(folder / "panel")


def test_findings_are_written_twice_with_their_provenance(opened: Opened, tmp_path: Path) -> None:
    """Parquet and TSV hold the same rows; the Parquet says which panel and store they came from."""
    store, folder = opened
    panel = load_panel(folder / "panel")
    parquet, table = write_findings(flag(store, panel), tmp_path / "out" / "findings.parquet")
    assert table.name == "findings.tsv"
    assert pl.read_parquet(parquet).equals(pl.read_csv(table, separator="\t", infer_schema=False))
    record = read_provenance(parquet)
    assert (record["panel_sha256"], record["inputs"]) == (panel.sha256, {"store": store.sha256})
    first = parquet.read_bytes()
    write_findings(flag(store, panel), parquet)
    assert parquet.read_bytes() == first


def test_genes_that_were_not_read_are_named(opened: Opened) -> None:
    """A panel with a gene outside the store's regions names the command that reads them."""
    store, folder = opened
    row = "mcadd\tAGXT\tAR\n"
    panel = rewritten(folder, "genes.tsv", lambda text: text + row)
    with pytest.raises(InputError, match=r"in AGXT; nbseval extract SAMPLES --panel"):
        flag(store, panel)


def test_alleles_that_were_not_read_are_named(opened: Opened) -> None:
    """A newly listed allele far from the exons that were read needs another extraction, too."""
    store, folder = opened
    row = "chr1\t75727000\tA\tG\tACADM\tallow\t\t\tdeep in an intron\n"
    panel = rewritten(folder, "alleles.tsv", lambda text: text + row)
    with pytest.raises(InputError, match=r"in ACADM; nbseval extract SAMPLES --panel"):
        flag(store, panel)


def test_a_smaller_panel_needs_no_extraction(opened: Opened) -> None:
    """Taking an allele away leaves everything that is needed in the store."""
    store, folder = opened
    panel = rewritten(folder, "alleles.tsv", lambda text: text.splitlines()[0] + "\n")
    assert flag(store, panel).findings["reasons"].to_list() == ["no_qualifying_allele;no_annotation"]


def test_an_annotation_of_other_alleles_is_refused(opened: Opened) -> None:
    """A batch that came after the annotation is not judged by it."""
    store, folder = opened
    source = folder / "clinvar.vcf"
    keys = ("CLNSIG", "CLNREVSTAT")
    lines = [f'##INFO=<ID={key},Number=.,Type=String,Description="x">' for key in keys]
    lines += ["##reference=GRCh38", "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"]
    lines.append("1\t1000\t1\tA\tC\t.\t.\tCLNSIG=Benign;CLNREVSTAT=practice_guideline")
    source.write_text("\n".join(["##fileformat=VCFv4.1", *lines]) + "\n", encoding="utf-8")
    write_variants(store, annotate(store, clinvar=source))
    panel = load_panel(folder / "panel")
    (sex,) = flag(store, panel).notes
    assert sex.startswith("The sex of 1 of 1 newborns was not checked")
    sheet = folder / "samples.tsv"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("BABY", "OTHER"), encoding="utf-8")
    vcf = folder / "newborn.vcf"
    vcf.write_text(vcf.read_text(encoding="utf-8").replace("\t75761161\t", "\t75761162\t"), encoding="utf-8")
    extract(Request(sheet, panel, store.path), AT)
    with pytest.raises(InputError, match="nbseval annotate again"):
        flag(open_store(store.path), panel)


def test_a_field_that_the_files_lack_stops_the_run(opened: Opened, tmp_path: Path) -> None:
    """A VCF without genotype quality under a panel that asks for it."""
    _, folder = opened
    vcf = folder / "newborn.vcf"
    text = vcf.read_text(encoding="utf-8").replace(":GQ", "").replace(":90", "")
    vcf.write_text(text, encoding="utf-8")
    extract(Request(folder / "samples.tsv", load_panel(folder / "panel"), tmp_path / "second"), AT)
    with pytest.raises(InputError, match="FORMAT/GQ") as raised:
        flag(open_store(tmp_path / "second"), load_panel(folder / "panel"))
    assert "BABY" not in str(raised.value)


def test_every_lack_is_told_at_once(opened: Opened) -> None:
    """Missing regions and missing frequencies stand in one message."""
    store, folder = opened
    genes = "condition\tgene\tinheritance\tmechanism\nmcadd\tACADM\tAR\tlof\nmcadd\tAGXT\tAR\tlof\n"
    rewritten(folder, "genes.tsv", lambda _: genes)
    panel = rewritten(folder, "criteria.yaml", lambda _: "preset: generation-study\n")
    (manifest,) = (store.path / BATCHES).glob("*/manifest.json")
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["annotation_fields"] = {"csq": ["Allele", "Consequence", "SYMBOL"], "ann": None, "bcsq": None}
    for entry in content["inputs"]:
        entry["annotations"] = ["csq"]
    manifest.write_text(json.dumps(content), encoding="utf-8")
    write_variants(store, annotate(store))
    with pytest.raises(InputError) as raised:
        flag(store, panel)
    assert len(raised.value.problems) == 2


def test_another_build_is_refused(opened: Opened) -> None:
    """Positions of one build mean nothing on another."""
    _, folder = opened
    panel = load_panel(folder / "panel")
    assert build_problems(panel, "GRCh38", "store") == []
    (problem,) = build_problems(panel, "GRCh37", "store")
    assert "GRCh37" in problem.message


@pytest.mark.parametrize(
    ("read_by", "problems"),
    [
        ([], 0),
        ([{"min_depth": 10}, {"min_depth": 10, "min_genotype_quality": None}], 0),
        ([{"min_depth": 10}, {"min_depth": 8}], 1),
        ([{"min_depth": None, "min_genotype_quality": 20}], 2),
    ],
)
def test_blocks_read_under_other_rules_are_refused(
    opened: Opened, read_by: list[dict[str, object]], problems: int
) -> None:
    """Reference blocks were kept by the depth and quality of the panel they were extracted with."""
    criteria = load_panel(opened[1] / "panel").criteria
    assert criteria.callability.min_depth == 10
    assert len(block_problems(criteria, read_by, "store")) == problems


@pytest.mark.parametrize(("depth", "quality", "problems"), [(10, 20, 0), (8, 20, 1), (None, 19, 2)])
def test_reference_genotypes_read_under_other_thresholds_are_refused(
    opened: Opened, depth: int | None, quality: int, problems: int
) -> None:
    """Reference genotypes were believed by the thresholds of the panel they were extracted with."""
    criteria = load_panel(opened[1] / "panel").criteria
    assert (criteria.callability.min_depth, criteria.quality.min_genotype_quality) == (10, 20)
    rule: dict[str, object] = {"min_depth": depth, "min_genotype_quality": quality}
    assert len(reference_problems(criteria, [rule, rule], "store")) == problems


def test_thresholds_matter_where_reference_genotypes_were_judged(opened: Opened, tmp_path: Path) -> None:
    """A VCF that speaks of reference genotypes was read by the panel's depth and quality."""
    _, folder = opened
    vcf = folder / "newborn.vcf"
    more = "chr1\t75761200\t.\tA\tG\t50\tPASS\t.\tGT:AD:DP:GQ\t0/0:30,0:30:90\n"
    vcf.write_text(vcf.read_text(encoding="utf-8") + more, encoding="utf-8")
    extract(Request(folder / "samples.tsv", load_panel(folder / "panel"), tmp_path / "judged"), AT)
    changed = (
        "preset: listed-alleles-only\ncallability: {min_depth: 20}\nquality: {min_genotype_quality: 5}\n"
    )
    panel = rewritten(folder, "criteria.yaml", lambda _: changed)
    with pytest.raises(InputError) as raised:
        flag(open_store(tmp_path / "judged"), panel)
    told = [problem.message for problem in raised.value.problems]
    assert ["callability.min_depth" in text for text in told] == [True, False]
    assert ["quality.min_genotype_quality" in text for text in told] == [False, True]


def test_the_depth_matters_only_where_blocks_were_read(opened: Opened) -> None:
    """A BED says what was assessed whatever the panel's depth."""
    store, folder = opened
    changed = "preset: listed-alleles-only\ncallability: {min_depth: 20}\n"
    panel = rewritten(folder, "criteria.yaml", lambda _: changed)
    assert flag(store, panel).findings.height == 1


def test_a_large_cohort_is_written_by_what_differs(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the limit there is a list of newborns and no text, unless every row is asked for."""
    store, folder = opened
    flagging = flag(store, load_panel(folder / "panel"))
    out = tmp_path / "out" / "findings.parquet"
    monkeypatch.setattr("evaluator.screening.flag.LARGE_COHORT", 1)
    assert [path.name for path in write_findings(flagging, out)] == ["findings.parquet", "findings.tsv"]
    monkeypatch.setattr("evaluator.screening.flag.LARGE_COHORT", 0)
    names = [path.name for path in write_findings(flagging, out)]
    assert names == ["findings.parquet", "findings.newborns.parquet"]
    names = [path.name for path in write_findings(flagging, out, complete=True)]
    assert names == ["findings.parquet", "findings.tsv"]


def test_parts_of_a_store_give_the_findings_of_the_whole(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches decided one by one say what they say together, in the order of the newborns."""
    store, folder = opened
    sheet, panel = folder / "samples.tsv", load_panel(folder / "panel")
    text = sheet.read_text(encoding="utf-8")
    for name in ("ANOTHER", "CHILD"):
        sheet.write_text(text.replace("BABY", name), encoding="utf-8")
        vcf = folder / "newborn.vcf"
        vcf.write_text(vcf.read_text(encoding="utf-8").replace("1/1:", "0/1:"), encoding="utf-8")
        extract(Request(sheet, panel, store.path), AT)
    store = open_store(store.path)
    whole = flag(store, panel).findings
    assert whole["newborn"].to_list() == ["ANOTHER", "BABY", "CHILD"]
    assert whole["verdict"].n_unique() > 1
    monkeypatch.setattr("evaluator.screening.flag.NEWBORNS_AT_ONCE", 1)
    assert [part.batches for part in store.parts(1)] == [(batch,) for batch in store.batches]
    assert [part.batches for part in store.parts(2)] == [store.batches[:2], store.batches[2:]]
    assert flag(store, panel).findings.equals(whole)
