"""Two panels differ exactly where a committee would say that they differ."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.panel.diff import PanelDiff, diff
from evaluator.panel.diff_text import diff_lines
from evaluator.panel.load import load_panel
from evaluator.panel.model import TABLES, Panel

Edit = Callable[[str, str, str], None]
PANEL = load_panel(Path(__file__).parent / "panels" / "small")


@given(st.sampled_from(list(TABLES)), st.randoms(use_true_random=False))
def test_row_order_is_no_difference(table: str, chance: random.Random) -> None:
    """A shuffled table is equal in meaning."""
    frame: pl.DataFrame = getattr(PANEL, table)
    other = replace(PANEL, **{table: frame.sample(fraction=1, shuffle=True, seed=chance.randrange(2**31))})
    assert diff(PANEL, other).equal


@st.composite
def additions(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A row that the small panel does not have, for any of its tables."""
    table = draw(st.sampled_from(list(TABLES)))
    number = draw(st.integers(min_value=1, max_value=10_000))
    frame: pl.DataFrame = getattr(PANEL, table)
    row: dict[str, object] = dict(draw(st.sampled_from(frame.to_dicts())))
    if table == "alleles":
        row["position"] = 200_000_000 + number
    elif table == "conditions":
        row |= {"condition": f"new-{number}", "name": f"New {number}"}
    elif table == "genes":
        row["gene"] = f"NEW{number}"
    else:
        row["allele_1"] = f"chr1-{number}-A-G"
    return table, row


@given(additions())
def test_a_retired_addition_restores_the_panel(addition: tuple[str, dict[str, object]]) -> None:
    """A row that came and went leaves no difference and the same digest."""
    table, row = addition
    frame: pl.DataFrame = getattr(PANEL, table)
    longer = replace(PANEL, **{table: pl.concat([frame, pl.DataFrame([row], schema=frame.schema)])})
    change = diff(PANEL, longer).tables[table]
    assert (len(change.added), change.removed, change.changed) == (1, (), ())
    key = TABLES[table].key
    kept = pl.any_horizontal(pl.col(name).ne_missing(pl.lit(row[name])) for name in key)
    restored = replace(longer, **{table: getattr(longer, table).filter(kept)})
    assert diff(PANEL, restored).equal
    assert restored.sha256 == PANEL.sha256
    assert diff(longer, restored).tables[table].removed == change.added


@given(st.data())
def test_equal_means_the_same_digest(data: st.DataObject) -> None:
    """Changing any one cell shows in the difference exactly when it shows in the digest."""
    table = data.draw(st.sampled_from(list(TABLES)))
    frame: pl.DataFrame = getattr(PANEL, table)
    column = data.draw(st.sampled_from([c for c in frame.columns if frame.schema[c] == pl.String]))
    place = data.draw(st.integers(0, frame.height - 1))
    value = data.draw(st.sampled_from([None, "yes", "no", "lof", "unknown", "all", "other"]))
    if value is None and column in TABLES[table].key:
        return
    cells = frame[column].to_list()
    cells[place] = value
    edited = replace(PANEL, **{table: frame.with_columns(pl.Series(column, cells, dtype=pl.String))})
    assert diff(PANEL, edited).equal == (edited.sha256 == PANEL.sha256)


def edited(folder: Path) -> PanelDiff:
    """The difference that an edit of the copy makes."""
    return diff(PANEL, load_panel(folder))


def test_a_renamed_condition_is_told_once(folder: Path) -> None:
    """Rows that follow a renamed condition are no differences of their own."""
    for name in TABLES:
        path = folder / f"{name}.tsv"
        text = path.read_text(encoding="utf-8").replace("partial-biotinidase", "partial-btd")
        path.write_text(text, encoding="utf-8")
    difference = edited(folder)
    assert difference.as_dict()["conditions"] == {
        "added": [],
        "removed": [],
        "renamed": [
            {
                "condition": "partial-btd",
                "field": "condition",
                "from": "partial-biotinidase",
                "to": "partial-btd",
            }
        ],
        "changed": [],
    }
    assert [name for name, table in difference.tables.items() if table] == ["conditions"]


