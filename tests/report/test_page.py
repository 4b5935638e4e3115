"""What the page says: the facts of the example, counted by hand."""

from __future__ import annotations

import dataclasses

from evaluator.report.model import Section, Table
from evaluator.report.page import committee_page
from evaluator.report.results import Results
from evaluator.report.text import as_text


def sentences(results: Results, block: str) -> str:
    """The sentences of one block of the first page."""
    return " ".join(next(part.sentences for part in committee_page(results).blocks if part.id == block))


def section(results: Results, name: str) -> Section:
    """One section by its id."""
    return next(part for part in committee_page(results).sections if part.id == name)


def cells(table: Table) -> dict[str, dict[str, str]]:
    """A table by row name and column title."""
    titles = [column.title for column in table.columns]
    return {row[0]: dict(zip(titles, row, strict=True)) for row in table.rows}


def test_what_was_screened(results: Results) -> None:
    """Newborns by fate, and the panel by id, version, digest, title and status."""
    text = sentences(results, "screened")
    assert "6 newborns sequenced, of 9 in all" in text
    assert "the others: 1 with failed sequencing, 1 with a file set aside and 1 declined" in text
    assert "Panel hostile, version 7 (sha256 " in text
    assert "4 conditions by 5 genes" in text
    assert "Its status: draft." in text
    assert "the preset generation-study, an approximation" in text


def test_what_was_found(results: Results) -> None:
    """Reportable, pending, confirmed, missed and routed."""
    text = sentences(results, "found")
    assert "2 newborns with a reportable result (33.3% of those sequenced)." in text
    assert "1 more newborn with two alleles whose phase is not known (pending)." in text
    assert "Of 3 newborns counted as positive, 1 confirmed affected, 1 unaffected, 1 not resolved." in text
    assert "resolved positives only: 1/2 = 50.0% (95% CI 1.3% to 98.7%)" in text
    assert "1 newborn negative and later found to be affected." in text
    assert "3 referrals: 2 proposed to a unit, 1 escalated" in text


def test_what_is_not_known(results: Results) -> None:
    """Not assessed is not negative; unverified is not well; not estimable has its reason."""
    text = sentences(results, "unknown")
    assert "1 result in 1 newborn could not be assessed: not a negative result." in text
    (why,) = next(part.points for part in committee_page(results).blocks if part.id == "unknown")
    assert why.points == ("Too little of the coding sequence was assessed for a negative result: 1",)
    assert why.rest == ()
    assert "1 screen-negative newborn not followed up for every condition" in text
    assert "1 positive result not resolved: 1 pending." in text
    assert "Reason: 1 of 3 screen-negatives unverified." in text
    assert "1 newborn affected by a condition that is not on the panel" in text
    assert "1 affected newborn without a result for the condition they have" in text


def test_an_estimable_sensitivity_stands_on_the_first_page(results: Results) -> None:
    """Where every negative is verified, sensitivity is told with its counts, and nothing says otherwise."""
    row = {**results.accuracy["overall", "ppv"], "measure": "sensitivity", "numerator": 6, "denominator": 8}
    verified = dataclasses.replace(results, accuracy={**results.accuracy, ("overall", "sensitivity"): row})
    assert "Sensitivity (how many affected newborns are found): 6/8 = " in sentences(verified, "found")
    assert "Not estimable: sensitivity" not in sentences(verified, "unknown")


def test_without_outcomes_and_network(bare: Results) -> None:
    """What was not run is said, never left to be guessed."""
    text = sentences(bare, "unknown")
    assert "No outcomes were evaluated" in text
    assert "No referral network was given" in text
    assert "No samples table was given" in sentences(bare, "screened")
    assert "no accuracy is shown" in section(bare, "accuracy").paragraphs[0]
    assert [part.id for part in committee_page(bare).sections].count("by-group") == 0


