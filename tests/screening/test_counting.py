"""Positives per gene equal what published genotype counts imply, with and without a deny list.

The counts are those of 981 pathogenic or likely pathogenic alleles in 3,202 people of the 1000 Genomes
Project, published by the BeginNGS partners, with their inheritance table and their list of alleles that cause
no severe childhood disease (rady-childrens-genomics/beginngs-partner-onboarding, commit 7a25e8bd). Every
homozygote, hemizygote and heterozygote of the table becomes a generated person; no person has two alleles of
one gene. Homozygotes and hemizygotes are positive in every gene, heterozygotes in dominant genes only.

The column `Positive` of the published table is larger than what the engine finds; each difference is known:

| what stands in `Positive`        | alleles | entries | why the engine differs                              |
|----------------------------------|---------|---------|-----------------------------------------------------|
| all of it                        |     978 |   5,145 | C8B (3 alleles, no entry) has no inheritance there  |
| CYP21A2, CYP11B1, GBA1, SMN1     |      24 |   1,556 | special loci: raw calls are not used; 1,428 are one |
|                                  |         |         | allele of CYP21A2, a mapping artefact               |
| compound heterozygotes elsewhere |      71 |   1,123 | an entry at each of two alleles, which may lie in   |
|                                  |         |         | cis: pending phase, so not placed                   |
| one FANCB hemizygote             |       1 |       1 | over 5 kb from its gene: a panel refuses it         |
| found by the engine              |     952 |   2,465 | no difference, gene by gene                         |
| of these on denied alleles       |     114 |   2,271 | gone with the deny list: 194 remain                 |

One denied ALDOB allele without an entry lies over 5 kb from its gene, too.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evaluator.panel.genes import gene_spans
from evaluator.panel.load import load_panel
from evaluator.screening.engine import Cohort, evaluate
from evaluator.screening.evidence import Sources
from evaluator.screening.sample_quality import with_lookalikes
from evaluator.tables import CALLS, NEWBORNS, SPECIAL_LOCI, UNCALLABLE, VARIANTS

MODES = {"AR": "AR", "AD": "AD", "XR": "XLR", "XD": "XLD"}
UNREAD = ("CYP11B1", "CYP21A2", "GBA1", "SMN1")  # loci whose raw calls are not used
SPECIAL = {**{gene: gene for gene in UNREAD}, "F8": "F8_inversion"}
# A panel refuses an allele farther from its gene; such an allele can be on neither list.
FARTHEST = 5_000


@dataclass(frozen=True)
class Allele:
    """One line of the published table."""

    name: str
    gene: str
    mode: str
    homozygous: int
    hemizygous: int
    heterozygous: int
    compound: int
    positive: int
    denied: bool

    @property
    def implied(self) -> int:
        """People who are positive by this allele alone."""
        alone = self.homozygous + self.hemizygous
        return alone + self.heterozygous if self.mode in ("AD", "XLD") else alone


# Ten lines of the table, chosen for what they exercise: each mode of inheritance, denied alleles and others,
# carriers only, special loci, an insertion and deletions.
EXCERPT = (
    # name, gene, inheritance, homozygous, hemizygous, heterozygous, compound heterozygous, positive, denied
    Allele("chr1-75734798-CTAT-C", "ACADM", "AR", 0, 0, 1, 0, 0, denied=False),
    Allele("chr11-2445250-A-ACGCGCCCAT", "KCNQ1", "AD", 1, 0, 62, 0, 63, denied=True),
    Allele("chr12-120988973-C-T", "HNF1A", "AD", 0, 0, 2, 0, 2, denied=False),
    Allele("chr6-32039081-C-A", "CYP21A2", "AR", 1359, 0, 1354, 69, 1428, denied=True),
    Allele("chr7-117504336-C-T", "CFTR", "AR", 0, 0, 2, 0, 0, denied=False),
    Allele("chr9-34646575-CCAGT-C", "GALT", "AR", 12, 0, 1, 241, 253, denied=True),
    Allele("chrX-22247891-G-T", "PHEX", "XLD", 0, 0, 1, 0, 1, denied=False),
    Allele("chrX-38367361-G-A", "OTC", "XLD", 0, 1, 0, 0, 1, denied=False),
    Allele("chrX-154535277-T-C", "G6PD", "XLR", 51, 159, 117, 94, 304, denied=True),
    Allele("chrX-154837702-G-C", "F8", "XLR", 0, 2, 1, 0, 2, denied=False),
)


def from_files(folder: Path) -> list[Allele]:
    """Read the published tables; alleles of genes without an inheritance are left out."""
    with (folder / "beginngs_inheritance_20240805.tsv").open(encoding="utf-8") as stream:
        modes = {row["Gene"]: MODES[row["MOI"]] for row in csv.DictReader(stream, delimiter="\t")}
    with (folder / "beginngs_blocklist_20241114.tsv").open(encoding="utf-8") as stream:
        denied = {row["ID"] for row in csv.DictReader(stream, delimiter="\t")}
    with (folder / "plp_alleles_1000g.GRCh38.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    alleles = []
    for row in rows:
        name = "-".join(row[column] for column in ("contig", "pos_start", "ref", "alt"))
        if row["GENE"] not in modes:
            continue
        counts = (int(row[column]) for column in ("HOM_ALT", "HEMI", "HET", "CMPD_HET", "Positive"))
        alleles.append(Allele(name, row["GENE"], modes[row["GENE"]], *counts, name in denied))
    return alleles


def write_panel(alleles: list[Allele], folder: Path, *, deny: bool) -> Path:
    """Write a panel with one row per gene under the BeginNGS preset, with or without the deny list."""
    folder.mkdir()
    rows = {allele.gene: allele.mode for allele in alleles}
    genes = [
        f"{gene.lower()}\t{gene}\t{mode}\t{SPECIAL.get(gene, '')}" for gene, mode in sorted(rows.items())
    ]
    listed = [
        "\t".join((*allele.name.split("-"), allele.gene, "deny", "no severe childhood disease"))
        for allele in alleles
        if deny and allele.denied
    ]
    tables = {
        "panel.yaml": 'id: counts\ntitle: Counts\nversion: "1"\nstatus: draft\ngenome_build: GRCh38\n',
        "criteria.yaml": "preset: beginngs\n",
        "pathways.yaml": "{}\n",
        "conditions.tsv": "\n".join(
            ["condition\tname\tgroup", *(f"{gene.lower()}\t{gene}\tmetabolic" for gene in sorted(rows))]
        ),
        "genes.tsv": "\n".join(["condition\tgene\tinheritance\tspecial_locus", *genes]),
        "alleles.tsv": "\n".join(["contig\tposition\tref\talt\tgene\tlist\treason", *listed]),
    }
    for name, text in tables.items():
        (folder / name).write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
    return folder


def people(alleles: list[Allele]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give every counted genotype to a person; a person has at most one allele of a gene, and many genes."""
    taken: Counter[tuple[str, str]] = Counter()
    calls, sexes = [], {}
    for allele in alleles:
        shapes = [("female", "1/1")] * allele.homozygous + [("male", "1")] * allele.hemizygous
        shapes += [("female", "0/1")] * allele.heterozygous
        for sex, genotype in shapes:
            place = taken[allele.gene, sex]
            taken[allele.gene, sex] += 1
            name = f"{sex}{place:05d}"
            sexes[name] = sex
            calls.append(_call(name, allele.name, genotype))
    newborns = [
        {"newborn": name, "sex": sex, "status": "sequenced", "callable_evidence": "bed", "calls": 1}
        for name, sex in sorted(sexes.items())
    ]
    return newborns, calls


