"""`nbseval accuracy` from the outside: formats, files, and mistakes told with exit code 2."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import polars as pl
import pytest

from evaluator.provenance import Provenance, read_provenance, write_parquet
from evaluator.tables import ACCURACY, FINDINGS, LEDGER

Run = Callable[..., CompletedProcess[str]]
GENES = [tuple(line.split("\t")[:3]) for line in ("galactosaemia\tGALT\tAR", "mcadd\tACADM\tAR")]
PANEL = {
    "panel.yaml": (
        'id: pair\ntitle: Two conditions\nversion: "2"\nstatus: draft\ngenome_build: GRCh38\nsources: []\n'
    ),
    "conditions.tsv": (
        "condition\tname\tgroup\ngalactosaemia\tGalactosaemia\tmetabolic\nmcadd\tMCADD\tmetabolic\n"
    ),
    "genes.tsv": "condition\tgene\tinheritance\ngalactosaemia\tGALT\tAR\nmcadd\tACADM\tAR\n",
    "alleles.tsv": "contig\tposition\tref\talt\tgene\tlist\n",
    "pathways.yaml": "{}\n",
    "criteria.yaml": "preset: generation-study\n",
}


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """Three newborns: one true positive, one unresolved positive, one negative that nobody followed up."""
    panel = tmp_path / "panel"
    panel.mkdir()
    for name, text in PANEL.items():
        (panel / name).write_text(text, encoding="utf-8")
    rows = [
        (newborn, condition, gene, inheritance, verdict, reasons, None, None, None)
        for newborn in ("N1", "N2", "N3")
        for condition, gene, inheritance in GENES
        for verdict, reasons in [
            ("reportable", "listed_allele")
            if gene == "GALT" and newborn != "N3"
            else ("not reportable", "no_qualifying_allele")
        ]
    ]
    findings = pl.DataFrame(rows, schema=FINDINGS, orient="row")
    write_parquet(findings, tmp_path / "findings.parquet", Provenance("flag", "pair", "2"))
    (tmp_path / "samples.tsv").write_text(
        "newborn\tsex\tvcf\tsite\n" + "".join(f"N{i}\tmale\tx.vcf.gz\t=leeds\n" for i in (1, 2, 3)),
        encoding="utf-8",
    )
    (tmp_path / "outcomes.tsv").write_text(
        "newborn\tcondition\tbasis\treference\nN1\tgalactosaemia\tclinical\taffected\n", encoding="utf-8"
    )
    return tmp_path


TABLES = ("findings.parquet", "--panel", "panel", "--samples", "samples.tsv", "--outcomes", "outcomes.tsv")


def test_help_has_an_example(nbseval: Run) -> None:
    """The first line ends with a full stop and an example follows."""
    done = nbseval("accuracy", "--help")
    assert done.returncode == 0
    assert "what cannot be estimated says why." in done.stdout
    assert "Example:" in done.stdout


def test_json_has_the_agreed_columns(nbseval: Run, run_folder: Path) -> None:
    """Rows carry the columns of the accuracy table, provenance the panel and the choices made."""
    done = nbseval(
        "accuracy", *TABLES, "--by", "overall", "--by", "group", "--format", "json", cwd=run_folder
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    beside = {"missed", "reason_fp", "additional_findings", "sensitivity_analysis"}
    beside |= {"clustered", "without_answer"}
    assert set(document) == {"provenance", "rows"} | beside
    assert all(set(row) == set(ACCURACY) for row in document["rows"])
    assert {row["stratum"] for row in document["rows"]} == {
        "overall",
        "overall: newborn x condition",
        "group: metabolic",
    }
    parameters = document["provenance"]["parameters"]
    assert (document["provenance"]["panel"], document["provenance"]["panel_version"]) == ("pair", "2")
    assert parameters["definition"] == "clinical"
    assert parameters["ledger"] == {"not_assessed": "failed", "pending_phase": "positive"}
    rows = {row["measure"]: row for row in document["rows"] if row["stratum"] == "overall"}
    assert (rows["ppv"]["numerator"], rows["ppv"]["denominator"]) == (1, 1)
    assert rows["unresolved_positive"]["numerator"] == 1
    assert rows["sensitivity"]["not_estimable"] == "no screen-negative newborn was followed up"


def test_same_inputs_same_bytes(nbseval: Run, run_folder: Path) -> None:
    """Written twice, table and ledger have the same bytes; the clock stands in the sidecar only."""
    for name in ("one", "two"):
        done = nbseval(
            "accuracy", *TABLES, "--format", "json", "--out", f"{name}.json", "--ledger", f"{name}.parquet",
            cwd=run_folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
    for suffix in (".json", ".parquet"):
        one, two = (run_folder / f"{name}{suffix}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
        assert "finished_at" in json.loads(Path(f"{one}.provenance.json").read_text("utf-8"))
    assert pl.read_parquet(run_folder / "one.parquet").schema == LEDGER
    assert read_provenance(run_folder / "one.parquet")["panel"] == "pair"


def test_text_fits_a_terminal(nbseval: Run, run_folder: Path) -> None:
    """No line is wider than 100 columns, and reasons stand in plain words."""
    done = nbseval(
        "accuracy", *TABLES, "--by", "overall", "--by", "condition", "--by", "gene", cwd=run_folder
    )
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "no screen-negative newborn was followed up" in " ".join(done.stdout.split())
    assert "1/1 = 100% (95% CI 2.5% to 100%)" in done.stdout
    assert "The panel evaluates 2 conditions by 2 genes." in done.stdout


def test_csv_cannot_run_a_formula(nbseval: Run, tmp_path: Path) -> None:
    """A stratum that a spreadsheet would compute is written as text."""
    (tmp_path / "counts.tsv").write_text("stratum\ttp\tfp\n=1+1\t2\t1\n", encoding="utf-8")
    done = nbseval("accuracy", "--counts", "counts.tsv", "--format", "csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert rows[0] == list(ACCURACY)
    assert {row[0] for row in rows[1:]} == {"'=1+1"}


def test_prevalence_of_published_counts(nbseval: Run, tmp_path: Path) -> None:
    """PPV at 3%, as the R package bdpv computes it for the same counts."""
    (tmp_path / "counts.tsv").write_text(
        "stratum\ttp\tfp\tfn\ttn\tunresolved_positive\tunverified_negative\nm\t240\t87\t178\t288\t0\t0\n",
        encoding="utf-8",
    )
    done = nbseval(
        "accuracy", "--counts", "counts.tsv", "--prevalence", "0.03", "--format", "json", cwd=tmp_path
    )
    rows = {row["measure"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows["ppv_at_prevalence"]["estimate"] == pytest.approx(0.07109937005958127, abs=1e-12)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "or --counts alone"),
        (("--counts", "c.tsv", "--by", "site"), "--counts stands alone"),
        ((*TABLES, "--index", "reviewed"), "--index reviewed needs --reviews"),
        ((*TABLES, "--reviews", "r.tsv"), "does not exist; the reviews table is needed here"),
        ((*TABLES, "--conventional", "c.tsv"), "does not exist; the conventional table is needed here"),
        (("--counts", "c.tsv", "--conventional", "c.tsv"), "--counts stands alone"),
        (("--counts", "c.tsv", "--registry", "c.yaml"), "--counts stands alone"),
        ((*TABLES, "--registry", "absent.yaml"), "absent.yaml: does not exist"),
        ((*TABLES, "--prevalence", "1"), "not in the range"),
        ((*TABLES, "--by", "planet"), "is not one of"),
        (("--counts", "absent.tsv"), "does not exist"),
        (("absent.parquet", *TABLES[1:]), "does not exist; make it with `nbseval flag`"),
        (("samples.tsv", *TABLES[1:]), "is not a findings table"),
    ],
)
def test_mistakes_exit_with_2(nbseval: Run, run_folder: Path, words: tuple[str, ...], message: str) -> None:
    """A wrong call is told in plain words, without a traceback."""
    done = nbseval("accuracy", *words, cwd=run_folder)
    assert done.returncode == 2, done.stdout + done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_findings_of_another_version_are_refused(nbseval: Run, run_folder: Path) -> None:
    """Figures of one panel version are never signed as another's."""
    identity = run_folder / "panel" / "panel.yaml"
    identity.write_text(identity.read_text("utf-8").replace('"2"', '"3"'), encoding="utf-8")
    done = nbseval("accuracy", *TABLES, cwd=run_folder)
    assert done.returncode == 2
    assert "was made with panel pair 2, not pair 3" in done.stderr


