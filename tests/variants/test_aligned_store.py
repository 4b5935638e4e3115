"""Left-aligned stores: what is written beside the regions, what contradicts, what another FASTA means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evaluator.errors import InputError
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.screening.flag import flag
from evaluator.variants.extract import Request, extract
from evaluator.variants.spanning_deletions import WITHOUT_RECORD
from evaluator.variants.store import Store, open_store

WriteVcf = Callable[..., Path]
Run = Callable[..., Store]
LENGTH = 138_394_717  # of chr9
FIRST = 34_646_705  # first coding base of GALT, 1-based
BEGIN = FIRST - 3000  # the first base of the genome that is written
LEFT = FIRST - 1001  # the base before 60 times CA, upstream of the gene
RIGHT = LEFT + 118  # the base before the last CA
AT_LEFT, AT_RIGHT = f"chr9 {LEFT} . GCA G", f"chr9 {RIGHT} . ACA A"  # one deletion
LISTED = f"chr9\t{LEFT}\tGCA\tG\tGALT\tallow\n"
SIXTEEN = " ".join(f"S{number}" for number in range(16))
FORMAT = "GT:AD:DP:GQ"
NONE, ONE, TWO = "0/0:30,0:30:99", "0/1:15,15:30:99", "1/1:0,30:30:99"


def genome_bases() -> str:
    """A stretch of chr9 with a repeat of CA."""
    around = "".join(np.random.default_rng(3).choice(list("ACGT"), 8000))
    return around[: LEFT - BEGIN] + "G" + "CA" * 60 + "T" + around[LEFT - BEGIN + 122 :]


def write_genome(path: Path, bases: str, *, index: bool = True) -> Path:
    """A chr9 of which only a stretch is written; with an index the rest of the file may be a hole."""
    with path.open("wb") as stream:
        stream.write(b">9\n")
        if not index:
            stream.write(b"N" * LENGTH)
        stream.seek(3 + BEGIN - 1)
        stream.write(bases.encode())
        stream.seek(3 + LENGTH)
        stream.write(b"\n")
    if index:
        path.with_name(path.name + ".fai").write_text(f"9\t{LENGTH}\t3\t{LENGTH}\t{LENGTH + 1}\n", newline="")
    return path


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    """The reference sequence."""
    return write_genome(tmp_path / "genome.fa", genome_bases())


@pytest.fixture
def listing(tmp_path: Path, panel: Panel) -> Panel:
    """A panel that reports the deletion, and nothing else."""
    with (panel.path / "alleles.tsv").open("a", newline="") as stream:
        stream.write(LISTED)
    (panel.path / "criteria.yaml").write_text("preset: listed-alleles-only\n", newline="")
    (tmp_path / "all.bed").write_text("chr9\t34000000\t35000000\n", newline="")
    return load_panel(panel.path)


@pytest.fixture
def run(tmp_path: Path, listing: Panel, genome: Path) -> Run:
    """Extract rows of a sheet (newborn, sex, vcf, callable) and open the store."""

    def go(
        *rows: str, columns: str = "newborn sex vcf callable", to: str = "store", **options: object
    ) -> Store:
        sheet = tmp_path / "samples.tsv"
        sheet.write_text("\n".join((columns, *rows)).replace(" ", "\t") + "\n", newline="")
        given = {"fasta": genome, "panel": listing, **options}
        extract(Request(sheet, store=tmp_path / to, **given), "2026-01-01")  # type: ignore[arg-type]
        return open_store(tmp_path / to)

    return go


def alleles_of(store: Store) -> list[tuple[object, ...]]:
    """The calls in short."""
    return sorted(store.calls().select("newborn", "position", "ref", "alt", "copies").collect().rows())


@pytest.mark.parametrize("form", ["plain", "tbi", "bcf"])
@pytest.mark.parametrize("samples", ["A", f"A {SIXTEEN}"])
def test_a_deletion_written_beside_every_region_is_reported(
    run: Run, write_vcf: WriteVcf, listing: Panel, form: str, samples: str
) -> None:
    """A caller put the listed deletion at the right end of the repeat, beyond all that the panel reads."""
    others = f" {NONE}" * (len(samples.split()) - 1)
    beside = [f"chr9 {RIGHT + 3} . {genome_bases()[RIGHT + 3 - BEGIN]} N", f"chr9 {RIGHT + 9} . N NGG"]
    records = [f"{line} . PASS . {FORMAT} {TWO}{others}" for line in (AT_RIGHT, *beside)]
    path = write_vcf("joint", records, form, samples=samples)
    verdicts, regions = {}, {}
    for name, options in (("with", {}), ("without", {"fasta": None})):
        store = run(f"A male {path.name} all.bed", to=name, **options)
        (verdicts[name],) = flag(store, listing).findings["verdict"].to_list()
        regions[name] = store.regions().rows()
    assert verdicts == {"with": "reportable", "without": "not reportable"}
    assert regions["with"] == regions["without"]
    store = run(f"A male {path.name} all.bed", to="again")
    assert alleles_of(store) == [("A", LEFT, "GCA", "G", 2)]
    (entry,) = store.manifests[0]["inputs"]  # type: ignore[misc, attr-defined]
    assert entry["records_in_regions"] == 1


@pytest.mark.parametrize("form", ["plain", "bcf"])
@pytest.mark.parametrize("samples", ["A", f"A {SIXTEEN}"])
def test_an_alt_column_as_long_as_ref_is_aligned(
    run: Run, write_vcf: WriteVcf, form: str, samples: str
) -> None:
    """ALT is `A,*` beside REF `ACA`: two alleles of other lengths than REF, not one of the same."""
    others = " ".join(["0/0:30:99"] * (len(samples.split()) - 1))
    vcf = write_vcf(
        "a", [f"{AT_RIGHT},* . PASS . GT:DP:GQ 0/1:30:99 {others}".rstrip()], form, samples=samples
    )
    store = run(f"A male {vcf.name} all.bed")
    assert alleles_of(store) == [("A", LEFT, "GCA", "G", 1)]


def test_records_that_spell_one_deletion_differently_contradict_each_other(
    run: Run, write_vcf: WriteVcf, listing: Panel
) -> None:
    """Two copies at one end of the repeat, none at the other: repeat, as if both stood at one place."""
    lines = (f"{AT_LEFT} . PASS . {FORMAT} {TWO}", f"{AT_RIGHT} . PASS . {FORMAT} {NONE}")
    write_vcf("a", lines)
    store = run("A male a.vcf all.bed")
    assert alleles_of(store) == [("A", LEFT, "GCA", "G", 0), ("A", LEFT, "GCA", "G", 2)]
    (finding,) = flag(store, listing).findings.to_dicts()
    assert finding["verdict"] == "not assessed"
    assert "repeat_contradicting_records" in finding["reasons"]
    assert alleles_of(run("A male a.vcf all.bed", to="written", fasta=None)) == [("A", LEFT, "GCA", "G", 2)]


@pytest.mark.parametrize("samples", ["A", f"A {SIXTEEN}"])
def test_calls_that_spell_one_deletion_differently_contradict_each_other(
    run: Run, write_vcf: WriteVcf, listing: Panel, samples: str
) -> None:
    """Two copies at one end of the repeat, one at the other: how many there are is not known."""
    others = f" {NONE}" * (len(samples.split()) - 1)
    lines = [f"{AT_LEFT} . PASS . {FORMAT} {TWO}{others}", f"{AT_RIGHT} . PASS . {FORMAT} {ONE}{others}"]
    path = write_vcf("a", lines, samples=samples)
    store = run(f"A male {path.name} all.bed")
    assert alleles_of(store) == [("A", LEFT, "GCA", "G", 1), ("A", LEFT, "GCA", "G", 2)]
    (finding,) = flag(store, listing).findings.to_dicts()
    assert "repeat_contradicting_records" in finding["reasons"]


@pytest.mark.parametrize("samples", ["A", f"A {SIXTEEN}"])
def test_a_gvcf_may_spell_the_deletion_differently(run: Run, write_vcf: WriteVcf, samples: str) -> None:
    """It does not contradict the VCF by that; a gVCF that alone has the deletion does."""
    others = f" {NONE}" * (len(samples.split()) - 1)
    path = write_vcf("a", [f"{AT_LEFT} . PASS . {FORMAT} {ONE}{others}"], samples=samples)
    without = write_vcf("none", [f"chr9 {LEFT} . G C . PASS . {FORMAT} {ONE}{others}"], samples=samples)
    base = genome_bases()[0]
    records = [
        f"chr9 {BEGIN} . {base} <NON_REF> . . END={RIGHT - 1} {FORMAT} {NONE}",
        f"{AT_RIGHT},<NON_REF> . . . {FORMAT} {ONE}",
        f"chr9 {RIGHT + 3} . T <NON_REF> . . END={FIRST + 9999} {FORMAT} {NONE}",
    ]
    write_vcf("a.g", records, "tbi")
    store = run(f"A male {path.name} a.g.vcf.gz")
    assert alleles_of(store) == [("A", LEFT, "GCA", "G", 1)]
    (entry,) = store.manifests[0]["inputs"]  # type: ignore[misc, attr-defined]
    assert "gVCF calls" not in entry["note"]
    found = alleles_of(run(f"A male {without.name} a.g.vcf.gz", to="other"))
    assert found == [("A", LEFT, "G", "C", 1), ("A", LEFT, "GCA", "G", 0), ("A", LEFT, "GCA", "G", 1)]


def test_a_missing_genotype_beside_the_regions_is_no_reference(
    run: Run, write_vcf: WriteVcf, listing: Panel
) -> None:
    """The caller looked at the listed deletion, at the other end of the repeat, and could not tell."""
    other = f"chr9 {FIRST} . {genome_bases()[FIRST - BEGIN]} N . PASS . {FORMAT} {ONE}"
    write_vcf("a", [f"{AT_RIGHT} . PASS . {FORMAT} ./.:.:.:.", other])
    store = run("A male a.vcf all.bed")
    assert flag(store, listing).findings["verdict"].to_list() == ["not assessed"]


def test_parents_may_spell_the_deletion_differently(run: Run, write_vcf: WriteVcf) -> None:
    """The mother's file has it at the other end of the repeat, as a reader of both would see."""
    write_vcf("a", [f"{AT_LEFT} . PASS . {FORMAT} {ONE}"])
    write_vcf("m", [f"{AT_RIGHT} . PASS . {FORMAT} {ONE}"])
    write_vcf("f", [f"{AT_RIGHT} . PASS . {FORMAT} {NONE}"])
    store = run("A male a.vcf m.vcf f.vcf", columns="newborn sex vcf mother_vcf father_vcf")
    (row,) = store.parents().collect().to_dicts()
    assert (row["position"], row["mother_copies"], row["father_copies"]) == (LEFT, 1, 0)


