"""Whatever is not planted must be harmless: a judge of few lines that shares no code with the simulation."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from evaluator.panel.model import Panel
from evaluator.simulation.simulate import simulate

from .conftest import Cohort

KARYOTYPE = [*(f"chr{number}" for number in range(1, 23)), "chrX", "chrY", "chrM"]


def listed_copies(cohort: Cohort, newborn: str) -> Counter[str]:
    """How many copies of allowed alleles a newborn carries, per gene."""
    listed = {
        (row["contig"], row["position"], row["ref"], row["alt"]): row["gene"]
        for row in cohort.panel.alleles.filter(list="allow").iter_rows(named=True)
    }
    copies: Counter[str] = Counter()
    for contig, position, _id, ref, alts, *_rest, sample in cohort.records(newborn):
        called = sample.split(":")[0].replace("|", "/").split("/")
        for number, alt in enumerate(alts.split(","), 1):
            gene = listed.get((contig, int(position), ref, alt))
            if gene:
                copies[gene] += called.count(str(number))
    return +copies


def check(cohort: Cohort) -> None:
    """Outside the planted gene: one listed copy at most, in recessive genes only."""
    truth = cohort.table("truth.tsv")
    modes = defaultdict(set)
    conditions = defaultdict(set)
    for row in cohort.panel.gene_rows.iter_rows(named=True):
        modes[row["gene"]].add(row["inheritance"])
        conditions[row["gene"]].add(row["condition"])
    unplanted = {"nothing_planted", "special_locus"}
    answers = {(row["newborn"], row["condition"]): row["scenario"] for row in truth.iter_rows(named=True)}
    carried = 0
    for path in sorted((cohort.folder / "vcf").glob("*.vcf.gz")):
        newborn = path.name.removesuffix(".vcf.gz")
        for gene, copies in listed_copies(cohort, newborn).items():
            if {answers[newborn, condition] for condition in conditions[gene]} <= unplanted:
                assert copies == 1, f"{newborn} {gene}"
                assert modes[gene] == {"AR"}, f"{newborn} {gene}"
                carried += 1
    assert carried > 0


def test_the_background_decides_nothing(cohort: Cohort) -> None:
    """No newborn of the small cohort carries by chance what would be reported."""
    check(cohort)


def test_the_background_of_the_english_cohort_decides_nothing(english_cohort: Cohort) -> None:
    """Neither does any newborn of the real panel's cohort."""
    check(english_cohort)


@pytest.mark.parametrize("seed", range(20, 26))
def test_any_seed_gives_valid_records(seed: int, small_panel: Panel, tmp_path: Path) -> None:
    """Records are sorted, agree on reference bases, fit their genotypes, and overlap only at a star."""
    folder = tmp_path / "cohort"
    cohort = Cohort(folder, small_panel, simulate(small_panel, 40, seed, folder))
    check(cohort)
    bases: dict[tuple[str, int], str] = {}
    for path in sorted((folder / "vcf").glob("*.vcf.gz")):
        records = cohort.records(path.name.removesuffix(".vcf.gz"))
        places = [(KARYOTYPE.index(record[0]), int(record[1])) for record in records]
        assert places == sorted(places)
        assert len(set(places)) == len(places)
        reached: dict[str, int] = {}
        for record in records:
            contig, position, ref, alts = record[0], int(record[1]), record[3], record[4].split(",")
            assert position > reached.get(contig, 0) or "*" in alts
            reached[contig] = max(reached.get(contig, 0), position + len(ref) - 1)
            for offset, base in enumerate(ref):
                assert bases.setdefault((contig, position + offset), base) == base
            genotype, reads, depth, _quality, _phase_set = record[9].split(":")
            assert len(reads.split(",")) == len(alts) + 1
            assert sum(map(int, reads.split(","))) == int(depth)
            named = [part for part in genotype.replace("|", "/").split("/") if part != "."]
            assert all(int(part) <= len(alts) for part in named)


def test_boys_have_one_x(cohort: Cohort) -> None:
    """Outside the pseudo-autosomal regions no boy is heterozygous, except where that is the scenario."""
    samples, truth = cohort.table("samples.tsv"), cohort.table("truth.tsv")
    planted = set(truth.filter(scenario="boy_heterozygous")["newborn"])
    boys = set(samples.filter(sex="male", status="sequenced")["newborn"]) - planted
    styles = Counter(
        record[9].split(":")[0]
        for boy in boys
        for record in cohort.records(boy)
        if record[0] == "chrX" and int(record[1]) > 2_781_479
    )
    assert set(styles) == {"1", "1/1"}


def test_the_oddities_of_real_files_occur(cohort: Cohort) -> None:
    """Stars, half calls, failed filters, called reference and several alternatives all occur."""
    alts, genotypes, filters, unread = set(), set(), set(), 0
    for path in (cohort.folder / "vcf").glob("*.vcf.gz"):
        for record in cohort.records(path.name.removesuffix(".vcf.gz")):
            alts.add(record[4])
            genotypes.add(record[9].split(":")[0])
            filters.add(record[6])
            unread += record[7] == "."
    assert any(alt.endswith(",*") for alt in alts)
    assert {"0/0", "0/1", "1/1", "1/2", "0/2", "2/2", "./1", "1/.", "1", "0|1", "1|0"} <= genotypes
    assert filters == {"PASS", "LowQual"}
    assert unread > 0
