"""What explain tells beyond the verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.panel.load import load_panel
from evaluator.screening.explain import Explanation, explain
from evaluator.screening.explain_text import as_text
from evaluator.variants.annotate import annotate, write_variants
from evaluator.variants.extract import Request, extract
from evaluator.variants.store import Store, open_store


def extracted(folder: Path, path: Path, clinvar: str | None = None) -> Store:
    """Extract a case and annotate it with its ClinVar."""
    extract(Request(folder / "samples.tsv", load_panel(folder / "panel"), path), "2026-01-01T00:00:00+00:00")
    store = open_store(path)
    if clinvar:
        write_variants(store, annotate(store, folder / clinvar))
    return store


def explained(repository: Path, tmp_path: Path, name: str, clinvar: str | None = None) -> Explanation:
    """Explain the newborn of a case."""
    folder = repository / "tests" / "cases" / name
    return explain(extracted(folder, tmp_path / "store", clinvar), load_panel(folder / "panel"), "BABY")


def outcomes(explanation: Explanation) -> dict[str, tuple[str, str, bool | None]]:
    """Rules of the first allele of the first row."""
    rules = explanation.rows[0].alleles[0].rules
    return {outcome.rule: (outcome.value, outcome.threshold, outcome.met) for outcome in rules}


def test_a_near_miss_shows_the_rule_that_it_missed(repository: Path, tmp_path: Path) -> None:
    """Value and threshold of every rule, met or not."""
    told = outcomes(explained(repository, tmp_path, "acadm_conflicting_clinvar", "clinvar.vcf"))
    assert told["ClinVar pathogenic"] == ("1", "at least 1", True)
    assert told["ClinVar benign"] == ("2", "at most 1", False)
    assert told["ClinVar stars"] == ("1", "at least 0", True)
    assert told["panel lists"] == ("on none", "allow", False)


def test_a_failed_call_shows_its_values(repository: Path, tmp_path: Path) -> None:
    """Depth 4 of at least 10, and the genotype quality beside it."""
    told = outcomes(explained(repository, tmp_path, "cftr_f508del_at_depth_4"))
    assert told["depth"] == ("4", "at least 10", False)
    assert told["genotype quality"] == ("15", "at least 20", False)
    assert told["fraction of reads"][2] is True


def test_a_missing_value_is_called_missing(repository: Path, tmp_path: Path) -> None:
    """A genotype quality that is not there is not a number."""
    told = outcomes(explained(repository, tmp_path, "acadm_genotype_quality_missing"))
    assert told["genotype quality"] == ("missing", "at least 20", False)


def test_callability_is_told_in_numbers(repository: Path, tmp_path: Path) -> None:
    """The fraction that was assessed and the listed alleles that were not."""
    (row,) = explained(repository, tmp_path, "acadm_listed_allele_uncovered").rows
    assert row.callability.startswith("99.9% of the coding bases assessed (bed; at least 95% asked for)")
    assert row.callability.endswith("listed alleles not assessed: chr1-75761161-A-G")


def test_pairs_are_told_with_their_phase(repository: Path, tmp_path: Path) -> None:
    """Every pair, how it lies and whether a diplotype rule spoke."""
    (row,) = explained(repository, tmp_path, "cftr_r117h_without_5t").rows
    (pair,) = row.pairs
    assert (pair.phase, pair.outcome, pair.by_diplotype_rule) == ("trans", "excluded", True)


def test_alleles_without_annotation_are_shown_too(repository: Path, tmp_path: Path) -> None:
    """A call that stands on no list is listed under the gene it lies in."""
    (row,) = explained(repository, tmp_path, "acadm_genotype_quality_missing").rows
    other = row.alleles[1]
    assert (other.allele, other.decision) == ("chr1-75761300-C-T", "no evidence")
    said = {outcome.rule: outcome.value for outcome in other.rules}
    assert (said["panel lists"], said["ClinVar"]) == ("on none", "the store has no such annotation")


def test_the_text_says_everything(repository: Path, tmp_path: Path) -> None:
    """The terminal shows verdict, sentences, alleles and rules."""
    text = as_text(explained(repository, tmp_path, "agxt_phase_unknown"))
    for part in (
        "PENDING PHASE",
        "because phase_unknown: Two qualifying alleles; cis or trans is not known.",
        "chr2-240871433-G-A  heterozygous, unphased",
        "evidence: listed_allele; quality: good enough",
        "pair chr2-240871433-G-A with chr2-240875159-T-C: unknown, reported",
        "Note: The store was never annotated",
    ):
        assert part in text


def test_a_quiet_row_takes_one_line(repository: Path, tmp_path: Path) -> None:
    """Nothing called, nothing missing: one line with the reason."""
    folder = repository / "tests" / "cases" / "acadm_listed_allele_uncovered"
    work = tmp_path / "case"
    work.mkdir()
    for name in ("samples.tsv", "newborn.vcf"):
        (work / name).write_text((folder / name).read_text(encoding="utf-8"), encoding="utf-8")
    (work / "callable.bed").write_text("chr1\t75724000\t75763000\n", encoding="utf-8")
    panel = load_panel(folder / "panel")
    extract(Request(work / "samples.tsv", panel, tmp_path / "store"), "2026-01-01T00:00:00+00:00")
    text = as_text(explain(open_store(tmp_path / "store"), panel, "BABY"))
    assert "Gene rows with nothing to tell: 1\n" in text
    assert "mcadd ACADM AR: not reportable (no_qualifying_allele, no_annotation); 100.0%" in text


@pytest.mark.parametrize(("newborn", "condition"), [("NOBODY", None), ("BABY", "no-such-condition")])
def test_unknown_names_are_told(
    repository: Path, tmp_path: Path, newborn: str, condition: str | None
) -> None:
    """A newborn that is not in the store, a condition that is not on the panel; the id is not repeated."""
    folder = repository / "tests" / "cases" / "acadm_homozygous"
    store = extracted(folder, tmp_path / "store")
    with pytest.raises(InputError) as raised:
        explain(store, load_panel(folder / "panel"), newborn, condition)
    assert newborn not in str(raised.value)


def test_the_parents_evidence_is_told(repository: Path, tmp_path: Path) -> None:
    """Copies in each parent, from whom the allele came, what decided the phase, and how the parents fit."""
    text = as_text(explained(repository, tmp_path, "agxt_parents_one_each"))
    assert "Parents: places that no inheritance explains: mother 0 of 0" in text
    assert "too few places to say" in text
    assert "mother: 1 of 2; father: 0 of 2; maternal, by the parents' genotypes" in text
    assert "chr2-240871433-G-A with chr2-240875159-T-C: trans (parents), reported" in text


def test_a_copy_deleted_by_nothing_called_is_told(repository: Path, tmp_path: Path) -> None:
    """The note names the place of the `*`, and is not there where its deletion was called."""
    told = "Called deleted (*) where no called deletion lies, so not assessed: chr1:75761161."
    assert told in explained(repository, tmp_path / "lone", "acadm_star_beside_reference").notes
    believed = explained(repository, tmp_path / "called", "acadm_star_with_its_deletion")
    assert not any("(*)" in note for note in believed.notes)


def test_why_a_file_was_set_aside_is_told(repository: Path, tmp_path: Path) -> None:
    """The note says what was wrong with it, and no row claims that something was looked at."""
    folder = repository / "tests" / "cases" / "acadm_star_beside_reference"
    (tmp_path / "samples.tsv").write_text("newborn\tsex\tvcf\nBABY\tmale\tbaby.vcf\n", encoding="utf-8")
    (tmp_path / "baby.vcf").write_text("no VCF\n", encoding="utf-8")
    panel = load_panel(folder / "panel")
    request = Request(tmp_path / "samples.tsv", panel, tmp_path / "store", on_error="quarantine")
    assert not extract(request, "2026-01-01T00:00:00+00:00").ways
    text = as_text(explain(open_store(tmp_path / "store"), panel, "BABY"))
    assert "nothing of it is known: vcf line 1: does not begin with ##fileformat" in text
    assert "Gene rows of which nothing was read: 1\n  mcadd ACADM AR: not assessed (quarantined)\n" in text
    assert "Nobody looked for" not in text
    assert "no allele was called" not in text


def test_a_call_that_is_not_good_enough_is_told_so(repository: Path, tmp_path: Path) -> None:
    """The code of the reason stands behind words."""
    text = as_text(explained(repository, tmp_path, "acadm_star_with_a_filtered_deletion"))
    assert "evidence: no evidence; quality: not good enough (repeat_filter)" in text
