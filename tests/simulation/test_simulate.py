"""The cohort as a whole: readable, repeatable, complete, and planted as its truth says."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import cyvcf2
import pysam
import pysam.bcftools
import pytest

from evaluator.errors import InputError
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.sheet_reader import read_sheet_or_raise
from evaluator.sheets import CONVENTIONAL, OUTCOMES, SAMPLES
from evaluator.simulation import simulate as module
from evaluator.simulation.cohort import Newborn
from evaluator.simulation.scenario import Bench, Planted
from evaluator.simulation.scenarios import SCENARIOS, UNPLANTED
from evaluator.simulation.simulate import simulate
from evaluator.vocabulary import Verdict

from .conftest import Cohort


def digests(folder: Path) -> dict[str, str]:
    """The digest of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_one_seed_gives_the_same_bytes(small_panel: Panel, tmp_path: Path) -> None:
    """The same panel, count and seed write the same files; another seed writes others."""
    for name, seed in (("first", 7), ("again", 7), ("other", 8)):
        simulate(small_panel, 30, seed, tmp_path / name)
    first, again, other = (digests(tmp_path / name) for name in ("first", "again", "other"))
    assert first == again
    assert first["vcf/NB000001.vcf.gz"] != other["vcf/NB000001.vcf.gz"]
    assert first["truth.tsv"] != other["truth.tsv"]


def test_every_vcf_is_read_without_a_warning(cohort: Cohort, capfd: pytest.CaptureFixture[str]) -> None:
    """Two readers take every file, and neither has anything to say about it."""
    files = [*sorted((cohort.folder / "vcf").glob("*.vcf.gz")), cohort.folder / "clinvar.vcf.gz"]
    for path in files:
        text = pysam.bcftools.view("--no-version", "-H", str(path))
        assert pysam.bcftools.view.get_messages() == ""
        records = list(cyvcf2.VCF(str(path)))
        assert len(text.splitlines()) == len(records) > 20
        contig, position = records[-1].CHROM, records[-1].POS
        assert any(
            position == record.POS for record in cyvcf2.VCF(str(path))(f"{contig}:{position}-{position}")
        )
    assert capfd.readouterr().err == ""
    assert len(files) == cohort.simulation.sequenced + 1


def test_truth_has_one_row_per_newborn_and_condition(cohort: Cohort) -> None:
    """Every sequenced or failed newborn meets every condition once, and nobody else does."""
    samples, truth = cohort.table("samples.tsv"), cohort.table("truth.tsv")
    screened = samples.filter(samples["status"].is_in(["sequenced", "failed"]))["newborn"]
    conditions = set(cohort.panel.gene_rows["condition"])
    pairs = Counter(zip(truth["newborn"], truth["condition"], strict=True))
    assert set(pairs) == {(newborn, condition) for newborn in screened for condition in conditions}
    assert set(pairs.values()) == {1}
    assert set(truth["verdict"]) == set(Verdict)


def test_every_scenario_finds_room_on_the_small_panel(cohort: Cohort) -> None:
    """Two hundred newborns hold every scenario, each with its own verdict."""
    truth = cohort.table("truth.tsv")
    verdicts = dict(zip(truth["scenario"], truth["verdict"], strict=True))
    missing = [scenario.name for scenario in SCENARIOS if scenario.name not in verdicts]
    assert missing == []
    for scenario in SCENARIOS:
        found = truth.filter(scenario=scenario.name)["verdict"].to_list()
        assert scenario.verdict in found, scenario.name
    assert set(verdicts) <= {*(scenario.name for scenario in SCENARIOS), *UNPLANTED}


def test_the_english_panel_has_room_for_nearly_all(english_cohort: Cohort) -> None:
    """The real panel exercises the rules of phase, sex, quality, callability and evidence."""
    present = set(english_cohort.table("truth.tsv")["scenario"])
    wanted = {scenario.name for scenario in SCENARIOS}
    # It lists no allele of its X-linked dominant genes, of its special loci or of CSF2RA, asks for no stars,
    # and names none where an unlisted stop in a gene of another mechanism could stand.
    absent = {
        "girl_x_linked_dominant",
        "boy_x_linked_dominant",
        "special_locus_raw_call",
        "pseudo_autosomal_boy",
        "clinvar_too_few_stars",
        "lof_other_mechanism",
    }
    assert wanted - present <= absent