def _call(newborn: str, name: str, genotype: str) -> dict[str, Any]:
    place = _place(name)
    places = genotype.split("/")
    single = places == ["0", "1"]
    return {
        "newborn": newborn,
        **place,
        "copies": places.count("1"),
        "ploidy": len(places),
        "missing": 0,
        "phased": False,
        "depth": 30,
        "alt_depth": 15 if single else 30,
        "genotype_quality": 60.0,
        "filters": "PASS",
        "source_position": place["position"],
        "source_ref": place["ref"],
        "source_alts": place["alt"],
    }


def _place(name: str) -> dict[str, Any]:
    contig, position, ref, alt = name.split("-")
    return {"contig": contig, "position": int(position), "ref": ref, "alt": alt}


def found(alleles: list[Allele], folder: Path, *, deny: bool) -> dict[str, int]:
    """Run the engine on the people and count the positive ones of each gene."""
    newborns, calls = people(alleles)
    variants = [
        {
            **_place(allele.name),
            "gene": allele.gene,
            "clinvar_pathogenic": 1,
            "clinvar_benign": 0,
            "clinvar_stars": 1,
        }
        for allele in alleles
    ]
    cohort = Cohort(
        newborns=with_lookalikes(pl.LazyFrame(newborns, schema=NEWBORNS)).collect(),
        calls=pl.DataFrame(calls, schema=CALLS).lazy(),
        uncallable=pl.DataFrame(schema=UNCALLABLE),
        special_loci=pl.DataFrame(schema=SPECIAL_LOCI),
        variants=pl.DataFrame(variants, schema=VARIANTS),
        sources=Sources.of(("csq", "clinvar", "frequencies")),
    )
    findings = evaluate(cohort, load_panel(write_panel(alleles, folder, deny=deny))).findings
    positive = findings.filter(pl.col("verdict") == "reportable")
    return dict(positive["gene"].value_counts().iter_rows())