def test_every_problem_of_every_table_at_once(nbseval: Run, run_folder: Path) -> None:
    """Both tables are wrong: both are named, and the newborn is not."""
    (run_folder / "samples.tsv").write_text("newborn\tsex\nN1\tgirl\n", encoding="utf-8")
    (run_folder / "outcomes.tsv").write_text(
        "newborn\tcondition\treference\nN1\tmcadd\till\n", encoding="utf-8"
    )
    done = nbseval("accuracy", *TABLES, cwd=run_folder)
    assert done.returncode == 2
    assert "samples.tsv:2" in done.stderr
    assert "outcomes.tsv:2" in done.stderr
    assert "N1" not in done.stderr


def test_nothing_is_estimated_that_nobody_followed_up(nbseval: Run, run_folder: Path) -> None:
    """Without follow-up of negatives text and JSON say "not estimable", and PPV, recall and yield stand."""
    done = nbseval("accuracy", *TABLES, "--format", "json", cwd=run_folder)
    rows = {row["measure"]: row for row in json.loads(done.stdout)["rows"] if row["stratum"] == "overall"}
    for measure in ("sensitivity", "specificity", "npv", "lr_positive", "lr_negative", "dor"):
        assert rows[measure]["estimate"] is None
        assert rows[measure]["not_estimable"] == "no screen-negative newborn was followed up"
    for measure in ("ppv", "recall_rate", "detection_rate"):
        assert rows[measure]["estimate"] is not None
    text = nbseval("accuracy", *TABLES, cwd=run_folder).stdout
    assert "Not estimable                 sensitivity, specificity, negative predictive value" in text
    assert "Positive predictive value     1/1" in text
    assert "N1" not in text