@pytest.mark.parametrize("first", ["left", "right"])
def test_regions_are_added_as_if_all_were_read_at_once(
    run: Run, write_vcf: WriteVcf, listing: Panel, tmp_path: Path, first: str
) -> None:
    """The deletion's place in the old regions or in the new ones: it is there once."""
    write_vcf("a", [f"{AT_RIGHT} . PASS . {FORMAT} {TWO}"])
    beds = {"old": (LEFT - 2, LEFT + 5), "new": (LEFT + 400, LEFT + 600)}
    if first == "right":
        beds = {"old": beds["new"], "new": beds["old"]}
    lines = [f"chr9\t{start}\t{end}\n" for start, end in beds.values()]
    (tmp_path / "old.bed").write_text(lines[0], newline="")
    (tmp_path / "both.bed").write_text("".join(lines), newline="")
    (listing.path / "alleles.tsv").write_text("contig\tposition\tref\talt\tgene\tlist\n", newline="")
    small = load_panel(listing.path)
    row = "A male a.vcf all.bed"
    run(row, panel=small, regions=tmp_path / "old.bed")
    grown = run(row, panel=small, regions=tmp_path / "both.bed")
    at_once = run(row, panel=small, regions=tmp_path / "both.bed", to="at_once")
    assert alleles_of(grown) == alleles_of(at_once) == [("A", LEFT, "GCA", "G", 2)]
    for key in ("regions", "normalisation"):
        assert grown.manifests[0][key] == at_once.manifests[0][key]


