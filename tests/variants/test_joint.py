"""A joint file read at once gives each newborn the rows that reading the newborn alone gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pysam
import pysam.bcftools
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.tables import ALLELES_SEEN, CALLS, NEWBORNS, UNCALLABLE
from evaluator.variants import joint_newborns
from evaluator.variants.callability import Evidence, uncallable
from evaluator.variants.extract import Summary
from evaluator.variants.intervals import Intervals

WriteVcf = Callable[..., Path]
Both = Callable[..., tuple[Path, Path]]
EXON = 34_646_705  # first coding base of GALT, 1-based
SAMPLES = [f"N{number:02d}" for number in range(20)]
FORMS = ("plain", "bgzf", "tbi", "bcf")
TABLES = {"newborns": NEWBORNS, "calls": CALLS, "uncallable": UNCALLABLE, "alleles": ALLELES_SEEN}
FIELDS = "GT:AD:DP:GQ"
REFERENCE = "0/0:20,0:20:60"


def record(
    position: int, genotypes: dict[int, str], alt: str = "C", keys: str = FIELDS, rest: str = REFERENCE
) -> str:
    """A record in which all samples but the named ones have the same text."""
    fields = [genotypes.get(number, rest) for number in range(len(SAMPLES))]
    return f"chr9 {position} . A {alt} . PASS CSQ={alt}|x|GALT {keys} {' '.join(fields)}"


def write_sheet(folder: Path, *rows: str, columns: str = "newborn sex vcf sample_in_vcf callable") -> Path:
    """Write a sample sheet with tabs for spaces."""
    sheet = folder / "samples.tsv"
    text = "\n".join(line.replace(" ", "\t") for line in (columns, *rows)) + "\n"
    sheet.write_text(text, encoding="utf-8", newline="")
    return sheet


def require_equal(together: Path, alone: Path) -> None:
    """Not a row of any table, and not a count of any newborn, may differ."""
    for name, schema in TABLES.items():
        mine, theirs = (pl.read_parquet(folder / f"{name}.parquet") for folder in (together, alone))
        assert mine.schema == schema
        assert mine.equals(theirs), name
    entries = [json.loads((folder / "manifest.json").read_text())["inputs"] for folder in (together, alone)]
    assert entries[0] == entries[1]


def everyone(vcf: Path) -> list[str]:
    """A row of the sheet for each sample of a joint file."""
    return [f"{sample} female {vcf.name}  " for sample in SAMPLES]


genotypes = st.sampled_from(
    [
        "0/1",
        "1/1",
        "0|1",
        "1|0",
        "1|2",
        "2/1",
        "1",
        "0",
        "./.",
        ".",
        ".|.",
        "0/.",
        "./1",
        "0/2",
        "./2",
        "2/2",
        "0/0",
        "0|0",
        "0/0/1",
        "3",
    ]
)
reads = st.sampled_from(["3,4,5,6", "9,0,0,0", ".", "0,.,2,1"])
numbers = st.sampled_from(["0", "7", "99", "."])
phase_sets = st.sampled_from([".", "55", "34646705"])
haplotypes = st.sampled_from([".", "90-1,90-2", "91-2,91-1"])
values = {"GT": genotypes, "AD": reads, "DP": numbers, "GQ": numbers, "PS": phase_sets, "HP": haplotypes}


@st.composite
def joint_records(draw: st.DrawFn) -> list[str]:
    """Records of many samples: any order of FORMAT, with and without GT, dropped trailing fields."""
    positions = sorted(draw(st.lists(st.integers(EXON - 30, EXON + 60), min_size=1, max_size=6)))
    lines = []
    for position in positions:
        keys = draw(
            st.permutations(["GT", "AD", "DP", "GQ", "PS", "HP"]).map(
                lambda order: order[: 1 + len(order) // 2]
            )
        )
        if draw(st.booleans()):
            keys = ["GT", *(key for key in keys if key != "GT")]
        fields = []
        for _ in SAMPLES:
            if draw(st.integers(0, 3)):
                fields.append(":".join({"GT": "0/0", "AD": "9,0,0,0"}.get(key, "30") for key in keys))
                continue
            parts = [draw(values[key]) for key in keys]
            dropped = draw(st.integers(0, len(parts) - 1)) if keys[0] == "GT" else 0
            fields.append(":".join(parts[: len(parts) - dropped]))
        alt = draw(st.sampled_from(["C,G,T", "AC,C,<INV>", "C,*,ACG"]))
        lines.append(f"chr9 {position} . AGT {alt} . PASS . {':'.join(keys)} {' '.join(fields)}")
    return lines


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=joint_records())
def test_together_is_as_alone(
    form: str, records: list[str], write_vcf: WriteVcf, both: Both, tmp_path: Path
) -> None:
    """Whatever the genotypes, the tables of a joint file are those of its samples read one by one."""
    vcf = write_vcf("joint", records, form, samples=" ".join(SAMPLES))
    try:
        together, alone = both(write_sheet(tmp_path, *everyone(vcf)))
    except InputError as error:  # no GT in any record
        assert "no genotype" in str(error)  # noqa: PT017
    else:
        require_equal(together, alone)


@pytest.mark.parametrize("form", FORMS)
def test_local_alleles_are_read_as_alone(form: str, write_vcf: WriteVcf, both: Both, tmp_path: Path) -> None:
    """LAA and LAD mean in a joint file what they mean in a newborn's own, with and without AD beside them."""
    local = {2: "0/2:.:2,3:20,30,10", 5: "1/3:.:3,1:5,6,7", 9: "0/1:8,9,0,0:1:8,9"}
    records = [
        record(EXON, local, "C,G,T", "GT:AD:LAA:LAD", "0/0:.:.:20"),
        record(EXON + 9, {4: "0/3:3:5,6"}, "C,G,T", "GT:LAA:LAD", "0/0:.:20"),
    ]
    vcf = write_vcf("joint", records, form, samples=" ".join(SAMPLES))
    together, alone = both(write_sheet(tmp_path, *everyone(vcf)))
    require_equal(together, alone)
    calls = pl.read_parquet(together / "calls.parquet").sort("newborn", "alt")
    assert calls.select("depth", "alt_depth").rows() == [(60, 30), (11, 6), (18, 7), (18, 6), (17, 9)]