@pytest.mark.parametrize("name", ["uk-blood-spot", "lysosomal"])
def test_smaller_panels_are_simulated_too(name: str, repository: Path, tmp_path: Path) -> None:
    """A panel without X-linked or dominant genes still gives positives and negatives."""
    written = simulate(load_panel(repository / "panel" / name), 100, 1, tmp_path / "cohort")
    assert written.scenarios > 30
    assert written.verdicts["reportable"] > 3


def test_what_is_planted_stands_in_the_files(
    small_panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every planted record is in the newborn's VCF as planted, and no planted gap is callable."""
    planted: dict[str, Planted] = {}
    original = module._plant

    def noted(newborn: Newborn, bench: Bench) -> Planted | None:
        result = original(newborn, bench)
        if result:
            planted[newborn.name] = result
        return result

    monkeypatch.setattr(module, "_plant", noted)
    cohort = Cohort(tmp_path / "cohort", small_panel, simulate(small_panel, 200, 3, tmp_path / "cohort"))
    assert len(planted) == len(SCENARIOS)
    for name, scenario in planted.items():
        lines = {tuple(record[i] for i in (0, 1, 3, 4, 6, 9)) for record in cohort.records(name)}
        for call in scenario.calls:
            cells = call.line(".").split("\t")
            assert tuple(cells[i] for i in (0, 1, 3, 4, 6, 9)) in lines
        rows = (cohort.folder / "callable" / f"{name}.bed").read_text(encoding="utf-8").splitlines()
        for gap in scenario.gaps:
            for contig, start, end in (row.split("\t") for row in rows):
                assert contig != gap.contig or int(end) <= gap.start or int(start) >= gap.end


def test_the_tables_pass_their_own_checks(cohort: Cohort) -> None:
    """The sample sheet, the outcomes and today's test are read without a complaint."""
    samples = read_sheet_or_raise(cohort.folder / "samples.tsv", SAMPLES)
    outcomes = read_sheet_or_raise(cohort.folder / "outcomes.tsv", OUTCOMES)
    today = read_sheet_or_raise(cohort.folder / "conventional.tsv", CONVENTIONAL)
    for column in ("vcf", "callable", "structural_vcf", "special_loci", "mother_vcf", "father_vcf"):
        for path in samples[column].drop_nulls():
            assert (cohort.folder / path).is_file()
    assert samples.filter(status="sequenced")["vcf"].null_count() == 0
    assert set(samples["status"]) == {"sequenced", "failed", "declined", "not_sampled", "withdrawn"}
    assert {"affected", "unaffected", "pending", "lost", "uncertain"} == set(outcomes["reference"])
    assert {"screening", "symptoms", "registry", "conventional"} <= set(outcomes["found_by"].drop_nulls())
    assert {"positive", "negative"} <= set(today["index"])


def test_nothing_is_left_behind_when_the_input_is_wrong(small_panel: Panel, tmp_path: Path) -> None:
    """No newborns, too many of them, or a folder in use: told at once, nothing written."""
    for count in (0, 1_000_000):
        with pytest.raises(InputError, match="outside 1 to 999999"):
            simulate(small_panel, count, 1, tmp_path / "cohort")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "results.tsv").touch()
    with pytest.raises(InputError, match="already exists"):
        simulate(small_panel, 3, 1, tmp_path / "used")
    assert [path.name for path in tmp_path.iterdir()] == ["used"]


def test_a_panel_without_alleles_is_refused(small_panel: Panel, tmp_path: Path) -> None:
    """There is nothing to plant when the panel lists nothing."""
    folder = tmp_path / "bare"
    folder.mkdir()
    for path in small_panel.path.iterdir():
        text = path.read_text(encoding="utf-8")
        kept = text.splitlines(keepends=True)[0] if path.name == "alleles.tsv" else text
        (folder / path.name).write_text(kept, encoding="utf-8")
    with pytest.raises(InputError, match="lists no allele"):
        simulate(load_panel(folder), 3, 1, tmp_path / "cohort")


def test_a_single_newborn_is_a_cohort(small_panel: Panel, tmp_path: Path) -> None:
    """One newborn gives one file of everything."""
    written = simulate(small_panel, 1, 1, tmp_path / "cohort")
    assert (written.newborns, written.sequenced, written.scenarios) == (1, 1, 0)
    assert len(list((tmp_path / "cohort" / "vcf").iterdir())) == 2