def test_conventional_stands_beside_genomic(nbseval: Run, run_folder: Path) -> None:
    """Both definitions, overall and by condition, in JSON; in the text without the conditions."""
    (run_folder / "conventional.tsv").write_text(
        "newborn\tcondition\tindex\nN1\tgalactosaemia\tpositive\nN2\tgalactosaemia\tnegative\n",
        encoding="utf-8",
    )
    words = (*TABLES, "--conventional", "conventional.tsv")
    document = json.loads(nbseval("accuracy", *words, "--format", "json", cwd=run_folder).stdout)
    assert {row["definition"] for row in document["comparison"]} == {"molecular", "clinical"}
    assert {row["stratum"] for row in document["comparison"]} == {
        "overall",
        "overall: newborn x condition",
        "condition: galactosaemia",
    }
    assert "conventional" in document["provenance"]["inputs"]
    text = nbseval("accuracy", *words, cwd=run_folder).stdout
    assert "Genomic against conventional screening" in text
    assert "condition: galactosaemia" not in text
    assert max(map(len, text.splitlines())) <= 100


REGISTRY = """\
linked_months: 24
completeness:
  - conditions: [galactosaemia]
    sources: [National registry, Clinical laboratories]
    counted: found_clinically
    first: 46
    second: 51
    both: 40
onset:
  - conditions: [galactosaemia]
    source: by way of example
    ages: [{months: 12, diagnosed: 0.9, lower: 0.84, upper: 0.96}]
"""


def test_a_registry_stands_beside_the_table(nbseval: Run, run_folder: Path) -> None:
    """JSON and text hold completeness, maturity and the adjusted sensitivity; without it neither does."""
    (run_folder / "registry.yaml").write_text(REGISTRY, encoding="utf-8")
    words = (*TABLES, "--registry", "registry.yaml")
    document = json.loads(nbseval("accuracy", *words, "--format", "json", cwd=run_folder).stdout)
    rows = {row["measure"]: row for row in document["registry"]}
    assert {row["condition"] for row in document["registry"]} == {"galactosaemia"}
    assert rows["completeness"]["estimate"] == pytest.approx(57 / (47 * 52 / 41 - 1))
    assert rows["diagnosed_by_then"]["estimate"] == pytest.approx(0.9)
    # one true positive, no missed case known: a lower limit, and no estimate of 100%
    assert rows["sensitivity_adjusted"]["estimate"] is None
    assert 0 < rows["sensitivity_adjusted"]["lower"] < 1
    assert "registry" in document["provenance"]["inputs"]
    text = nbseval("accuracy", *words, cwd=run_folder).stdout
    assert "Missed cases seen through a registry" in text
    assert "no missed case is known, and zero cannot be scaled up" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 100
    assert "registry" not in nbseval("accuracy", *TABLES, cwd=run_folder).stdout