@pytest.mark.parametrize("form", FORMS)
def test_haploid_reference_is_read_as_alone(
    form: str, write_vcf: WriteVcf, both: Both, tmp_path: Path
) -> None:
    """A record that nobody carries has genotypes of another length, as on Y: nothing of it is a carrier's."""
    records = [
        record(EXON, {2: "0/1:20"}, keys="GT:DP", rest="0/0:20"),
        record(EXON + 9, {}, keys="GT:DP", rest="0:20"),
    ]
    vcf = write_vcf("joint", records, form, samples=" ".join(SAMPLES))
    require_equal(*both(write_sheet(tmp_path, *everyone(vcf))))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("order", [[*SAMPLES[1:], SAMPLES[0]], SAMPLES[::-1]])
def test_samples_may_stand_in_any_order(
    form: str, order: list[str], write_vcf: WriteVcf, both: Both, tmp_path: Path
) -> None:
    """A carrier is found whose column is not where the order of names has it; the last one is short."""
    records = [record(EXON + place, {5: "1"}, keys="GT", rest="0") for place in range(2)]
    vcf = write_vcf("joint", records, form, samples=" ".join(order))
    together, alone = both(write_sheet(tmp_path, *everyone(vcf)))
    require_equal(together, alone)
    assert pl.read_parquet(together / "calls.parquet")["newborn"].to_list() == [order[5]] * 2
    some = everyone(vcf)[::3]
    require_equal(*both(write_sheet(tmp_path, *some)))


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_its_own_gives_the_same(
    form: str, write_vcf: WriteVcf, extract_as: Callable[..., Summary], tmp_path: Path
) -> None:
    """A newborn's own VCF and its column of a joint one give the same calls and stretches."""
    spread = {2: "0/1:9,8:17:50", 5: "1/1:0,9:9:30", 6: "./.:.:.:.", 19: "1|0:4,4:8:20"}
    others = {19: "0/1:9,8:17:50", 0: ".", 7: "./1:1,1:2:2"}
    records = [record(EXON, spread), record(EXON + 3, {}), record(EXON + 9, others)]
    vcf = write_vcf("joint", records, form, samples=" ".join(SAMPLES))
    together = extract_as(write_sheet(tmp_path, *everyone(vcf)), "together", 1).folder
    rows = []
    for number, sample in enumerate(SAMPLES):
        own = [" ".join([*text.split(" ")[:9], text.split(" ")[9 + number]]) for text in records]
        rows.append(f"{sample} female {write_vcf(sample, own, samples=sample).name}  ")
    alone = extract_as(write_sheet(tmp_path, *rows), "alone", 1 + len(SAMPLES)).folder
    for name in TABLES:
        mine, theirs = (pl.read_parquet(folder / f"{name}.parquet") for folder in (together, alone))
        assert mine.equals(theirs), name
    assert pl.read_parquet(together / "calls.parquet").height == 5
    assert pl.read_parquet(together / "uncallable.parquet")["newborn"].to_list() == ["N00", "N06"]