def implied(alleles: list[Allele], *, deny: bool) -> dict[str, int]:
    """Count the positive people of each gene by arithmetic alone."""
    counts: Counter[str] = Counter()
    for allele in alleles:
        if allele.gene not in UNREAD and not (deny and allele.denied):
            counts[allele.gene] += allele.implied
    return {gene: count for gene, count in counts.items() if count}


@pytest.mark.parametrize("deny", [False, True])
def test_ten_alleles_give_the_positives_that_their_counts_imply(tmp_path: Path, *, deny: bool) -> None:
    """An excerpt of the published table, with and without the deny list."""
    counts = found(list(EXCERPT), tmp_path / "panel", deny=deny)
    assert counts == implied(list(EXCERPT), deny=deny)
    assert sum(counts.values()) == {False: 291, True: 6}[deny]


@pytest.mark.parametrize("deny", [False, True])
def test_all_alleles_give_the_positives_that_their_counts_imply(
    shared_data: Path, tmp_path: Path, *, deny: bool
) -> None:
    """The whole published table, with and without the deny list."""
    alleles = near_their_genes(from_files(shared_data / "panels"))
    counts = found(alleles, tmp_path / "panel", deny=deny)
    assert counts == implied(alleles, deny=deny)
    assert sum(counts.values()) == {False: 2_465, True: 194}[deny]


def near_their_genes(alleles: list[Allele]) -> list[Allele]:
    """Leave out alleles of genes that the gene models do not know, and those that lie far from their gene."""
    spans = {gene: (contig, start, end) for gene, contig, start, end in gene_spans("GRCh38").iter_rows()}
    kept = []
    for allele in alleles:
        contig, start, end = spans.get(allele.gene, (None, None, None))
        place = int(allele.name.split("-")[1])
        if (
            start is not None
            and contig == allele.name.split("-")[0]
            and start - FARTHEST < place < end + FARTHEST
        ):
            kept.append(allele)
    return kept


def test_every_published_positive_is_explained(shared_data: Path) -> None:
    """`Positive` is what the engine finds, plus compound heterozygotes, plus the special loci."""
    alleles = from_files(shared_data / "panels")
    assert all(allele.positive == allele.implied + allele.compound for allele in alleles)
    read = [allele for allele in alleles if allele.gene not in UNREAD]
    unread = [allele for allele in alleles if allele.gene in UNREAD]
    assert sum(allele.positive for allele in alleles) == 5_145
    assert sum(allele.compound for allele in read) == 1_123
    assert sum(allele.positive for allele in unread) == 1_556
    assert sum(allele.implied for allele in read) == 2_466
    assert sum(allele.implied for allele in read if allele.denied) == 2_271
