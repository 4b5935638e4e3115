"""Why affected newborns were not found: one class each, and no newborn is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from evaluator.accuracy.ledger.missed import BY_REASON, SENTENCES, Miss, missed
from evaluator.accuracy.ledger.reference import reference_results
from evaluator.panel.model import Panel
from evaluator.screening.reasons import Reason
from evaluator.vocabulary import Definition

Build = Callable[..., Any]


@pytest.fixture
def classes(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> Callable[..., dict[tuple[str, str], int]]:
    """Classify the misses of findings that differ so, in newborns affected by cystic fibrosis."""

    def classify(
        different: dict[tuple[str, str], tuple[str, str]], *newborns: str | tuple[str, str]
    ) -> dict[tuple[str, str], int]:
        names = newborns or ("a",)
        present = [name if isinstance(name, str) else name[0] for name in names]
        sequenced = [name for name in names if isinstance(name, str)]
        known = outcomes(*((name, "cystic-fibrosis", "clinical", "affected") for name in present))
        built = build_ledger(
            findings(sequenced, different), samples(*names), known, panel, Definition.CLINICAL
        )
        references, _ = reference_results(known, Definition.CLINICAL)
        rows = missed(built.ledger, built.findings, references).rows
        return {(row["class"], row["condition"]): row["newborns"] for row in rows.to_dicts()}

    return classify


@pytest.mark.parametrize(
    ("verdict", "reasons", "expected"),
    [
        ("not reportable", "no_qualifying_allele", "no_allele_seen"),
        ("not reportable", "one_allele_only;known_pathogenic", "one_heterozygote_found"),
        ("not reportable", "one_allele_only;known_pathogenic;denied_allele", "denied"),
        ("not reportable", "below_min_stars", "below_stars"),
        ("not reportable", "too_common", "too_common"),
        ("not reportable", "deletion_spares_exons", "structural"),
        ("not reportable", "not_lof_mechanism", "evidence_refused"),
        ("not assessed", "low_callability;one_allele_only", "uncovered"),
        ("not assessed", "special_locus_needs_caller", "locus_not_tested"),
        ("not assessed", "special_locus_filtered", "locus_not_tested"),
        ("not reportable", "special_locus_carrier;copies_counted_only", "one_heterozygote_found"),
        ("not reportable", "special_locus_negative;copies_counted_only", "no_allele_seen"),
        ("not assessed", "contaminated_sample;low_callability", "sample_doubted"),
        ("not reportable", "no_qualifying_allele;transfused_before_sampling", "sample_doubted"),
        ("not assessed", "repeat_low_depth;listed_allele", "repeat_needed"),
        ("not assessed", "quarantined", "sample_failed"),
        ("not reportable", "no_annotation", "other"),
    ],
)
def test_each_reason_has_its_class(
    classes: Callable[..., dict[tuple[str, str], int]], verdict: str, reasons: str, expected: str
) -> None:
    """The class follows from all the reasons of the gene row, the most telling first."""
    assert classes({("a", "CFTR"): (verdict, reasons)}) == {(expected, "cystic-fibrosis"): 1}


def test_positives_are_not_missed(classes: Callable[..., dict[tuple[str, str], int]]) -> None:
    """A newborn that was found stands nowhere in the table."""
    assert classes({("a", "CFTR"): ("reportable", "listed_allele;homozygous")}) == {}


def test_those_without_a_sequence(classes: Callable[..., dict[tuple[str, str], int]]) -> None:
    """A failed sample and a newborn that declined are different misses."""
    assert classes({}, ("f", "failed"), ("d", "declined"), ("w", "withdrawn")) == {
        ("sample_failed", "cystic-fibrosis"): 1,
        ("not_screened", "cystic-fibrosis"): 2,
    }


def test_what_the_panel_does_not_hold(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """A condition off the panel, and a causal gene that the condition has not, are misses of the panel."""
    known = outcomes(
        ("a", "galactosaemia", "clinical", "affected"), ("b", "scid", "clinical", "affected")
    ).with_columns(causal_gene=pl.when(pl.col("newborn") == "b").then(pl.lit("IL2RG")))
    built = build_ledger(findings(["a", "b"]), samples("a", "b"), known, panel, Definition.CLINICAL)
    references, _ = reference_results(known, Definition.CLINICAL)
    rows = missed(built.ledger, built.findings, references).rows
    assert rows.select("class", "condition", "newborns").rows() == [
        ("not_on_panel", "galactosaemia", 1),
        ("not_on_panel", "scid", 1),
    ]


def test_only_the_causal_gene_explains(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """One gene uncovered does not explain a miss that another gene caused."""
    told = {
        ("a", "ADA"): ("not assessed", "low_callability"),
        ("a", "RAG1"): ("not reportable", "too_common"),
    }
    known = outcomes(("a", "scid", "clinical", "affected"))
    for gene, expected in (("RAG1", "too_common"), ("ADA", "uncovered"), (None, "uncovered")):
        table = known.with_columns(causal_gene=pl.lit(gene, dtype=pl.String))
        built = build_ledger(findings(["a"], told), samples("a"), table, panel, Definition.CLINICAL)
        references, _ = reference_results(table, Definition.CLINICAL)
        assert missed(built.ledger, built.findings, references).rows["class"].to_list() == [expected]


def test_every_reason_has_one_class_at_most() -> None:
    """No reason code stands under two classes, and each class has its sentence."""
    listed = [reason for reasons in BY_REASON.values() for reason in reasons]
    assert len(listed) == len(set(listed))
    assert set(SENTENCES) == set(Miss)
    told_of_a_positive = {
        Reason.LISTED_ALLELE, Reason.KNOWN_PATHOGENIC, Reason.PREDICTED_LOF, Reason.DIPLOTYPE_REPORTABLE,
        Reason.HOMOZYGOUS, Reason.HEMIZYGOUS, Reason.TWO_ALLELES_IN_TRANS, Reason.ONE_COPY_DOMINANT,
        Reason.HETEROPLASMY, Reason.PARENT_OF_ORIGIN_MATCHES, Reason.ONE_COPY_OF_X,
        Reason.HEMIZYGOUS_OVER_DELETION, Reason.STRUCTURAL_DELETION, Reason.SPECIAL_LOCUS_POSITIVE,
    }  # fmt: skip
    of_the_store = {
        Reason.NO_ANNOTATION,
        Reason.NO_CLINVAR,
        Reason.NO_CONSEQUENCE,
        Reason.NO_STRUCTURAL_CALLS,
    }
    # said beside whatever decided
    beside = {Reason.DE_NOVO, Reason.PARENT_MISMATCH, Reason.COPIES_COUNTED_ONLY}
    assert set(Reason) - set(listed) == told_of_a_positive | of_the_store | beside