@pytest.mark.parametrize("index", ["with index", "without"])
def test_another_fasta_of_the_same_size_is_another(
    run: Run, write_vcf: WriteVcf, tmp_path: Path, index: str
) -> None:
    """One base differs, with or without index; newborns and regions cannot be added by it."""
    write_vcf("a", [f"{AT_RIGHT} . PASS . {FORMAT} {TWO}"])
    row, more = "A male a.vcf all.bed", tmp_path / "more.bed"
    more.write_text(f"chr9\t{LEFT + 300}\t{LEFT + 400}\n", newline="")
    bases = genome_bases()
    place = LEFT + 90 - BEGIN  # beside the region of the deletion
    other = write_genome(
        tmp_path / "other.fa", bases[:place] + "G" + bases[place + 1 :], index=index == "with index"
    )
    run(row)
    with pytest.raises(InputError, match="read under other rules"):
        run(row, fasta=other, regions=more)
    with pytest.raises(InputError, match="another form"):
        run("B male a.vcf all.bed", fasta=other)


def test_the_same_bases_are_the_same_fasta(run: Run, write_vcf: WriteVcf, tmp_path: Path) -> None:
    """Small letters, other names, other sequences beside it do not matter: regions are added by it."""
    write_vcf("a", [f"{AT_RIGHT} . PASS . {FORMAT} {TWO}"])
    (tmp_path / "more.bed").write_text(f"chr9\t{LEFT + 300}\t{LEFT + 400}\n", newline="")
    small, before = tmp_path / "small.fa", b">decoy\nACGTN\n>chr9 of another provider\n"
    with small.open("wb") as stream:
        stream.write(before)
        stream.seek(len(before) + BEGIN - 1)
        stream.write(genome_bases().lower().encode())
        stream.seek(len(before) + LENGTH)
        stream.write(b"\n")
    index = f"decoy\t5\t7\t5\t6\nchr9\t{LENGTH}\t{len(before)}\t{LENGTH}\t{LENGTH + 1}\n"
    (tmp_path / "small.fa.fai").write_text(index, newline="")
    row = "A male a.vcf all.bed"
    run(row)
    store = run(row, fasta=small, regions=tmp_path / "more.bed")
    assert alleles_of(store) == [("A", LEFT, "GCA", "G", 2)]


