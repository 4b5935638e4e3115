"""Five real newborn captures, shallow and without a callable file: nothing is reported on two reads."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
CAPTURES = ("SRR10141030", "SRR10141052", "SRR10141073", "SRR10141075", "SRR10141118")
# ACADM c.985A>G, the commonest pathogenic allele of medium-chain acyl-CoA dehydrogenase deficiency; on the
# panel's allow list.
PLANTED = "chr1\t75761161\t.\tA\tG\t900\tPASS\tDP=30\tGT:AD:DP:GQ:PL\t1/1:0,30:30:90:900,90,0\n"


@pytest.fixture(scope="module")
def panel(repository: Path) -> Path:
    """The Generation Study panel."""
    return repository / "panel" / "generation-study"


def with_planted_call(text: str) -> str:
    """Put the homozygous call in its place among the records of chr1."""
    lines = text.splitlines(keepends=True)
    after = [
        number
        for number, line in enumerate(lines)
        if line.startswith("#")
        or (line.startswith("chr1\t") and int(line.split("\t", 2)[1]) < int(PLANTED.split("\t")[1]))
    ]
    return "".join([*lines[: after[-1] + 1], PLANTED, *lines[after[-1] + 1 :]])


def findings_of(nbseval: Run, panel: Path, sheet: Path, folder: Path) -> pl.DataFrame:
    """Extract and flag the newborns of a sheet."""
    extracted = nbseval("extract", sheet, "--panel", panel, "--out", folder / "store")
    assert extracted.returncode == 0, extracted.stderr
    flagged = nbseval("flag", folder / "store", "--panel", panel, "--out", folder / "findings.parquet")
    assert flagged.returncode == 0, flagged.stderr
    return pl.read_csv(folder / "findings.tsv", separator="\t", infer_schema=False)


def test_no_capture_is_reported_on_two_reads(
    shared_data: Path, nbseval: Run, panel: Path, tmp_path: Path
) -> None:
    """None of the five is reportable, and no allele that carries a finding was read fewer than ten times."""
    sheet = tmp_path / "samples.tsv"
    newborns = shared_data / "vcf" / "newborns"
    rows = [f"{name}\tunknown\t{newborns / name}.filtered.combined.vcf\n" for name in CAPTURES]
    sheet.write_text("newborn\tsex\tvcf\n" + "".join(rows), encoding="utf-8")
    findings = findings_of(nbseval, panel, sheet, tmp_path)
    assert findings["newborn"].n_unique() == len(CAPTURES)
    assert "reportable" not in findings["verdict"].to_list()

    calls = pl.concat(
        [pl.read_parquet(path) for path in (tmp_path / "store").glob("batches/*/calls.parquet")]
    ).with_columns(allele=pl.concat_str("contig", "position", "ref", "alt", separator="-"))
    assert calls["depth"].min() == 2
    found = findings.filter(pl.col("verdict") == "pending phase").select(
        "newborn", allele=pl.col("alleles").str.split(";")
    )
    read = found.explode("allele").join(calls, on=["newborn", "allele"], how="left")
    assert read["depth"].null_count() == 0
    assert (read["depth"] >= 10).all()


def test_a_planted_homozygote_is_reported_for_exactly_that_condition(
    shared_data: Path, nbseval: Run, panel: Path, tmp_path: Path
) -> None:
    """One listed homozygous call at depth 30 in a copy of a capture: one condition, one allele."""
    source = shared_data / "vcf" / "newborns" / f"{CAPTURES[1]}.filtered.combined.vcf"
    (tmp_path / "copy.vcf").write_text(
        with_planted_call(source.read_text(encoding="utf-8")), encoding="utf-8"
    )
    sheet = tmp_path / "samples.tsv"
    sheet.write_text("newborn\tsex\tvcf\nplanted\tunknown\tcopy.vcf\n", encoding="utf-8")
    findings = findings_of(nbseval, panel, sheet, tmp_path)
    reported = findings.filter(pl.col("verdict") == "reportable")
    assert reported["condition"].to_list() == ["mcad-deficiency"]
    assert reported["alleles"].to_list() == ["chr1-75761161-A-G"]
    assert reported["zygosity"].to_list() == ["homozygous"]


def test_genotypes_alone_run_only_when_the_thresholds_are_null(
    shared_data: Path, nbseval: Run, panel: Path, tmp_path: Path, repository: Path
) -> None:
    """NA12878 has GT only: flag names DP, GQ and AD and stops; with null thresholds it runs."""
    del panel
    own = tmp_path / "panel"
    own.mkdir()
    for file in (repository / "panel" / "generation-study").iterdir():
        (own / file.name).write_bytes(file.read_bytes())
    sheet = tmp_path / "samples.tsv"
    vcf = shared_data / "vcf" / "large" / "PG_NA12878_hg38-chr21.vcf.gz"
    sheet.write_text(f"newborn\tsex\tvcf\nNA12878\tfemale\t{vcf}\n", encoding="utf-8")
    assert nbseval("extract", sheet, "--panel", own, "--out", tmp_path / "store").returncode == 0
    flag = ("flag", tmp_path / "store", "--panel", own, "--out", tmp_path / "findings.parquet")
    stopped = nbseval(*flag)
    assert stopped.returncode == 2
    for field in ("FORMAT/DP", "FORMAT/GQ", "FORMAT/AD"):
        assert field in stopped.stderr
    assert not (tmp_path / "findings.parquet").exists()

    quality = "quality: {min_depth: null, min_genotype_quality: null, het_allele_fraction: null}\n"
    criteria = own / "criteria.yaml"
    criteria.write_text(criteria.read_text(encoding="utf-8") + quality, encoding="utf-8")
    assert nbseval(*flag).returncode == 0