def test_accuracy_of_conditions_alone(results: Results) -> None:
    """Where nothing was evaluated over all newborns, the page says so, not that outcomes are absent."""
    rows = {key: row for key, row in results.accuracy.items() if key[0] != "overall"}
    split = dataclasses.replace(results, accuracy=rows)
    text = as_text(committee_page(split))
    assert "No outcomes were evaluated" not in text
    for name in ("accuracy", "outlook", "design", "sites", "equity", "expected", "sensitivity-analyses"):
        assert "without `--by overall`" in section(split, name).paragraphs[0]
    assert not [table for table in section(split, "accuracy").tables if not table.rows]
    assert "without `--by overall`: how many positives are affected is not known" in sentences(
        split, "unknown"
    )


def test_conditions(results: Results) -> None:
    """A missed case brings its condition into the open table; the quiet one is folded."""
    part = section(results, "by-condition")
    open_table, folded = part.tables
    assert not open_table.folded
    assert folded.folded == "Show 1 condition in which nothing was found"
    assert set(cells(folded)) == {"Phenylketonuria"}
    nothing, absent = part.paragraphs
    assert nothing == "In 1 condition nothing was found: 6 results not reportable, 2 not assessed."
    assert absent.startswith("Not assessed counts 2 newborns without sequence")
    table = cells(open_table)
    galactosaemia = table['Galactosaemia <script>alert(1)</script> & "co"']
    assert (galactosaemia["Reportable"], galactosaemia["True positive"]) == ("2", "1")
    assert galactosaemia["PPV (95% CI)"] == "1/2 = 50.0%\n(1.3% to 98.7%)"
    assert table["MCADD"]["Missed"] == "1"
    assert table["MCADD"]["Sensitivity (95% CI)"] == "not estimable"
    assert "some screen-negatives unverified" in open_table.note
    # the failed newborn is affected by SCID: known, and therefore in the open
    assert "Severe combined immunodeficiency" in table


def test_groups(results: Results) -> None:
    """Groups count newborn x condition."""
    (table,) = section(results, "by-group").tables
    assert cells(table)["metabolic"]["True positive"] == "1"
    assert cells(table)["metabolic"]["Unresolved positive"] == "1"


def test_referrals_are_aggregates(results: Results) -> None:
    """By unit and urgency; nobody's route is on the page."""
    (table,) = section(results, "referrals").tables
    rows = cells(table)
    assert rows["<u>Unit one</u>"]["E: within 24 h"] == "2"
    assert rows["No unit known: the coordinator"]["No class signed"] == "1"
    assert sum(int(row["All"]) for row in rows.values()) == 3


def test_no_newborn_is_named(results: Results) -> None:
    """No identifier of a newborn stands in any cell or sentence."""
    page = committee_page(results)
    drawn = [cell for part in page.sections for table in part.tables for row in table.rows for cell in row]
    for newborn in ("tp", "fp", "missed", "partly", "aside"):
        assert newborn not in drawn


def test_text_has_the_same_facts(results: Results) -> None:
    """Every sentence of the first page is in the terminal's text, which fits 100 columns."""
    text = as_text(committee_page(results))
    assert max(map(len, text.splitlines())) <= 100
    flat = " ".join(text.split())
    for block in committee_page(results).blocks:
        for sentence in block.sentences:
            assert " ".join(sentence.split()) in flat


def test_definitions_state_the_thresholds(results: Results) -> None:
    """The words mean what the panel's criteria say, and how the ledger counted is declared."""
    terms = dict(section(results, "definitions").terms)
    assert "at least 1 (likely) pathogenic classification" in terms["Known pathogenic allele"]
    assert "95.0% of the coding sequence read at depth 10" in terms["Assessed"]
    assert "Pending phase counts as positive, not assessed as failed" in terms["In between"]
    assert "clinical definition" in terms["Reference standard"]


def test_provenance_names_every_output(results: Results) -> None:
    """Each output with command, panel version and the digests of its inputs."""
    (table,) = section(results, "provenance").tables
    rows = cells(table)
    assert set(rows) == {"findings.parquet", "accuracy.json", "referrals/referrals.parquet"}
    assert rows["accuracy.json"]["Command"] == "nbseval accuracy"
    assert "hostile 7" in rows["findings.parquet"]["Panel"]
    assert "outcomes " in rows["accuracy.json"]["Inputs"]
