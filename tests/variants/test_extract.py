"""A batch of newborns: what the store then says, and everything that must stop it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.panel.model import Panel
from evaluator.tables import ALLELES_SEEN, CALLS, NEWBORNS, UNCALLABLE
from evaluator.variants.extract import Request, Summary, extract
from evaluator.variants.store import Store, open_store

WriteVcf = Callable[..., Path]
Extract = Callable[..., Summary]
EXON = 34_646_705  # first coding base of GALT, 1-based

FIRST = [
    f"chr9 {EXON} . A C . . CSQ=C|x|GALT GT:AD:DP:GQ 0/1:9,8:17:99",
    "chr9 34649410 . G T . . . GT:AD:DP:GQ 1/1:0,8:8:24",
    "chr9 99000000 . G T . . . GT:AD:DP:GQ 1/1:0,8:8:24",
]
SECOND = [f"chr9 {EXON} . A C . . . GT 1|1", "chr9 34649411 . G T,GA . . . GT 1|2"]


@pytest.fixture
def sheet(tmp_path: Path, write_vcf: WriteVcf) -> Callable[..., Path]:
    """Write a sample sheet; without rows, two sequenced newborns and one who declined."""
    write_vcf("first", FIRST)
    write_vcf("second", SECOND, "tbi")

    def write(*rows: str, columns: str = "newborn sex vcf status", name: str = "samples.tsv") -> Path:
        lines = rows or ("B female first.vcf ", "A male second.vcf.gz ", "C unknown  declined")
        path = tmp_path / name
        text = "\n".join(line.replace(" ", "\t") for line in (columns, *lines)) + "\n"
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


@pytest.fixture
def run(tmp_path: Path, panel: Panel, sheet: Callable[..., Path]) -> Extract:
    """Extract a sheet into the store `store` beside it."""

    def go(
        samples: Path | None = None, store: str = "store", at: str = "2026-01-01", **options: object
    ) -> Summary:
        request = Request(samples or sheet(), panel, tmp_path / store, **options)  # type: ignore[arg-type]
        return extract(request, at)

    return go


def stored(tmp_path: Path, store: str = "store") -> Store:
    """Open what was extracted."""
    return open_store(tmp_path / store)


def test_the_tables_of_a_batch(run: Extract, tmp_path: Path) -> None:
    """Every newborn has a row, calls stand in the regions, sorted, and the tables are as declared."""
    summary = run()
    assert (summary.newborns, summary.sequenced, summary.quarantined, summary.calls) == (3, 2, 0, 5)
    store = stored(tmp_path)
    newborns, calls = store.newborns().collect(), store.calls().collect()
    assert dict(newborns.schema) == dict(NEWBORNS)
    assert dict(calls.schema) == dict(CALLS)
    assert dict(store.uncallable().collect().schema) == dict(UNCALLABLE)
    assert dict(store.alleles().collect().schema) == dict(ALLELES_SEEN)
    assert newborns.select("newborn", "status", "calls", "has_depth").rows() == [
        ("A", "sequenced", 3, False),
        ("B", "sequenced", 2, True),
        ("C", "declined", None, None),
    ]
    assert calls.select("newborn", "position", "ref", "alt", "copies", "haplotype").rows() == [
        ("A", EXON, "A", "C", 2, None),
        ("A", 34_649_411, "G", "GA", 1, 1),
        ("A", 34_649_411, "G", "T", 1, 0),
        ("B", EXON, "A", "C", 1, None),
        ("B", 34_649_410, "G", "T", 2, None),
    ]


def test_alleles_seen_carry_their_annotation_once(run: Extract, tmp_path: Path) -> None:
    """An allele of several newborns is one row, and an annotation is preferred to none."""
    run()
    store = stored(tmp_path)
    seen = store.alleles().collect()
    assert seen.select("position", "alt", "csq").rows()[0] == (EXON, "C", "C|x|GALT")
    assert len(seen) == seen.select("contig", "position", "ref", "alt").n_unique() == 4
    assert store.manifests[0]["annotation_fields"] == {
        "csq": ["Allele", "Consequence", "SYMBOL"],
        "ann": None,
        "bcsq": None,
    }
    assert store.variants() is None
    assert store.annotation_sources == ()


def test_equal_inputs_give_equal_bytes(run: Extract, tmp_path: Path) -> None:
    """Only clock.json knows when a batch was made."""
    folders = [run(store="one").folder, run(store="two", at="2027-05-05").folder]
    for name in (
        "newborns.parquet",
        "calls.parquet",
        "uncallable.parquet",
        "alleles.parquet",
        "manifest.json",
    ):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    assert (folders[0] / "clock.json").read_bytes() != (folders[1] / "clock.json").read_bytes()
    assert stored(tmp_path, "one").sha256 == stored(tmp_path, "two").sha256


def test_batches_and_row_order_do_not_matter(
    run: Extract, sheet: Callable[..., Path], tmp_path: Path
) -> None:
    """One batch, one newborn per batch (declined ones too), or the sheet upside down: the same rows."""
    rows = ["B female first.vcf ", "A male second.vcf.gz ", "C unknown  declined"]
    run(sheet(*rows), store="whole")
    for number in (1, 2, 3):
        run(sheet(*rows), store="parts", newborns_per_batch=1, batch=number)
    run(sheet(*reversed(rows)), store="reversed")
    whole = stored(tmp_path, "whole").calls().collect()
    assert stored(tmp_path, "reversed").calls().collect().equals(whole)
    parts = stored(tmp_path, "parts")
    assert parts.batches == ("batch-0001", "batch-0002", "batch-0003")
    everybody = stored(tmp_path, "whole").newborns().collect()
    assert parts.newborns().collect().sort("newborn").equals(everybody)
    assert parts.calls().collect().sort("newborn", maintain_order=True).equals(whole)


def test_the_manifest_says_how_each_file_was_read(run: Extract, tmp_path: Path) -> None:
    """Per row of the sheet: the file's identity and which way it was read; no path, no name."""
    folder = run().folder
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["row"] for entry in manifest["inputs"]] == [2, 3]
    assert {entry["read"] for entry in manifest["inputs"]} == {"whole"}
    assert {entry["build_by"] for entry in manifest["inputs"]} == {"contig lengths"}
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    assert "first" not in text
    assert stored(tmp_path).regions().height == len(manifest["regions"]) == 11


