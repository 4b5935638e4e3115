"""What is prepared once for all newborns: no allele that bears is left out, no silent newborn is positive."""

from __future__ import annotations

from itertools import product
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluator.screening.cohort_findings import POSITIVE
from evaluator.screening.evidence import Sources, may_bear
from evaluator.screening.rulebook import CLASS, CLASS_MARKS, EVALUATED, Rulebook
from evaluator.tables import VARIANTS

Bench = Any  # the builders of conftest.py
ALLELES = [f"chr1-757611{place}-A-G" for place in range(10, 16)]
SOURCES = Sources.of(("csq", "clinvar", "frequencies"))
ANNOTATION = st.fixed_dictionaries(
    {
        "clinvar_pathogenic": st.sampled_from([None, 0, 1, 3]),
        "clinvar_benign": st.sampled_from([None, 0, 2]),
        "clinvar_stars": st.sampled_from([None, 0, 2]),
        "consequence": st.sampled_from([None, "missense_variant", "stop_gained&splice_region_variant"]),
        "population_frequency": st.sampled_from([None, 1e-6, 0.2]),
        "gene": st.sampled_from(["ACADM", "OTC", None]),
    }
)
RULES = st.fixed_dictionaries(
    {
        "known_pathogenic": st.fixed_dictionaries(
            {"enabled": st.booleans(), "min_pathogenic": st.integers(0, 2)}
        ),
        "predicted_lof": st.fixed_dictionaries({"enabled": st.booleans()}),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    annotations=st.lists(ANNOTATION, min_size=1, max_size=6),
    rules=RULES,
    lists=st.lists(st.sampled_from([None, "allow", "deny", "deny_alone"]), min_size=6, max_size=6),
)
def test_alleles_left_unjudged_never_bear(
    bench: Bench, annotations: list[dict[str, Any]], rules: dict[str, Any], lists: list[str | None]
) -> None:
    """Judging only the alleles that may bear gives the same bearing alleles as judging all of them."""
    listed = [
        bench.listed(name, "ACADM", on=on, inheritance="AR")
        for name, on in zip(ALLELES, lists, strict=True)
        if on
    ]
    genes = [bench.row("ACADM", "AR", mechanism="lof"), bench.row("ACADM", "AD", "b", evidence="all")]
    panel = bench.panel([*genes, bench.row("OTC", "XLR", "c")], listed, criteria=bench.criteria(**rules))
    records = [bench.variant(name, **said) for name, said in zip(ALLELES, annotations, strict=False)]
    variants = pl.DataFrame(records, schema=VARIANTS)
    some = variants.filter(may_bear(panel.criteria))
    of_all, of_some = (Rulebook(panel, table, SOURCES).bearing for table in (variants, some))
    assert of_some.equals(of_all)


def test_no_silent_newborn_is_positive(bench: Bench) -> None:
    """Every class of newborn has a default in every gene row, and none of them is reportable or pending."""
    modes = ("AD", "AR", "XLD", "XLR", "MT")
    panel = bench.panel([bench.row("OTC", mode, mode.lower()) for mode in modes])
    rulebook = Rulebook(panel, None, Sources.of(()))
    marks = [(False, True)] * len(CLASS_MARKS)
    parts = (EVALUATED, *marks, (None, "sex_mismatch"), (None, "contaminated_sample"), (None, "SMN1"))
    classes = pl.DataFrame(list(product(*parts)), schema=dict.fromkeys(CLASS), orient="row")
    defaults = rulebook.defaults(classes)
    assert defaults.height == classes.height * len(modes)
    assert not set(defaults["verdict"]) & set(POSITIVE)
