"""A store grows by newborns and by regions: what it held stays, and the whole is as if read at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from subprocess import CompletedProcess

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.panel.model import Panel
from evaluator.screening.flag import flag
from evaluator.variants.batch import TABLES
from evaluator.variants.extract import Request, Summary, extract
from evaluator.variants.growth import subtracted
from evaluator.variants.intervals import from_frame
from evaluator.variants.store import Store, open_store

WriteVcf = Callable[..., Path]
Extract = Callable[..., Summary]
EXON = 34_646_705  # first coding base of GALT, 1-based
LAX = {"min_depth": None, "min_genotype_quality": None}
CALLS = [f"chr9 {EXON - 15} . A C . PASS . GT:AD:DP:GQ 0/1:9,8:17:99", f"chr9 {EXON} . A C . . . GT 1/1"]


@pytest.fixture
def run(tmp_path: Path, panel: Panel) -> Extract:
    """Extract rows of a sheet (newborn, sex, vcf, callable) into a store beside it."""

    def go(*rows: str, store: str = "store", of: Panel = panel, **options: object) -> Summary:
        lines = "\n".join(("newborn sex vcf callable", *rows)).replace(" ", "\t")
        (tmp_path / "samples.tsv").write_text(lines + "\n", newline="")
        request = Request(tmp_path / "samples.tsv", of, tmp_path / store, **options)  # type: ignore[arg-type]
        return extract(request, "2026-01-01")

    return go


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder and what is in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_adding_newborns_leaves_the_others_as_they_are(
    run: Extract, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """A new batch beside the old one, byte for byte; both are evaluated together."""
    write_vcf("a", CALLS)
    first = run("A female a.vcf ").folder
    before = contents(first)
    assert run("B male a.vcf ").folder != first
    assert contents(first) == before
    store = open_store(tmp_path / "store")
    assert sorted(store.newborns().collect()["newborn"]) == ["A", "B"]
    with pytest.raises(InputError, match="already in batch"):
        run("A female a.vcf ", "C female a.vcf ")


def test_another_build_is_refused_before_anything_is_read(
    run: Extract, write_vcf: WriteVcf, panel: Panel, tmp_path: Path
) -> None:
    """The file would not even open: the store's build is compared first."""
    write_vcf("a", CALLS)
    run("A female a.vcf ")
    (tmp_path / "b.vcf").write_text("nothing that could be read")
    with pytest.raises(InputError, match="holds newborns on GRCh38, but the panel is on GRCh37"):
        run("B male b.vcf ", of=replace(panel, genome_build="GRCh37"))