def test_all_missing_files_are_told_at_once(run: Extract, sheet: Callable[..., Path], tmp_path: Path) -> None:
    """Empty and dangling paths are listed by line, without the newborns' names, and nothing is written."""
    rows = ("SECRET1 male gone.vcf ", "SECRET2 male  ", "SECRET3 male first.vcf gone.bed")
    samples = sheet(*rows, columns="newborn sex vcf callable")
    with pytest.raises(InputError) as caught:
        run(samples)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]
    assert "SECRET" not in str(caught.value)
    assert not (tmp_path / "store").exists()


def test_every_bad_newborn_is_listed(
    run: Extract, sheet: Callable[..., Path], write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """Stop lists every newborn's problem by the line of the sheet and of the VCF, and leaves no batch."""
    write_vcf("bad1", ["chr9 x . A C . . . GT 0/1"])
    write_vcf("bad2", FIRST, build="GRCh37")
    samples = sheet("N1 male bad1.vcf ", "N2 male first.vcf ", "N3 male bad2.vcf ")
    with pytest.raises(InputError) as caught:
        run(samples)
    assert [problem.line for problem in caught.value.problems] == [2, 4]
    assert "vcf line" in caught.value.problems[0].message
    assert "GRCh37" in caught.value.problems[1].message
    assert all(word not in str(caught.value) for word in ("bad1", "bad2", "N1", "N3"))
    assert not (tmp_path / "store").exists()


def test_quarantine_sets_bad_newborns_aside(
    run: Extract, sheet: Callable[..., Path], write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """With quarantine the others are read, and the newborn set aside has a row with the reason."""
    write_vcf("bad", ["chr9 x . A C . . . GT 0/1"])
    summary = run(sheet("N1 male bad.vcf ", "N2 male first.vcf "), on_error="quarantine")
    assert (summary.quarantined, summary.calls) == (1, 2)
    rows = stored(tmp_path).newborns().collect().select("newborn", "status", "quarantine_reason").to_dicts()
    assert rows[0]["status"] == "quarantined"
    assert "POS" in rows[0]["quarantine_reason"]
    assert rows[1] == {"newborn": "N2", "status": "sequenced", "quarantine_reason": None}


def test_a_batch_is_never_overwritten(run: Extract, sheet: Callable[..., Path]) -> None:
    """The same batch again, and a newborn who is in another batch, are errors that name the line."""
    run()
    with pytest.raises(InputError, match="exists already"):
        run()
    with pytest.raises(InputError, match="already in batch") as caught:
        run(sheet("Z male first.vcf ", "A male second.vcf.gz "))
    assert [problem.line for problem in caught.value.problems] == [3]


def test_two_newborns_cannot_be_one_sample(run: Extract, sheet: Callable[..., Path]) -> None:
    """The same sample of the same file under two names is a mix-up."""
    with pytest.raises(InputError, match="rows 2, 3 of the sheet read the same sample"):
        run(sheet("X male first.vcf ", "Y male ./first.vcf "))


def test_two_newborns_cannot_have_one_gvcf(
    run: Extract, sheet: Callable[..., Path], write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """Another newborn's reference blocks say nothing of what was assessed here; a BED may be shared."""
    block = f"chr9 {EXON - 40} . A <NON_REF> . . END=34660000 GT:DP:GQ"
    write_vcf("one.g", [f"{block} 0/0:30:90"])
    write_vcf("joint.g", [f"{block} 0/0:30:90 0/0:30:90"], samples="X Y")
    (tmp_path / "all.bed").write_text("chr9\t34000000\t35000000\n")
    columns = "newborn sex vcf callable"
    both = [f"{name} male {vcf} {{}}" for name, vcf in (("X", "first.vcf"), ("Y", "second.vcf.gz"))]
    for file in ("joint.g.vcf", "all.bed"):
        run(sheet(*(row.format(file) for row in both), columns=columns), store=f"{file}.store")
    shared = [row.format("one.g.vcf") for row in both]
    with pytest.raises(InputError, match=r"rows 2, 3 of the sheet: callable: .*read the same sample"):
        run(sheet(*shared, columns=columns))
    run(sheet(*shared, "Z male first.vcf ", columns=columns), on_error="quarantine")
    newborns = stored(tmp_path).newborns().collect()
    assert newborns["status"].to_list() == ["quarantined", "quarantined", "sequenced"]


def test_a_joint_file_serves_many_rows(
    run: Extract, sheet: Callable[..., Path], write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """Rows of a joint file find their sample by sample_in_vcf or the newborn's name; neither is an error."""
    write_vcf("joint", [f"chr9 {EXON} . A C . . . GT 0/1 1/1 0/0"], samples="N1 s2 N3")
    columns = "newborn sex vcf sample_in_vcf"
    run(sheet("N1 male joint.vcf ", "N2 male joint.vcf s2", "N3 male joint.vcf ", columns=columns))
    assert stored(tmp_path).calls().collect().select("newborn", "copies").rows() == [("N1", 1), ("N2", 2)]
    rows = ("M1 male joint.vcf ", "M2 male joint.vcf nobody")
    with pytest.raises(InputError) as caught:
        run(sheet(*rows, columns=columns), store="other")
    assert [problem.line for problem in caught.value.problems] == [2, 3]
    assert "fill sample_in_vcf" in caught.value.problems[0].message
    assert "nobody" not in str(caught.value)


def test_more_regions_than_the_panel(run: Extract, tmp_path: Path) -> None:
    """A BED adds to the panel's regions; it never replaces them."""
    bed = tmp_path / "more.bed"
    bed.write_text("9\t98999990\t99000010\n", newline="")
    assert run(regions=bed).calls == 6
    assert stored(tmp_path).regions().rows()[-1] == ("chr9", 98_999_990, 99_000_010)


def test_callable_files_are_read(
    run: Extract, sheet: Callable[..., Path], write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """Evidence is named per newborn, and a gVCF can be both the calls and their callability."""
    (tmp_path / "all.bed").write_text("chr9\t0\t50000000\n", newline="")
    block = "chr9 34640000 . A <NON_REF> . . END=34646704 GT:DP:GQ:MIN_DP 0/0:30:90:25"
    gvcf = [block, f"chr9 {EXON} . A C,<NON_REF> . . . GT:AD:DP:GQ 0/1:9,8,0:17:99"]
    write_vcf("own.g", gvcf, "tbi")
    columns = "newborn sex vcf callable"
    rows = ("P male first.vcf all.bed", "Q male own.g.vcf.gz own.g.vcf.gz", "R male second.vcf.gz ")
    run(sheet(*rows, columns=columns))
    store = stored(tmp_path)
    assert store.newborns().collect()["callable_evidence"].to_list() == ["bed", "gvcf", "none"]
    gaps = store.uncallable().collect()
    assert gaps["newborn"].unique().to_list() == ["Q"]
    assert set(gaps["reason"]) == {"no_block"}
    assert gaps["start"].min() == EXON  # the block and the call before it were assessed


def test_annotations_must_mean_the_same(
    run: Extract, sheet: Callable[..., Path], write_vcf: WriteVcf
) -> None:
    """Two files whose CSQ have different sub-fields cannot share a batch."""
    other = '##INFO=<ID=CSQ,Number=.,Type=String,Description="VEP. Format: SYMBOL|Allele">'
    gt = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
    write_vcf("third", SECOND, keys=(other, gt))
    with pytest.raises(InputError, match="other sub-fields") as caught:
        run(sheet("P male first.vcf ", "Q male third.vcf "))
    assert caught.value.problems[0].line == 3


def test_a_newborn_set_aside_does_not_decide_what_annotations_mean(
    run: Extract, sheet: Callable[..., Path], write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """The second file's ANN differs from the first's: its CSQ is not what the third's is held against."""
    gt = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
    kinds = (("ANN", "A|B"), ("ANN", "B|A"), ("CSQ", "C|D"), ("CSQ", "D|C"))
    ann, other_ann, csq, other_csq = (
        f'##INFO=<ID={kind},Number=.,Type=String,Description="From a tool. Format: {names}">'
        for kind, names in kinds
    )
    for name, keys in (("x", (ann, gt)), ("y", (other_csq, other_ann, gt)), ("z", (csq, ann, gt))):
        write_vcf(name, SECOND, keys=keys)
    run(sheet(*(f"{name} male {name}.vcf " for name in "xyz")), on_error="quarantine")
    newborns = stored(tmp_path).newborns().collect()
    assert newborns["status"].to_list() == ["sequenced", "quarantined", "sequenced"]


def test_a_silent_header_needs_the_panels_alleles(
    run: Extract, sheet: Callable[..., Path], write_vcf: WriteVcf
) -> None:
    """A file that does not state its build, and meets no listed allele, is refused."""
    write_vcf("silent", SECOND, build=None)
    with pytest.raises(InputError, match="which genome build"):
        run(sheet("P male silent.vcf "))


def test_a_folder_without_batches_is_no_store(tmp_path: Path) -> None:
    """Opening something else says what a store is made by."""
    with pytest.raises(InputError, match="nbseval extract"):
        open_store(tmp_path)


def test_batches_that_differ_are_refused(run: Extract, sheet: Callable[..., Path], tmp_path: Path) -> None:
    """Batches read in different regions, and a newborn in two batches, do not open as one store."""
    run()
    (other,) = (run(sheet("Z male first.vcf "), "other", padding=30).folder.parent).iterdir()
    other.rename(tmp_path / "store" / "batches" / other.name)
    with pytest.raises(InputError, match="other regions"):
        stored(tmp_path)
    run(store="twice")
    run(sheet("A male second.vcf.gz "), store="again")
    (again,) = (tmp_path / "again" / "batches").iterdir()
    again.rename(tmp_path / "twice" / "batches" / again.name)
    with pytest.raises(InputError, match="1 of its newborns are also in"):
        stored(tmp_path, "twice")


def test_an_incomplete_batch_is_refused(run: Extract, tmp_path: Path) -> None:
    """A batch that lost a file is named."""
    (run().folder / "calls.parquet").unlink()
    with pytest.raises(InputError, match=r"has no calls\.parquet"):
        stored(tmp_path)


def test_results_are_for_the_owner_only(run: Extract) -> None:
    """Nobody else may read genotypes: 0700 for folders, 0600 for files."""
    folder = run().folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_the_digest_follows_the_data(run: Extract, sheet: Callable[..., Path], tmp_path: Path) -> None:
    """Another newborn, or an annotation, is another store."""
    run()
    before = stored(tmp_path).sha256
    run(sheet("Z male first.vcf "))
    after = stored(tmp_path).sha256
    assert before != after
    pl.DataFrame({"x": [1]}).write_parquet(tmp_path / "store" / "variants.parquet")
    assert stored(tmp_path).sha256 != after