def test_mistakes_in_the_registry_are_told_with_those_of_the_tables(nbseval: Run, run_folder: Path) -> None:
    """A condition that the panel has not, and a probability of zero, in one go."""
    (run_folder / "registry.yaml").write_text(REGISTRY.replace("galactosaemia", "gout"), encoding="utf-8")
    (run_folder / "outcomes.tsv").write_text(
        "newborn\tcondition\treference\tverification_probability\n"
        "N3\tmcadd\tunaffected\t0\nN3\tgalactosaemia\tunaffected\t1.2\nN2\tmcadd\tunaffected\t1\n",
        encoding="utf-8",
    )
    done = nbseval("accuracy", *TABLES, "--registry", "registry.yaml", cwd=run_folder)
    assert done.returncode == 2
    for line in (
        "outcomes.tsv:2: verification_probability is outside 0 to 1, 0 not included",
        "outcomes.tsv:3: verification_probability is outside 0 to 1, 0 not included",
        "registry.yaml:3: 'gout' is not a condition of the panel",
        "registry.yaml:10: 'gout' is not a condition of the panel",
        "4 problems.",
    ):
        assert line in done.stderr


def test_drawn_negatives_are_weighted(nbseval: Run, run_folder: Path) -> None:
    """A probability in outcomes.tsv adds the weighted table, beside its bounds."""
    (run_folder / "outcomes.tsv").write_text(
        "newborn\tcondition\tbasis\treference\tverification_probability\n"
        "N1\tgalactosaemia\tclinical\taffected\t\n"
        "N2\tmcadd\tclinical\taffected\t0.5\n"
        "N3\tmcadd\tclinical\tunaffected\t0.5\n",
        encoding="utf-8",
    )
    done = nbseval("accuracy", *TABLES, "--format", "json", cwd=run_folder)
    rows = {(row["stratum"], row["measure"]): row for row in json.loads(done.stdout)["sampled_verification"]}
    pairs = "overall: newborn x condition"
    assert rows[pairs, "sensitivity"]["estimate"] == pytest.approx(1 / 3)
    assert rows[pairs, "sensitivity_bounds"]["lower"] == pytest.approx(1 / 4)
    text = nbseval("accuracy", *TABLES, cwd=run_folder).stdout
    assert "Accuracy from negatives drawn for verification" in text
    assert "sensitivity_bounds: between 25.0% and" in text


def test_newborns_used_for_tuning_are_apart(nbseval: Run, run_folder: Path) -> None:
    """Accuracy on newborns that a list was tuned on is apparent: shown beside the headline, never in it."""
    samples = run_folder / "samples.tsv"
    lines = samples.read_text("utf-8").splitlines()
    marked = [
        f"{line}\t{'used_for_tuning' if n == 0 else 'yes' if n == 1 else ''}" for n, line in enumerate(lines)
    ]
    samples.write_text("\n".join(marked) + "\n", encoding="utf-8")
    done = nbseval("accuracy", *TABLES, "--format", "json", "--ledger", "ledger.parquet", cwd=run_folder)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    rows = {row["measure"]: row for row in document["rows"] if row["stratum"] == "overall"}
    assert rows["tp"]["numerator"] == 0
    analysed = {
        (row["choice"], row["alternative"]): row
        for row in document["sensitivity_analysis"]
        if row["measure"] == "ppv"
    }
    assert analysed["used for tuning", "apparent: only those"]["numerator"] == 1
    assert any(
        "used for tuning a list or a threshold: 1;" in note
        for note in document["provenance"]["parameters"]["notes"]
    )
    assert pl.read_parquet(run_folder / "ledger.parquet").height == 6


def test_reviews_stand_beside_the_pipeline(nbseval: Run, run_folder: Path) -> None:
    """Given reviews, the analysis scores both, whichever is the headline."""
    (run_folder / "reviews.tsv").write_text(
        "newborn\tcondition\tdecision\nN2\tgalactosaemia\tdo_not_report\n", encoding="utf-8"
    )
    for index in ("pipeline", "reviewed"):
        words = ("--reviews", "reviews.tsv", "--index", index, "--format", "json")
        document = json.loads(nbseval("accuracy", *TABLES, *words, cwd=run_folder).stdout)
        recalled = {
            row["alternative"]: row["numerator"]
            for row in document["sensitivity_analysis"]
            if row["choice"] == "index" and row["measure"] == "recall_rate"
        }
        assert recalled == {"pipeline": 2, "reviewed": 1}