@pytest.mark.parametrize("place", [LEFT + 8, RIGHT])
def test_a_record_that_the_fasta_contradicts_is_told(run: Run, write_vcf: WriteVcf, place: int) -> None:
    """Inside a region or beside it: nobody knows where such a deletion belongs."""
    write_vcf("a", [f"chr9 {place} . CAC C . PASS . GT 0/1"])
    with pytest.raises(InputError, match=f"has ACA at chr9:{place}, where .* have CAC as REF"):
        run("A male a.vcf all.bed")


@pytest.mark.parametrize("samples", ["A", f"A {SIXTEEN}"])
@pytest.mark.parametrize(
    ("place", "alleles", "genotype", "doubted"),
    [
        (LEFT + 21, "C T,*", "0/2", []),
        (LEFT + 31, "C T,*", "0/2", [LEFT + 31]),
        (LEFT + 30, "ACA A,*", "1/2", [LEFT + 30]),  # its other allele moves to the left, not the `*`
    ],
)
def test_a_star_is_held_against_deletions_as_they_are_written(
    run: Run, write_vcf: WriteVcf, samples: str, place: int, alleles: str, genotype: str, doubted: list[int]
) -> None:
    """The deletion of LEFT + 21 and the next base is stored at LEFT; the `*` speaks of it as written."""
    others = f" {NONE}" * (len(samples.split()) - 1)
    records = [
        f"chr9 {LEFT + 20} . ACA A . PASS . {FORMAT} {ONE}{others}",
        f"chr9 {place} . {alleles} . PASS . {FORMAT} {genotype}:15,15,0:30:99{others}",
    ]
    path = write_vcf("joint", records, samples=samples)
    store = run(f"A male {path.name} all.bed")
    assert alleles_of(store)[0] == ("A", LEFT, "GCA", "G", 1)
    gaps = store.uncallable().filter(reason=WITHOUT_RECORD).collect()
    assert (gaps["start"] + 1).to_list() == doubted