@pytest.mark.parametrize(
    ("file", "old", "new", "section", "kind", "entry"),
    [
        (
            "genes.tsv",
            "\tno\tpseudo",
            "\tyes\tpseudo",
            "genes",
            "enabled",
            {"condition": "alveolar-proteinosis", "gene": "CSF2RA", "from": "no", "to": "yes"},
        ),
        (
            "genes.tsv",
            "\tyes\t",
            "\tno\t",
            "genes",
            "disabled",
            {"condition": "retinoblastoma", "gene": "RB1", "to": "no"},
        ),
        (
            "genes.tsv",
            "0.01",
            "0.02",
            "genes",
            "changed",
            {"gene": "CFTR", "field": "max_frequency", "from": 0.01, "to": 0.02},
        ),
        (
            "genes.tsv",
            "NM_000531.6\tXLR",
            "NM_000531.6\tXLD",
            "genes",
            "changed",
            {"gene": "OTC", "field": "inheritance", "from": "XLR", "to": "XLD"},
        ),
        (
            "alleles.tsv",
            "CFTR\tallow",
            "CFTR\tdeny",
            "alleles",
            "moved",
            {"position": 117559590, "from": "allow", "to": "deny"},
        ),
        ("alleles.tsv", "1555\tA\tG", "1494\tC\tT", "alleles", "added", {"position": 1494, "alt": "T"}),
        ("alleles.tsv", "1555\tA\tG", "1494\tC\tT", "alleles", "removed", {"position": 1555}),
        (
            "conditions.tsv",
            "Cystic fibrosis",
            "Mucoviscidosis",
            "conditions",
            "renamed",
            {"condition": "cystic-fibrosis", "field": "name", "to": "Mucoviscidosis"},
        ),
        (
            "conditions.tsv",
            "\t40\t",
            "\t41\t",
            "conditions",
            "changed",
            {"field": "birth_prevalence_per_100k", "from": 40.0, "to": 41.0},
        ),
        (
            "diplotypes.tsv",
            "\treportable\tin cis",
            "\tnot reportable\tin cis",
            "diplotypes",
            "changed",
            {"field": "verdict", "to": "not reportable"},
        ),
        (
            "pathways.yaml",
            "class: P",
            "class: U",
            "pathways",
            "changed",
            {"pathway": "respiratory", "path": "urgency.class", "from": "P", "to": "U"},
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_change_is_named_by_its_meaning(
    folder: Path, edit: Edit, file: str, old: str, new: str, section: str, kind: str, entry: dict[str, object]
) -> None:
    """Each kind of edit stands under its own name with its values, and alone."""
    edit(file, old, new)
    document = edited(folder).as_dict()
    group = document[section]
    assert isinstance(group, dict)
    (found,) = group[kind]
    assert entry.items() <= found.items()
    others = [name for name in (*TABLES, "pathways", "panel", "criteria") if name != section]
    assert all(not document[name] or not any(document[name].values()) for name in others)


def test_criteria_are_compared_resolved(folder: Path, edit: Edit) -> None:
    """Another preset shows every value that it changes, as a dotted path."""
    edit("criteria.yaml", "generation-study", "nbseq")
    criteria = edited(folder).as_dict()["criteria"]
    assert isinstance(criteria, list)
    assert {"path": "known_pathogenic.max_frequency.biallelic", "from": 0.05, "to": 0.001} in criteria
    assert {"path": "preset", "from": "generation-study", "to": "nbseq"} in criteria
    assert not any(change["path"] == "quality.min_depth" for change in criteria)


def test_sources_come_and_go(folder: Path, edit: Edit) -> None:
    """A new source of the panel is told as one."""
    edit("panel.yaml", "", "  - {name: another}\n")
    assert edited(folder).panel == ({"field": "sources", "from": None, "to": {"name": "another"}},)


def test_text_names_every_section(folder: Path, edit: Edit) -> None:
    """The text is what a committee reads: signs, names, and values from and to."""
    edit("panel.yaml", 'version: "1"\nstatus', 'version: "2"\nstatus')
    edit("genes.tsv", "\tno\tpseudo", "\tyes\tpseudo")
    edit("alleles.tsv", "CFTR\tallow", "CFTR\tdeny")
    edit("criteria.yaml", "min_depth: 12", "min_depth: null")
    edit("conditions.tsv", "", "ada-scid\tADA deficiency\timmunology\n")
    edit("genes.tsv", "", "ada-scid\tADA\t\t\tAR\n")
    edit("pathways.yaml", "", '  new:\n    version: "1"\n')
    lines = diff_lines(edited(folder))
    assert lines[0].startswith("old: small 1 (sha256 ")
    assert lines[2:] == [
        "",
        "Panel (1)",
        "  ~ version: 1 → 2",
        "",
        "Conditions (1)",
        "  + ada-scid: ADA deficiency",
        "",
        "Genes (2)",
        "  + ada-scid ADA AR",
        "  ~ alveolar-proteinosis CSF2RA AR: enabled",
        "",
        "Alleles (1)",
        "  ~ chr7-117559590-ATCT-A CFTR: moved: allow → deny",
        "",
        "Pathways (1)",
        "  + new",
        "",
        "Criteria (1)",
        "  ~ quality.min_depth: 12 → (not given)",
    ]


def test_equal_panels_say_so(small: Panel) -> None:
    """A panel compared with itself is equal, in one line."""
    assert diff_lines(diff(small, PANEL)) == [
        f"The panels are equal in meaning (sha256 {small.sha256[:12]})."
    ]
