"""Frequencies within the store: copies of an allele among the chromosomes that could have shown it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from evaluator.panel.criteria import Frequency
from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.panel.load import load_panel
from evaluator.screening.internal_frequency import with_internal_frequency
from evaluator.tables import VARIANTS
from evaluator.variants.extract import Request, extract
from evaluator.variants.store import Store, open_store

AUTOSOMAL, ON_X = ("chr1", 75740000, "G", "T"), ("chrX", 38369900, "A", "C")  # in ACADM and in OTC
NEWBORNS = (  # id, sex, genotype on chr1, on X, which of the two places were assessed ("" = nothing says)
    ("A", "female", "0/1", "0/1", "both"),
    ("B", "male", "1/1", "1/1", "both"),
    ("C", "male", "0/0", "0", "both"),
    ("D", "female", "0/0", "0/0", "X"),
    ("E", "unknown", "0/0", "0/1", "both"),
    ("F", "female", "1/1", "1/1", ""),
)


@pytest.fixture
def store(tmp_path: Path, repository: Path) -> Store:
    """Six newborns, of whom one brings no callable regions."""
    rows = ["newborn\tsex\tvcf\tcallable"]
    for name, sex, autosomal, on_x, assessed in NEWBORNS:
        lengths = CONTIG_LENGTHS["GRCh38"]
        lines = ["##fileformat=VCFv4.2"]
        lines += [f"##contig=<ID={contig},length={lengths[contig]}>" for contig in ("chr1", "chrX")]
        lines += ['##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">']
        lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS")
        for (contig, position, ref, alt), genotype in ((AUTOSOMAL, autosomal), (ON_X, on_x)):
            lines.append(f"{contig}\t{position}\t.\t{ref}\t{alt}\t.\tPASS\t.\tGT\t{genotype}")
        (tmp_path / f"{name}.vcf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        bed = {"both": "chr1\t0\t100000000\nchrX\t0\t100000000\n", "X": "chrX\t0\t100000000\n"}.get(assessed)
        if bed:
            (tmp_path / f"{name}.bed").write_text(bed, encoding="utf-8")
        rows.append(f"{name}\t{sex}\t{name}.vcf\t{name + '.bed' if bed else ''}")
    (tmp_path / "samples.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    regions = tmp_path / "regions.bed"
    regions.write_text("chr1\t75739000\t75741000\nchrX\t38369000\t38371000\n", encoding="utf-8")
    panel = load_panel(repository / "tests" / "cases" / "acadm_homozygous" / "panel")
    request = Request(tmp_path / "samples.tsv", panel, tmp_path / "store", regions=regions)
    extract(request, "2026-01-01T00:00:00+00:00")
    return open_store(tmp_path / "store")


def frequencies(store: Store, least: int) -> list[tuple[float | None, str | None]]:
    """Frequency and its source of the allele on chr1 and of the one on X."""
    names = ("contig", "position", "ref", "alt")
    rows = [dict(zip(names, allele, strict=True)) for allele in (AUTOSOMAL, ON_X)]
    variants = pl.DataFrame([{**dict.fromkeys(VARIANTS), **row} for row in rows], schema=VARIANTS)
    rule = Frequency(statistic="internal", missing=0.0, min_newborns=least)
    table = with_internal_frequency(store, variants, rule)
    assert table.schema == VARIANTS
    return table.select("population_frequency", "frequency_source").rows()


def test_copies_among_assessed_chromosomes(store: Store) -> None:
    """On chr1: 3 copies of A, B, C and E's 8 chromosomes. On X: A 1 of 2, B 1 of 1, C 0 of 1, D 0 of 2.

    D's chr1 was not assessed, E's sex is not known, and nothing says what was assessed in F.
    """
    assert frequencies(store, 4) == [
        (pytest.approx(3 / 8), "internal, 4 newborns"),
        (pytest.approx(2 / 6), "internal, 4 newborns"),
    ]


def test_too_few_newborns_make_no_frequency(store: Store) -> None:
    """The panel says how many it takes."""
    assert frequencies(store, 5) == [(None, None), (None, None)]