def test_new_newborns_are_read_in_the_regions_of_the_store(
    run: Extract, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """A panel that reads less adds newborns who can be compared; one that reads more must wait."""
    write_vcf("a", CALLS)
    run("A female a.vcf ", padding=20)
    run("B female a.vcf ", padding=0)
    calls = open_store(tmp_path / "store").calls().collect()
    assert calls.group_by("newborn").len().sort("newborn").rows() == [("A", 2), ("B", 2)]
    with pytest.raises(InputError, match="add them for the newborns it holds first"):
        run("C female a.vcf ", padding=40)


@st.composite
def near_an_exon(draw: st.DrawFn) -> list[str]:
    """Records around the border between the regions that were read first and those that are added."""
    lines = []
    places = st.integers(EXON - 30, EXON + 4)
    for position in sorted(draw(st.lists(places, min_size=1, max_size=7))):
        ref = draw(st.text("ACGT", min_size=1, max_size=6))
        alt = draw(st.text("ACGT", min_size=1, max_size=6).filter(lambda text, ref=ref: text != ref))
        genotype = draw(st.sampled_from(["0/1", "1/1", "1|0", "./.", "0/0", "./1"]))
        if draw(st.booleans()):
            alt, genotype = f"{alt},*", draw(st.sampled_from(["1/2", "0/2", "2/2", "2", "./2"]))
        depth = draw(st.sampled_from(["3", "12", "30"]))
        lines.append(f"chr9 {position} . {ref} {alt} . PASS . GT:DP:GQ {genotype}:{depth}:{depth}")
    return lines


def rows_of(store: Store) -> dict[str, pl.DataFrame]:
    """The tables in one order, neighbouring stretches of one reason joined."""
    tables = {name: getattr(store, name)().collect().unique() for name in ("newborns", "calls", "alleles")}
    gaps = store.uncallable().collect().sort("newborn", "contig", "start")
    key = ["newborn", "contig", "reason"]
    opens = pl.any_horizontal(*(pl.col(name) != pl.col(name).shift() for name in key)) | (
        pl.col("start") != pl.col("end").shift()
    )
    stretches = gaps.with_columns(opens.fill_null(value=True).cum_sum().alias("run"))
    tables["uncallable"] = stretches.group_by("run", *key).agg(pl.min("start"), pl.max("end")).drop("run")
    return {name: table.sort(table.columns) for name, table in tables.items()}


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(records=near_an_exon(), evidence=st.sampled_from(["", "bed", "gvcf"]), first=st.integers(0, 12))
def test_adding_regions_is_as_good_as_reading_all_at_once(
    run: Extract,
    write_vcf: WriteVcf,
    panel: Panel,
    tmp_path: Path,
    records: list[str],
    evidence: str,
    first: int,
) -> None:
    """Calls, alleles, gaps, newborns, regions and findings are those of one extraction with the new panel."""
    for name in ("grown", "fresh"):
        rmtree(tmp_path / name, ignore_errors=True)
    write_vcf("a", records)
    (tmp_path / "a.bed").write_text(f"chr9\t{EXON - 25}\t{EXON - 9}\nchr9\t{EXON - 2}\t34660000\n")
    block = f"chr9 {EXON - 40} . A <NON_REF> . . END={EXON - 8} GT:DP:GQ 0/0:30:90"
    write_vcf("a.g", [block, f"chr9 {EXON - 6} . A G,<NON_REF> . . . GT:DP:GQ 0/1:30:90"])
    row = f"A female a.vcf {({'bed': 'a.bed', 'gvcf': 'a.g.vcf'}).get(evidence, '')}"
    run(row, store="grown", padding=first)
    run(row, store="grown", padding=first + 20)
    run(row, store="fresh", padding=first + 20)
    grown, fresh = open_store(tmp_path / "grown"), open_store(tmp_path / "fresh")
    assert grown.regions().equals(fresh.regions())
    assert grown.calls().collect().height == fresh.calls().collect().height
    for name, table in rows_of(fresh).items():
        assert rows_of(grown)[name].equals(table), name
    assert _findings(grown, panel).equals(_findings(fresh, panel))


def _findings(store: Store, panel: Panel, **more: object) -> pl.DataFrame:
    """Flag without the rules that need fields which these small files lack."""
    lax = {"het_allele_fraction": None, **more}
    criteria = panel.criteria.model_copy(update={"quality": panel.criteria.quality.model_copy(update=lax)})
    return flag(store, replace(panel, criteria=criteria)).findings


def test_the_part_beside_a_batch(run: Extract, write_vcf: WriteVcf, tmp_path: Path) -> None:
    """The batch stays byte for byte; a third part follows the second; nothing lacking is told."""
    write_vcf("a", CALLS)
    base = run("A female a.vcf ", padding=0).folder
    before = contents(base)
    assert run("A female a.vcf ", padding=20).folder.name == f"{base.name}+2"
    assert run("A female a.vcf ", padding=30).folder.name == f"{base.name}+3"
    assert contents(base) == before
    store = open_store(tmp_path / "store")
    assert store.batches == (base.name,)
    newborns = store.newborns().collect()
    assert newborns.select("newborn", "calls", "has_depth").rows() == [("A", 2, True)]
    with pytest.raises(InputError, match="with all regions that this panel reads"):
        run("A female a.vcf ", padding=30)


def test_parts_need_the_same_files_newborns_and_thresholds(
    run: Extract, write_vcf: WriteVcf, panel: Panel, tmp_path: Path
) -> None:
    """A file that changed, half a batch, and another depth stop with what to do; nothing is written."""
    write_vcf("a", CALLS)
    write_vcf("b", CALLS)
    both = ("A female a.vcf ", "B male b.vcf ")
    base = run(*both, padding=0).folder
    with pytest.raises(InputError, match="name all newborns of a batch"):
        run(both[0], padding=20)
    callability = panel.criteria.callability.model_copy(update={"min_depth": 5})
    other = replace(panel, criteria=panel.criteria.model_copy(update={"callability": callability}))
    with pytest.raises(InputError, match="was read under other rules"):
        run(*both, padding=20, of=other)
    os.utime(tmp_path / "b.vcf", ns=(0, 1))
    with pytest.raises(InputError, match=r"not those that the batch was read from \(mtime_ns\)") as caught:
        run(*both, padding=20)
    assert [problem.line for problem in caught.value.problems] == [3]
    assert [folder.name for folder in base.parent.iterdir()] == [base.name]


def test_parts_need_the_same_sample_of_a_joint_file(
    write_vcf: WriteVcf, panel: Panel, tmp_path: Path
) -> None:
    """Rows that swap their samples, or a parent's, between two extractions would mix two people's calls."""
    write_vcf("joint", [f"chr9 {EXON} . A C . . . GT 0/1 1/1 0/1 0/0"], samples="N1 N2 M1 M2")
    sheet = tmp_path / "samples.tsv"

    def go(first: str, second: str, mother: str, padding: int) -> None:
        head = "newborn\tsex\tvcf\tsample_in_vcf\tmother_vcf\tmother_in_vcf"
        rows = f"A\tmale\tjoint.vcf\t{first}\tjoint.vcf\t{mother}\nB\tmale\tjoint.vcf\t{second}\t\t"
        sheet.write_text(f"{head}\n{rows}\n", newline="")
        extract(Request(sheet, panel, tmp_path / "store", padding=padding), "2026-01-01")

    go("N1", "N2", "M1", padding=0)
    with pytest.raises(InputError, match=r"not those .* \(sample_in_vcf_sha256\)") as caught:
        go("N2", "N1", "M1", padding=20)
    (problem,) = caught.value.problems
    assert problem.message.startswith("rows 2, 3 of the sheet: its files")
    with pytest.raises(InputError, match=r"not those .* \(mother_in_vcf_sha256\)"):
        go("N1", "N2", "M2", padding=20)
    go("N1", "N2", "M1", padding=20)


def test_parts_need_the_same_word_of_special_callers(
    write_vcf: WriteVcf, panel: Panel, tmp_path: Path
) -> None:
    """A corrected copy number is never dropped in silence: the store keeps what was read first."""
    write_vcf("a", CALLS)
    sheet, loci = tmp_path / "samples.tsv", tmp_path / "loci.tsv"
    sheet.write_text("newborn\tsex\tvcf\tspecial_loci\nA\tmale\ta.vcf\tloci.tsv\n", newline="")

    def go(copies: int, others: str, padding: int) -> None:
        rows = f"newborn\tlocus\tcopy_number\tcaller\nA\tSMN1\t{copies}\tmlpa\n{others}"
        loci.write_text(rows, newline="")
        extract(Request(sheet, panel, tmp_path / "store", padding=padding), "2026-01-01")

    go(2, "", padding=0)
    with pytest.raises(InputError, match=r"samples.tsv:2: its special_loci tables say otherwise"):
        go(0, "", padding=20)
    go(2, "Z\tSMN1\t1\tmlpa\n", padding=20)


def test_what_the_sheet_says_later(run: Extract, write_vcf: WriteVcf, panel: Panel, tmp_path: Path) -> None:
    """A corrected sex counts; a newborn who is no longer sequenced is not taken for read."""
    for name in "ab":
        write_vcf(name, CALLS)
    run("A female a.vcf ", "B male b.vcf ", padding=0)
    run("A male a.vcf ", "B male b.vcf ", padding=20)
    newborns = open_store(tmp_path / "store").newborns().collect()
    assert newborns.select("newborn", "sex").rows() == [("A", "male"), ("B", "male")]
    sheet = "newborn\tsex\tvcf\tstatus\nA\tmale\ta.vcf\t\nB\tmale\tb.vcf\twithdrawn\n"
    (tmp_path / "later.tsv").write_text(sheet, newline="")
    with pytest.raises(InputError, match="has the status withdrawn but was read before") as caught:
        extract(Request(tmp_path / "later.tsv", panel, tmp_path / "store", padding=30), "2026-01-01")
    assert [problem.line for problem in caught.value.problems] == [3]


def test_regions_are_added_beside_a_newborn_set_aside(
    run: Extract, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """Who was quarantined when the batch was read stays so; the others are read in the new regions."""
    write_vcf("a", CALLS)
    (tmp_path / "b.vcf").write_text("no VCF", newline="")
    rows = ("A female a.vcf ", "B male b.vcf ")
    run(*rows, padding=0, on_error="quarantine")
    assert run(*rows, padding=20, on_error="quarantine").folder.name.endswith("+2")
    newborns = open_store(tmp_path / "store").newborns().collect()
    assert newborns.select("newborn", "status").rows() == [("A", "sequenced"), ("B", "quarantined")]


def test_subtracted_regions() -> None:
    """What is needed and not held, cut at the borders."""

    def regions(*rows: tuple[str, int, int]) -> pl.DataFrame:
        return pl.DataFrame(rows, schema=["contig", "start", "end"], orient="row")

    needed, held = regions(("chr1", 10, 50), ("chr2", 5, 9)), regions(("chr1", 20, 30), ("chr1", 45, 60))
    found = subtracted(from_frame(needed), from_frame(held)).frame().rows()
    assert found == [("chr1", 10, 20), ("chr1", 30, 45), ("chr2", 5, 9)]


def test_threads_do_not_change_a_byte(
    write_vcf: WriteVcf,
    panel: Panel,
    tmp_path: Path,
    nbseval: Callable[..., CompletedProcess[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One, two or eight threads write the same files, clocks aside; other batches give the same findings."""
    rows = ["newborn\tsex\tvcf"]
    for number in range(12):
        write_vcf(f"n{number}", [*CALLS, f"chr9 {EXON + number} . C G,T . . . GT 1/2"])
        rows.append(f"N{number:02d}\tfemale\tn{number}.vcf")
    sheet = tmp_path / "many.tsv"
    sheet.write_text("\n".join(rows) + "\n", newline="")
    found = []
    for threads in ("1", "2", "8"):
        monkeypatch.setenv("POLARS_MAX_THREADS", threads)
        out = tmp_path / f"threads-{threads}"
        done = nbseval("extract", sheet, "--panel", panel.path, "--out", out, "--threads", threads)
        assert done.returncode == 0, done.stderr
        found.append({name: text for name, text in contents(out).items() if "clock" not in name})
    assert found[0] == found[1] == found[2]
    for batch in (1, 2, 3):
        extract(Request(sheet, panel, tmp_path / "batched", newborns_per_batch=5, batch=batch), "2026-01-01")
    whole, batched = open_store(tmp_path / "threads-1"), open_store(tmp_path / "batched")
    assert batched.calls().collect().equals(whole.calls().collect())
    assert set(TABLES) <= {Path(name).stem for name in found[0]}
    assert _findings(batched, panel, **LAX).equals(_findings(whole, panel, **LAX))


@pytest.mark.parametrize("samples", ["A", "A " + " ".join(f"S{number}" for number in range(16))])
def test_what_a_gvcf_spells_into_the_new_regions_is_no_contradiction(
    run: Extract, write_vcf: WriteVcf, tmp_path: Path, samples: str
) -> None:
    """The gVCF's record of a call reaches into the new regions; the VCF's does not."""
    others = " 0/0:30:90" * (len(samples.split()) - 1)
    write_vcf("a", [f"chr9 {EXON} . A C . PASS . GT:DP:GQ 0/1:30:90{others}"], samples=samples)
    block = f"chr9 {EXON - 40} . A <NON_REF> . . END={EXON + 99} GT:DP:GQ 0/0:30:90"
    write_vcf("a.g", [block, f"chr9 {EXON - 4} . GTTTA GTTTC,<NON_REF> . . . GT:DP:GQ 0/1:30:90"])
    row = "A female a.vcf a.g.vcf"
    run(row, store="grown", padding=0)
    run(row, store="grown", padding=20)
    run(row, store="fresh", padding=20)
    grown, fresh = (open_store(tmp_path / name).calls().collect() for name in ("grown", "fresh"))
    assert grown.equals(fresh)
    assert fresh.select("position", "copies").rows() == [(EXON, 1)]


def test_an_allele_of_two_records_has_one_row_of_its_parents(
    write_vcf: WriteVcf, panel: Panel, tmp_path: Path
) -> None:
    """One record reaches into the new regions; only beside the other does the father's say anything."""
    rest = ". PASS . GT:DP:GQ 0/1:30:90"
    write_vcf("a", [f"chr9 {EXON - 2} . TTTGGA TTTGGC {rest}", f"chr9 {EXON + 1} . GGA GGC {rest}"])
    write_vcf("m", [f"chr9 {EXON + 3} . A C . PASS . GT:DP:GQ 0/1:30:90"])
    write_vcf("f", [f"chr9 {EXON + 1} . GGA TGA . PASS . GT:DP:GQ 0/0:30:90"])
    sheet = tmp_path / "samples.tsv"
    sheet.write_text("newborn\tsex\tvcf\tmother_vcf\tfather_vcf\nA\tmale\ta.vcf\tm.vcf\tf.vcf\n", newline="")
    for padding in (0, 20):
        extract(Request(sheet, panel, tmp_path / "store", padding=padding), "2026-01-01")
    parents = open_store(tmp_path / "store").parents().collect()
    told = ("position", "mother_copies", "mother_ploidy", "father_copies", "father_ploidy")
    assert parents.select(told).rows() == [(EXON + 3, 1, 2, 0, 2)]


def test_regions_are_added_to_all_batches_or_to_none(
    run: Extract, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """What is wrong with the second batch leaves the first as it was: the store opens as before."""
    write_vcf("a", CALLS)
    write_vcf("b", [f"chr9 {EXON - 15} . A C . . . GT 0/9", CALLS[1]])
    rows = ("A female a.vcf ", "B male b.vcf ")
    for row in rows:
        run(row, padding=0)
    before = contents(tmp_path / "store")
    with pytest.raises(InputError, match="names an allele"):
        run(*rows, padding=20)
    assert contents(tmp_path / "store") == before
    open_store(tmp_path / "store")