@pytest.mark.parametrize("version", ["4.2", "4.4"])
def test_the_phase_of_the_first_allele(version: str, write_vcf: WriteVcf, both: Both, tmp_path: Path) -> None:
    """From VCF 4.4 on a genotype may state its first allele's phase; BCF keeps it in a bit that was idle."""
    texts = ["0|1", "0/1", "1|0", "1", ".|1", "1/1|0"]
    if version == "4.4":
        texts += ["/0|1", "|0|1", "|0/1", "/1", "|1", "/.|1"]
    vcf = write_vcf(
        "joint", [record(EXON, dict(enumerate(texts)), keys="GT", rest="0/0")], samples=" ".join(SAMPLES)
    )
    vcf.write_text(vcf.read_text().replace("VCFv4.2", f"VCFv{version}"), newline="")
    binary = compressed_bcf(vcf)
    together, alone = both(write_sheet(tmp_path, *everyone(binary)))
    require_equal(together, alone)


def compressed_bcf(vcf: Path) -> Path:
    """Turn a VCF into BCF without an index."""
    binary = vcf.with_suffix(".bcf")
    pysam.bcftools.view("-Ob", "-o", str(binary), str(vcf), catch_stdout=False)
    return binary


@pytest.mark.parametrize("form", FORMS)
def test_only_the_rows_of_the_sheet_are_read(
    form: str, write_vcf: WriteVcf, both: Both, tmp_path: Path
) -> None:
    """Some samples of a joint file, under other names and in another order, with a BED for one of them."""
    (tmp_path / "part.bed").write_text(f"chr9\t{EXON}\t{EXON + 20}\n", newline="")
    records = [record(EXON, {1: "0/1:9,8:17:50", 18: "./.:.:.:."}), record(EXON + 9, {18: "1/1:0,9:9:30"})]
    vcf = write_vcf("joint", records, form, samples=" ".join(SAMPLES)).name
    rows = [f"B male {vcf} N18 part.bed", f"A female {vcf} N01 ", f"C unknown {vcf} N00 part.bed"]
    together, alone = both(write_sheet(tmp_path, *rows))
    require_equal(together, alone)
    newborns = pl.read_parquet(together / "newborns.parquet")
    assert newborns.select("newborn", "callable_evidence", "calls").rows() == [
        ("A", "none", 1),
        ("B", "bed", 1),
        ("C", "bed", 0),
    ]


