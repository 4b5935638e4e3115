"""Left alignment by a reference sequence: calls and listed alleles meet in one form, or the run stops."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.panel.load import load_panel
from evaluator.screening.flag import flag
from evaluator.variants.extract import Request, extract
from evaluator.variants.fasta import left_aligned, listed_problems
from evaluator.variants.store import open_store

WriteVcf = Callable[..., Path]
FIRST = 34_646_705  # first coding base of GALT on chr9, 1-based; here begin seven T
LISTED = f"chr9\t{FIRST - 1}\tGT\tG\tGALT\tallow\n"


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    """A chr9 of which only some bases around a run of T are written; the rest of the file is a hole."""
    path = tmp_path / "genome.fa"
    around = b"ACGTACGATC" * 30
    sequence = around + b"G" + b"T" * 7 + b"C" + around
    with path.open("wb") as stream:
        stream.write(b">9\n")
        stream.seek(3 + FIRST - 2 - len(around))
        stream.write(sequence)
        stream.seek(3 + 138_394_717)
        stream.write(b"\n")
    path.with_name("genome.fa.fai").write_text("9\t138394717\t3\t138394717\t138394718\n", newline="")
    return path


def alleles(*rows: tuple[int, str, str]) -> pl.DataFrame:
    """Alleles on chr9, numbered by line."""
    table = pl.DataFrame(
        rows, schema={"position": pl.Int32, "ref": pl.String, "alt": pl.String}, orient="row"
    )
    return table.select(pl.lit("chr9").alias("contig"), pl.all()).with_row_index("line", offset=2)


def test_indels_move_to_the_left_end(genome: Path) -> None:
    """A deletion and an insertion anywhere in the run are one deletion and one insertion before it."""
    found = left_aligned(
        alleles((FIRST + 5, "TT", "T"), (FIRST + 3, "T", "TT"), (FIRST, "T", "A"), (FIRST - 1, "GT", "G")),
        genome,
    )
    assert found.select("position", "new_position", "new_ref", "new_alt").sort("position").rows() == [
        (FIRST + 3, FIRST - 1, "G", "GT"),
        (FIRST + 5, FIRST - 1, "GT", "G"),
    ]


def test_another_base_stops_with_its_position(genome: Path) -> None:
    """Every allele is compared, substitutions too."""
    with pytest.raises(InputError, match=f"has T at chr9:{FIRST}, where"):
        left_aligned(alleles((FIRST, "C", "A")), genome)


def test_listed_alleles_must_be_left_aligned(genome: Path) -> None:
    """The lint names the line and what to write."""
    listed = alleles((FIRST - 1, "GT", "G"), (FIRST + 5, "TT", "T"))
    (problem,) = listed_problems(listed, "alleles.tsv", genome)
    assert problem.line == 3
    assert problem.message.endswith(f"write chr9-{FIRST - 1}-GT-G")
    (problem,) = listed_problems(alleles((FIRST, "C", "A")), "alleles.tsv", genome)
    assert f"chr9:{FIRST}" in problem.message


@pytest.mark.usefixtures("panel")
def test_a_right_shifted_deletion_is_found(tmp_path: Path, write_vcf: WriteVcf, genome: Path) -> None:
    """The caller put it at the other end of the run; without the sequence nobody could know."""
    folder = tmp_path / "panel"
    with (folder / "alleles.tsv").open("a", newline="") as stream:
        stream.write(LISTED)
    (folder / "criteria.yaml").write_text("preset: listed-alleles-only\n", newline="")
    write_vcf("a", [f"chr9 {FIRST + 5} . TT T . PASS . GT:AD:DP:GQ 1/1:0,30:30:90"])
    (tmp_path / "all.bed").write_text("chr9\t34000000\t35000000\n", newline="")
    sheet = tmp_path / "samples.tsv"
    sheet.write_text("newborn\tsex\tvcf\tcallable\nA\tmale\ta.vcf\tall.bed\n", newline="")
    verdicts = {}
    for name, fasta in (("with", genome), ("without", None)):
        request = Request(sheet, load_panel(folder), tmp_path / name, fasta=fasta)
        extract(request, "2026-01-01")
        store = open_store(tmp_path / name)
        verdicts[name] = flag(store, load_panel(folder)).findings["verdict"].to_list()
        normalisation = store.manifests[0]["normalisation"]
        assert isinstance(normalisation, dict)
        assert normalisation["left_aligned"] is (fasta is not None)
    assert verdicts == {"with": ["reportable"], "without": ["not reportable"]}
    (call,) = open_store(tmp_path / "with").calls().collect().to_dicts()
    assert (call["position"], call["ref"], call["source_position"]) == (FIRST - 1, "GT", FIRST + 5)


@pytest.mark.usefixtures("panel")
def test_the_command_says_what_was_not_aligned(
    tmp_path: Path, write_vcf: WriteVcf, nbseval: Callable[..., CompletedProcess[str]]
) -> None:
    """Without --fasta the log says that indels were trimmed only."""
    write_vcf("a", [f"chr9 {FIRST} . T C . PASS . GT 1/1"])
    sheet = tmp_path / "samples.tsv"
    sheet.write_text("newborn\tsex\tvcf\nA\tmale\ta.vcf\n", newline="")
    done = nbseval("extract", sheet, "--panel", tmp_path / "panel", "--out", tmp_path / "store")
    assert done.returncode == 0
    assert "trimmed but not left-aligned" in done.stderr


@pytest.mark.parametrize(
    "index",
    [
        "9\t138394717\t2\t138394717\t138394718\n",  # the name was one letter shorter when it was made
        "9\t138394717\t99\t138394717\t138394718\n",
        "1\t138394717\t3\t138394717\t138394718\n",
        "no index\n",
    ],
)
def test_an_index_of_another_fasta_is_refused(genome: Path, index: str) -> None:
    """Within a run of T the bases agree some places further, and the deletion would move to a wrong place."""
    genome.with_name("genome.fa.fai").write_text(index, newline="")
    with pytest.raises(InputError, match="do not fit together"):
        left_aligned(alleles((FIRST + 3, "TT", "T")), genome)
