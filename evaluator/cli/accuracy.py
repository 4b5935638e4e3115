"""`nbseval accuracy`: how accurate screening was, from a run or from published counts."""

from __future__ import annotations

from pathlib import Path

import click

from evaluator.accuracy.evaluation import Accuracy, Inputs, evaluate_counts, evaluate_findings
from evaluator.accuracy.ledger.file import write_ledger
from evaluator.accuracy.ledger.strata import Stratum
from evaluator.accuracy.measures import Settings
from evaluator.cli.main import now
from evaluator.cli.parameters import FILE, PROPORTION, one_of
from evaluator.files import write_text
from evaluator.provenance import write_sidecar
from evaluator.report.accuracy_text import as_csv, as_json, as_text
from evaluator.statistics.intervals import IntervalMethod
from evaluator.statistics.ratios import RatioMethod
from evaluator.vocabulary import Definition, Reference


@click.command()
@click.argument("findings", type=FILE, required=False)
@click.option(
    "--counts", type=FILE, help="Published counts instead of FINDINGS: stratum, tp, fp, fn, tn, ..."
)
@click.option(
    "--panel", type=click.Path(path_type=Path), help="Folder of the panel the findings were made with."
)
@click.option("--samples", type=FILE, help="The run's samples table.")
@click.option("--outcomes", type=FILE, help="The reference standard.")
@click.option(
    "--by",
    "strata",
    multiple=True,
    type=one_of(Stratum),
    help="Split by; may repeat. Default: overall.",
)
@click.option(
    "--definition",
    type=one_of(Definition),
    default=Definition.CLINICAL.value,
    show_default=True,
    help="What makes a newborn affected. Molecular shares the genotype with the test, so it flatters it.",
)
@click.option(
    "--index",
    type=click.Choice(["pipeline", "reviewed"]),
    default="pipeline",
    show_default=True,
    help="Score the pipeline's verdicts, or what the reviewers decided.",
)
@click.option(
    "--reviews", type=FILE, help="Decisions of the reviewers: scored, or shown beside the pipeline."
)
@click.option("--conventional", type=FILE, help="Today's test on the same newborns, to compare with.")
@click.option(
    "--registry",
    type=FILE,
    help="registry.yaml: completeness with its two sources, and age at diagnosis; adjusts missed cases.",
)
@click.option(
    "--later-onset",
    type=click.Choice([Reference.AFFECTED.value, Reference.UNAFFECTED.value]),
    help="How disease that began later than the target counts. Default: affected if molecular.",
)
@click.option(
    "--interval",
    type=one_of(IntervalMethod),
    default=IntervalMethod.CLOPPER_PEARSON.value,
    show_default=True,
    help="Interval of a proportion.",
)
@click.option(
    "--ratio-interval",
    type=one_of(RatioMethod),
    default=RatioMethod.LOG.value,
    show_default=True,
    help="Interval of a likelihood ratio.",
)
@click.option(
    "--prevalence",
    type=PROPORTION,
    help="Also predict at this birth prevalence, a proportion.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="For people, programs or a spreadsheet.",
)
@click.option("--out", type=FILE, help="Write here instead of to the terminal.")
@click.option(
    "--ledger", type=FILE, help="Also write the ledger, one row per newborn x condition (.parquet)."
)
def accuracy(
    *,
    findings: Path | None,
    counts: Path | None,
    panel: Path | None,
    samples: Path | None,
    outcomes: Path | None,
    strata: tuple[str, ...],
    definition: str,
    index: str,
    reviews: Path | None,
    conventional: Path | None,
    registry: Path | None,
    later_onset: str | None,
    interval: str,
    ratio_interval: str,
    prevalence: float | None,
    style: str,
    out: Path | None,
    ledger: Path | None,
) -> None:
    """Measure how accurate screening was; what cannot be estimated says why.

    \b
    Example:
      nbseval accuracy findings.parquet --panel panel/uk-blood-spot --samples samples.tsv \\
        --outcomes outcomes.tsv --by overall --by condition
      nbseval accuracy --counts published.tsv --format json
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    settings = Settings(IntervalMethod(interval), RatioMethod(ratio_interval), prevalence)
    if counts is not None:
        tables = (findings, panel, samples, outcomes, reviews, conventional, registry)
        if any((*tables, later_onset, ledger, strata)):
            raise click.UsageError(
                "--counts stands alone: it takes no findings, panel, tables, --by or --ledger"
            )
        result = evaluate_counts(counts, settings)
    else:
        if findings is None or panel is None or samples is None or outcomes is None:
            raise click.UsageError("give FINDINGS with --panel, --samples and --outcomes, or --counts alone")
        if index == "reviewed" and reviews is None:
            raise click.UsageError("--index reviewed needs --reviews")
        inputs = Inputs(
            findings, panel, samples, outcomes, reviews, conventional, index == "reviewed", registry
        )
        chosen = [Stratum(name) for name in strata or (Stratum.OVERALL.value,)]
        later = Reference(later_onset) if later_onset else None
        result = evaluate_findings(inputs, Definition(definition), chosen, settings, later)
    if ledger is not None and result.ledger is not None:
        write_ledger(result.ledger, ledger, result.provenance)
        write_sidecar(ledger, result.provenance, now())
    _deliver(result, style, out)


def _deliver(result: Accuracy, style: str, out: Path | None) -> None:
    if style == "json":
        text = as_json(result.rows, result.provenance, result.annexes)
    elif style == "csv":
        text = as_csv(result.rows)
    else:
        text = as_text(result.rows, result.notes, result.provenance, result.annexes)
    if out is None:
        click.echo(text, nl=False)
        return
    write_text(out, text)
    write_sidecar(out, result.provenance, now())
