"""Structural calls and copy numbers of a joint file are those that reading each newborn alone gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.variants.test_joint import EXON, FORMS, SAMPLES, everyone, record, require_equal, write_sheet

WriteVcf = Callable[..., Path]
Both = Callable[..., tuple[Path, Path]]


@pytest.mark.parametrize("form", FORMS)
def test_copy_numbers_are_read_as_alone(form: str, write_vcf: WriteVcf, both: Both, tmp_path: Path) -> None:
    """Beside a copy number neither 0/0 of a `<CNV>` nor a missing genotype is reference or unknown."""
    keys = "GT:GQ:CN"
    numbers = {2: "0/0:60:0", 3: "./.:60:1", 4: "./.:60:.", 5: "0/1:60:1", 6: "0|0:60:3", 7: "0:60:0"}
    records = [
        record(EXON + place, numbers, alt, keys, "0/0:60:2").replace("CSQ=", f"END={EXON + place + 80};CSQ=")
        for place, alt in enumerate(("<CNV>", "<DEL>", "<CN0>", "C"))
    ]
    vcf = write_vcf("joint", records, form, samples=" ".join(SAMPLES))
    together, alone = both(write_sheet(tmp_path, *everyone(vcf)))
    require_equal(together, alone)
    mine, theirs = (pl.read_parquet(folder / "structural.parquet") for folder in (together, alone))
    assert mine.equals(theirs)
    lost = mine.filter(newborn="N02", source_alts="<CNV>")
    assert lost["copy_number"].to_list() == [0]


@pytest.mark.parametrize("form", FORMS)
def test_deletions_without_genotypes_are_read_as_alone(
    form: str, write_vcf: WriteVcf, both: Both, tmp_path: Path
) -> None:
    """A `<DEL>` that was found and not genotyped is neither there nor not there, with and without copies."""
    told = [  # FORMAT, what most samples have, what N02 has, and of how many samples something is told
        ("GT:DP", "0/0:30", "./.:30", 1),
        ("GT", "0", ".", 1),
        ("GT:DP", "./.:30", "0/0:30", 19),
        ("DP", "30", "0", 20),
        ("DP:CN", "30:2", "0:0", 20),
        ("DP:CN", "30", "0:0", 20),
    ]
    deletions = [
        record(EXON + place, {2: own}, "<DEL>", keys, rest).replace("CSQ=", f"END={EXON + place + 80};CSQ=")
        for place, (keys, rest, own, _) in enumerate(told)
    ]
    others = [record(EXON + 8, {}), record(EXON + 9, {4: "30"}, keys="DP", rest="20")]
    vcf = write_vcf("joint", [*deletions, *others], form, samples=" ".join(SAMPLES))
    together, alone = both(write_sheet(tmp_path, *everyone(vcf)))
    require_equal(together, alone)
    mine, theirs = (pl.read_parquet(folder / "structural.parquet") for folder in (together, alone))
    assert mine.equals(theirs)
    counts = mine.group_by("source_position").len().sort("source_position")["len"]
    assert counts.to_list() == [count for *_, count in told]


@pytest.mark.parametrize("form", FORMS)
def test_the_quality_of_a_structural_record_is_read_as_alone(
    form: str, write_vcf: WriteVcf, both: Both, tmp_path: Path
) -> None:
    """Where the sample has no quality, that of the record counts: QUAL, which may have decimals."""
    records = [
        record(EXON + place, {2: "0/1"}, "<DEL>", "GT", "0/0")
        .replace(". PASS", f"{quality} PASS")
        .replace("CSQ=", f"END={EXON + place + 80};CSQ=")
        for place, quality in enumerate(("50", "12.5", ".", "0", "1234.56"))
    ]
    vcf = write_vcf("joint", records, form, samples=" ".join(SAMPLES))
    together, alone = both(write_sheet(tmp_path, *everyone(vcf)))
    mine, theirs = (pl.read_parquet(folder / "structural.parquet") for folder in (together, alone))
    assert mine.equals(theirs)
    assert mine["genotype_quality"].to_list() == pytest.approx([50, 12.5, None, 0, 1234.56])


@pytest.mark.parametrize("form", FORMS)
def test_who_was_looked_for_deletions_is_told_one_by_one(
    form: str, write_vcf: WriteVcf, both: Both, tmp_path: Path
) -> None:
    """Where the header declares none, only a newborn with a symbolic deletion was looked for them."""
    spelt_out = record(EXON, {1: "0/1:20,9:29:60"}, "A").replace(" A A ", f" A{'CG' * 30} A ")
    symbolic = record(EXON + 90, {2: "0/1:20,9:29:60"}, "<DEL>").replace("CSQ=", f"END={EXON + 190};CSQ=")
    vcf = write_vcf("joint", [spelt_out, symbolic], form, samples=" ".join(SAMPLES))
    together, alone = both(write_sheet(tmp_path, *everyone(vcf)))
    require_equal(together, alone)
    told = pl.read_parquet(together / "newborns.parquet").sort("newborn")
    assert told["structural_calls"].to_list() == [0, 1, 1, *[0] * 17]
    assert told["structural_evidence"].to_list() == ["none", "none", "vcf", *["none"] * 17]


def test_a_deletion_of_the_joint_file_explains_a_star_of_the_gvcf(
    write_vcf: WriteVcf, both: Both, tmp_path: Path
) -> None:
    """Whoever of the samples carries it: the first of them is no other than the rest."""
    deletion = record(EXON - 60, {0: "0/1:30", 7: "0/1:30"}, "<DEL>", "GT:DP", "0/0:30")
    vcf = write_vcf("joint", [deletion.replace("CSQ=", f"END={EXON + 80};CSQ=")], samples=" ".join(SAMPLES))
    block = f"chr9 {EXON - 90} . A <NON_REF> . . END=34660000 GT:DP:GQ 0/0:30:90"
    star = f"chr9 {EXON} . A *,<NON_REF> . . . GT:DP:GQ 0/1:30:90"
    rows = []
    for name in ("N00", "N07"):
        write_vcf(f"{name}.g", [block, star], samples=name)
        rows.append(f"{name} female {vcf.name}  {name}.g.vcf")
    together, alone = both(write_sheet(tmp_path, *rows))
    require_equal(together, alone)
    gaps = pl.read_parquet(together / "uncallable.parquet").filter(start=EXON - 1)
    assert "deletion_without_record" not in gaps["reason"].to_list()
