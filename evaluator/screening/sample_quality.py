"""Sample quality comes first: contamination, transfusion, the sex against the calls, duplicate newborns.

What is known of a sample is read once and kept; what follows from it is decided here by the criteria.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.screening.reasons import Reason
from evaluator.vocabulary import SampleStatus, Sex

# Nobody published thresholds for variant calls of a gene panel: these four are ours. Below the first
# number of alleles on X nothing is said about the sex, as in a shallow capture.
LEAST_X_ALLELES = 20
MOST_HETEROZYGOUS_ONE_X = 0.05  # a male's few heterozygous calls on X are artefacts
LEAST_HETEROZYGOUS_TWO_X = 0.25  # about half of a female's alleles on X are heterozygous
LEAST_Y_CALLS = 10
# Ours: so many heterozygous autosomal genotypes never agree by chance together with all others.
LEAST_DISTINCTIVE = 20

ONE_X, TWO_X = "one X", "two X"
_WITHOUT_Y = ("XX", "X", "XXX")
CHECKS = (
    Reason.CONTAMINATED_SAMPLE,
    Reason.TRANSFUSED_BEFORE_SAMPLING,
    Reason.SEX_MISMATCH,
    Reason.DUPLICATE_SAMPLE,
)


def with_lookalikes(newborns: pl.LazyFrame) -> pl.LazyFrame:
    """Add `twins` and `lookalikes`: how many others have the same genotypes, as the sheet says or not.

    Identical twins have one `family` and `multiple_birth` yes. Null where distinctive calls are too few.
    """
    distinctive = pl.col("autosomal_heterozygous") >= LEAST_DISTINCTIVE
    comparable = ((pl.col("status") == SampleStatus.SEQUENCED) & distinctive).fill_null(value=False)
    declared = pl.col("family").is_not_null() & (pl.col("multiple_birth") == "yes").fill_null(value=False)
    # Whoever cannot be compared, or is no twin, is alone in a group of that name.
    genome = pl.when(comparable).then("genotypes_sha256").otherwise("newborn")
    birth = pl.when(declared).then("family").otherwise("newborn")
    group = ["comparable", "genome"]
    same = pl.len().over(group).cast(pl.Int32) - 1
    born_together = pl.len().over([*group, "declared", "birth"]).cast(pl.Int32) - 1
    marks = {"comparable": comparable, "genome": genome, "declared": declared, "birth": birth}
    return (
        newborns.with_columns(**marks)
        .with_columns(pl.when("comparable").then(born_together).alias("twins"), same.alias("same"))
        .with_columns((pl.col("same") - pl.col("twins")).alias("lookalikes"))
        .drop(*marks, "same")
    )


def judged(newborns: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """Add `stopped` and `flagged`: the reason codes, with `;` between, that the criteria draw from a sample.

    Needs tables.NEWBORNS, `x_count` and the columns of `with_lookalikes`. Only sequenced newborns are asked.
    """
    asked = pl.col("status") == SampleStatus.SEQUENCED
    found = doubts(criteria)
    policy = policies(criteria)
    columns = {
        name: _codes(asked, {reason: found[reason] for reason in CHECKS if policy[reason] == word})
        for name, word in (("stopped", "stop"), ("flagged", "flag"))
    }
    return newborns.with_columns(**columns)


def policies(criteria: Criteria) -> dict[Reason, str]:
    """Return what the criteria do about each doubt: stop, flag or ignore."""
    sample = criteria.sample
    return {
        Reason.CONTAMINATED_SAMPLE: sample.contaminated,
        Reason.TRANSFUSED_BEFORE_SAMPLING: sample.transfused,
        Reason.SEX_MISMATCH: sample.sex_mismatch,
        Reason.DUPLICATE_SAMPLE: sample.duplicates,
    }


def doubts(criteria: Criteria) -> dict[Reason, pl.Expr]:
    """Return when each doubt is raised; what is not known raises none."""
    most = criteria.sample.max_contamination
    contaminated = pl.lit(value=False) if most is None else pl.col("contamination") > most
    return {
        Reason.CONTAMINATED_SAMPLE: contaminated.fill_null(value=False),
        Reason.TRANSFUSED_BEFORE_SAMPLING: (pl.col("transfused") == "yes").fill_null(value=False),
        Reason.SEX_MISMATCH: sex_contradicted(),
        Reason.DUPLICATE_SAMPLE: (pl.col("lookalikes") > 0).fill_null(value=False),
    }


def sex_contradicted() -> pl.Expr:
    """The calls show another number of X chromosomes than the sheet, or a Y where it has none."""
    seen, x_count = x_seen(), pl.col("x_count")
    other_x = ((seen == ONE_X) & (x_count > 1)) | ((seen == TWO_X) & (x_count == 1))
    karyotype = pl.col("sex_chromosomes")
    without_y = (
        pl.when(karyotype.is_null()).then(pl.col("sex") == Sex.FEMALE).otherwise(karyotype.is_in(_WITHOUT_Y))
    )
    unexpected_y = without_y & (pl.col("y_calls") >= LEAST_Y_CALLS)
    return other_x.fill_null(value=False) | unexpected_y.fill_null(value=False)


def x_seen() -> pl.Expr:
    """How many X chromosomes the calls show: ONE_X, TWO_X, or null where they do not tell."""
    share = pl.col("x_heterozygous") / x_alleles()
    enough = (x_alleles() >= LEAST_X_ALLELES).fill_null(value=False)
    return (
        pl.when(~enough)
        .then(pl.lit(None, pl.String))
        .when(share <= MOST_HETEROZYGOUS_ONE_X)
        .then(pl.lit(ONE_X))
        .when(share >= LEAST_HETEROZYGOUS_TWO_X)
        .then(pl.lit(TWO_X))
    )


def x_alleles() -> pl.Expr:
    """Alleles called on X outside the pseudo-autosomal regions; null where nothing was called at all."""
    return pl.col("x_heterozygous") + pl.col("x_on_all_copies") + pl.col("x_haploid")


def sample_notes(newborns: pl.DataFrame, criteria: Criteria) -> list[str]:
    """Tell in numbers which samples are doubted and which could not be checked; nobody is named."""
    sequenced = newborns.filter(pl.col("status") == SampleStatus.SEQUENCED)
    return list(_notes(sequenced, criteria))


def _notes(sequenced: pl.DataFrame, criteria: Criteria) -> Iterator[str]:
    done = {"stop": "none of their rows is assessed", "flag": "their verdicts stand, with this reason"}
    for reason, policy in policies(criteria).items():
        count = sequenced.select(doubts(criteria)[reason].sum()).item()
        if count and policy in done:
            yield f"Newborns with {reason}: {count}; {done[policy]}."
    twins = sequenced.filter(pl.col("twins") > 0).height
    if twins:
        yield f"{twins} newborns have the genotypes of a declared twin, as expected of identical twins."
    sexed = pl.col("x_count").is_not_null()
    untold = sequenced.filter(sexed & x_seen().is_null()).height
    if untold and criteria.sample.sex_mismatch != "ignore":
        yield (
            f"The sex of {untold} of {sequenced.height} newborns was not checked: too few calls on X to tell "
            f"(at least {LEAST_X_ALLELES} are asked for), or neither few nor many of them heterozygous."
        )
    unmeasured = sequenced["contamination"].null_count()
    if unmeasured and unmeasured < sequenced.height and criteria.sample.max_contamination is not None:
        yield f"Contamination is not given for {unmeasured} of {sequenced.height} newborns."


def _codes(asked: pl.Expr, raised: dict[Reason, pl.Expr]) -> pl.Expr:
    """Join the codes of the doubts that are raised; null when none is."""
    named = [pl.when(asked & condition).then(pl.lit(str(reason))) for reason, condition in raised.items()]
    joined = pl.concat_str(named or [pl.lit(None, pl.String)], separator=";", ignore_nulls=True)
    return pl.when(joined != "").then(joined)