def test_what_a_shared_bed_says_is_worked_out_once(
    write_vcf: WriteVcf, extract_as: Callable[..., Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has no doubts of one's own has the gaps of all others; one with a no-call has them and that."""
    asked = []

    def counted(regions: Intervals, evidence: Evidence, doubts: pl.DataFrame) -> pl.DataFrame:
        asked.append(len(doubts))
        return uncallable(regions, evidence, doubts)

    monkeypatch.setattr(joint_newborns, "uncallable", counted)
    (tmp_path / "part.bed").write_text(f"chr9\t{EXON}\t{EXON + 20}\n", newline="")
    vcf = write_vcf("joint", [record(EXON, {3: "./.:.:.:."})], samples=" ".join(SAMPLES)).name
    rows = [f"{sample} female {vcf}  part.bed" for sample in SAMPLES]
    gaps = pl.read_parquet(extract_as(write_sheet(tmp_path, *rows), "store", 1).folder / "uncallable.parquet")
    assert asked == [0, 1]
    of = gaps.partition_by("newborn", as_dict=True, include_key=False)
    assert len(of) == len(SAMPLES)
    assert all(of[sample,].equals(of["N00",]) for sample in SAMPLES if sample != "N03")
    assert of["N03",].height > of["N00",].height > 1


def test_a_block_that_only_the_gvcf_calls_is_undecided(
    write_vcf: WriteVcf, both: Both, tmp_path: Path
) -> None:
    """A listed allele may lie under it, whether the newborn has a file of its own or a column of one."""
    vcf = write_vcf("joint", [record(EXON, {3: "0/1:9,8:17:50"})], samples=" ".join(SAMPLES))
    block = record(EXON + 20, {1: "0/1:20,9:29:60"}, "GTT").replace(" A GTT ", " AGTAC GTT ")
    gvcf = write_vcf("blocks", [block], samples=" ".join(reversed(SAMPLES)))
    together, alone = both(write_sheet(tmp_path, *(f"{row.rstrip()}  {gvcf.name}" for row in everyone(vcf))))
    require_equal(together, alone)
    undecided = pl.read_parquet(together / "uncallable.parquet").filter(reason="unequal_block")
    assert undecided["newborn"].to_list() == [SAMPLES[-2]]


@pytest.mark.parametrize("form", ["plain", "bgzf", "tbi"])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (record(EXON + 5, {3: "0/4"}), "ALT does not list"),
        (record(EXON + 5, {3: "0/x"}), "GT"),
        (record(EXON + 5, {3: "0/1:1,1:ten:9"}), "DP"),
        (record(EXON + 5, {3: "0/1:1,1:2:9:9"}), "more fields"),
        (record(EXON + 5, {3: "0/1:1,1:2:9"}).replace(" C ", " C,,G "), "ALT"),
        (record(EXON + 5, {}) + " 0/0", "30 columns"),
        (record(EXON + 5, {}).rsplit(" ", 1)[0], "28 columns"),
        (record(EXON + 5, {}).replace("chr9 3", "chr9 x"), "POS"),
        (record(EXON + 5, {}).replace(" A ", " A-T "), "REF"),
        (f"chr9 {EXON + 5} . A C", "5 columns"),
    ],
)
def test_a_bad_line_concerns_every_newborn_of_the_file(
    form: str,
    wrong: str,
    message: str,
    write_vcf: WriteVcf,
    extract_as: Callable[..., Summary],
    tmp_path: Path,
) -> None:
    """The line is named once, for all rows of the sheet; quarantine sets all of the file's newborns aside."""
    good = [record(EXON + number, {number: "0/1:9,8:17:50"}) for number in range(9)]
    vcf = write_vcf("joint", good, form, samples=" ".join(SAMPLES))
    lines = (tmp_path / "joint.vcf").read_text().splitlines()
    lines.insert(len(lines) - 3, wrong.replace(" ", "\t"))
    text = "\n".join(lines) + "\n"
    if form == "plain":
        vcf.write_text(text, newline="")
    else:
        with pysam.BGZFile(str(vcf), "wb", index=None) as stream:
            stream.write(text.encode())
        for index in tmp_path.glob("*.tbi"):
            index.touch()
    alone = write_vcf("alone", [f"chr9 {EXON} . A C . . . GT 0/1"]).name
    sheet = write_sheet(tmp_path, *everyone(vcf), f"OWN male {alone}  ")
    with pytest.raises(InputError, match=message) as caught:
        extract_as(sheet, "stopped", 1)
    (problem,) = caught.value.problems
    assert problem.line == 2
    where = f"rows 2 to {1 + len(SAMPLES)} of the sheet: vcf line {len(lines) - 3}:"
    assert problem.message.startswith(where)
    summary = extract_as(sheet, "set-aside", 2, on_error="quarantine")
    assert (summary.sequenced, summary.quarantined, summary.calls) == (21, 20, 1)


def test_a_joint_file_that_is_its_own_evidence_does_not_contradict_itself(
    write_vcf: WriteVcf, both: Both, tmp_path: Path
) -> None:
    """Beside a called deletion its bases may have records that say reference: no note, read either way."""
    deletion = f"chr9 {EXON} . AGGT A . PASS . {FIELDS} " + " ".join(
        "0/1:9,9:18:60" if number == 3 else REFERENCE for number in range(len(SAMPLES))
    )
    vcf = write_vcf("joint.g", [deletion, record(EXON + 2, {})], samples=" ".join(SAMPLES))
    together, alone = both(write_sheet(tmp_path, *(f"{row.rstrip()}  {vcf.name}" for row in everyone(vcf))))
    require_equal(together, alone)
    assert pl.read_parquet(together / "newborns.parquet")["callable_evidence"].unique().to_list() == ["gvcf"]
