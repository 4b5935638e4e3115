"""A bench for one newborn at a time: a small panel of real genes, a few calls, one finding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evaluator.panel.criteria import Criteria, preset
from evaluator.panel.model import Panel
from evaluator.screening.engine import Cohort, Evaluation, evaluate
from evaluator.screening.evidence import Sources
from evaluator.screening.sample_quality import with_lookalikes
from evaluator.sheets import ALLELES, CONDITIONS, DIPLOTYPES, GENES, Sheet
from evaluator.tables import CALLS, NEWBORNS, SPECIAL_LOCI, UNCALLABLE, VARIANTS

EVERYTHING = ("csq", "clinvar", "frequencies")


def frame(records: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    """Build a table from records that name only some columns."""
    return pl.DataFrame(records, schema=schema)


def sheet_frame(records: list[dict[str, Any]], sheet: Sheet) -> pl.DataFrame:
    """Build a hand-written table as the panel holds it."""
    return frame(records, sheet.schema).drop("line")


def allele_fields(name: str) -> dict[str, Any]:
    """Split `contig-position-ref-alt`."""
    contig, position, ref, alt = name.split("-")
    return {"contig": contig, "position": int(position), "ref": ref, "alt": alt}


class Bench:
    """Builders with sound defaults: a clean heterozygous call, a fully assessed girl, a recessive row."""

    def criteria(self, **groups: dict[str, Any]) -> Criteria:
        """Take the Generation Study preset with some groups changed."""
        base = preset("generation-study")
        changed = {name: getattr(base, name).model_copy(update=values) for name, values in groups.items()}
        return base.model_copy(update=changed)

    def row(
        self, gene: str, inheritance: str, condition: str = "the-condition", **more: object
    ) -> dict[str, Any]:
        """One row of the gene table."""
        return {"condition": condition, "gene": gene, "inheritance": inheritance, **more}

    def listed(self, name: str, gene: str, on: str = "allow", **scope: str) -> dict[str, Any]:
        """One row of the allele table."""
        return {**allele_fields(name), "gene": gene, "list": on, **scope}

    def rule(self, gene: str, allele_1: str, allele_2: str, verdict: str) -> dict[str, Any]:
        """One row of the diplotype table."""
        return {"gene": gene, "allele_1": allele_1, "allele_2": allele_2, "verdict": verdict}

    def panel(
        self,
        genes: list[dict[str, Any]],
        alleles: list[dict[str, Any]] | None = None,
        diplotypes: list[dict[str, Any]] | None = None,
        criteria: Criteria | None = None,
    ) -> Panel:
        """A panel of these rows on GRCh38."""
        names = sorted({str(row["condition"]) for row in genes})
        return Panel(
            path=Path("panel"),
            id="bench",
            title="Bench",
            version="1",
            status="draft",
            genome_build="GRCh38",
            jurisdiction=None,
            sources=(),
            conditions=sheet_frame(
                [{"condition": name, "name": name, "group": "g"} for name in names], CONDITIONS
            ),
            genes=sheet_frame(genes, GENES),
            alleles=sheet_frame(alleles or [], ALLELES),
            diplotypes=sheet_frame(diplotypes or [], DIPLOTYPES),
            pathways={},
            criteria=criteria or self.criteria(),
        )

    def call(self, name: str, genotype: str = "0/1", newborn: str = "N1", **more: object) -> dict[str, Any]:
        """One call of the allele that `1` in the genotype names."""
        allele = allele_fields(name)
        phased = "|" in genotype
        places = genotype.replace("|", "/").split("/")
        hets = places.count("1") == 1 and len(places) > 1
        return {
            "newborn": newborn,
            **allele,
            "copies": places.count("1"),
            "ploidy": len(places),
            "missing": places.count("."),
            "phased": phased,
            "phase_set": None,
            "haplotype": places.index("1") if phased and hets else None,
            "depth": 30,
            "alt_depth": 15 if hets else 30,
            "genotype_quality": 60.0,
            "filters": "PASS",
            "source_position": allele["position"],
            "source_ref": allele["ref"],
            "source_alts": allele["alt"],
            **more,
        }

    def newborn(self, newborn: str = "N1", **more: object) -> dict[str, Any]:
        """One newborn, sequenced and fully assessed."""
        return {
            "newborn": newborn,
            "sex": "female",
            "status": "sequenced",
            "callable_evidence": "bed",
            "structural_evidence": "structural_vcf",
            "calls": 1,
            "has_depth": True,
            "has_genotype_quality": True,
            "has_allele_depth": True,
            **more,
        }

    def variant(self, name: str, gene: str, **more: object) -> dict[str, Any]:
        """One annotated allele."""
        return {**allele_fields(name), "gene": gene, **more}

    def evaluate(
        self,
        panel: Panel,
        calls: list[dict[str, Any]],
        newborns: list[dict[str, Any]] | None = None,
        variants: list[dict[str, Any]] | None = None,
        uncallable: list[dict[str, Any]] | None = None,
        sources: tuple[str, ...] = (),
        special_loci: list[dict[str, Any]] | None = None,
    ) -> Evaluation:
        """Run the engine; a store with variants counts as fully annotated unless sources are given."""
        cohort = Cohort(
            newborns=with_lookalikes(frame(newborns or [self.newborn()], NEWBORNS).lazy()).collect(),
            calls=frame(calls, CALLS).lazy(),
            uncallable=frame(uncallable or [], UNCALLABLE),
            special_loci=frame(special_loci or [], SPECIAL_LOCI),
            variants=None if variants is None else frame(variants, VARIANTS),
            sources=Sources.of(sources or (EVERYTHING if variants is not None else ())),
        )
        return evaluate(cohort, panel)

    def findings(self, *arguments: Any, **named: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as `evaluate`
        """Run the engine and return its findings as records."""
        return self.evaluate(*arguments, **named).findings.to_dicts()

    def finding(self, *arguments: Any, **named: Any) -> dict[str, Any]:  # noqa: ANN401 - as `evaluate`
        """Run the engine on a case with exactly one finding."""
        (only,) = self.findings(*arguments, **named)
        return only


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Builders of small cases."""
    return Bench()
