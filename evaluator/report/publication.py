"""Make results fit to be published: accuracy is computed again from protected counts.

Strata are published only where they cannot be subtracted from one another: newborns overall, conditions with
enough positives and the rest together, and parts of the newborns whose totals hide what the overall hides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.disclosure import SUPPRESSED_MARK, Cell, Rule, protect
from evaluator.accuracy.measures import Settings, accuracy_table
from evaluator.accuracy.supplement import OVERALL, counts_of
from evaluator.errors import InputError, Problem
from evaluator.report.disclosure import RULE, SUPPRESSED, Disclosure
from evaluator.report.flow import flow
from evaluator.report.model import Step
from evaluator.report.numbers import count
from evaluator.report.results import Results
from evaluator.statistics.intervals import IntervalMethod
from evaluator.statistics.ratios import RatioMethod

PAIR_CELLS = ("tp", "fp", "unresolved_positive", "fn", "tn", "unverified_negative")
NEWBORN_CELLS = (
    "tp",
    "fp",
    "wrong_condition",
    "unresolved_positive",
    "fn",
    "tn",
    "unverified_negative",
    "inconclusive",
)
PARTS_OF_NEWBORNS = ("site: ", "ancestry: ", "sex: ", "sample_type: ")
OTHERS = "condition: other conditions together"
MOST_CONDITIONS = 60  # ours: the solver that guards against subtraction is slow beyond
# Where a part of a step is itself the next step: (step, part) -> step.
CHILDREN = {(0, 0): 1, (1, 0): 2, (2, 0): 3, (2, 1): 4}


def published(results: Results) -> Results:
    """Replace every row of the accuracy table by what may be published; nothing changes without a rule."""
    if results.disclosure is Disclosure.NONE or not results.accuracy:
        return results
    if results.ledger is None:
        raise InputError(
            [
                Problem(
                    "ledger.parquet",
                    0,
                    "is needed to protect small numbers; run `nbseval accuracy` with --ledger",
                )
            ]
        )
    strata = counts_of(results.accuracy.values())
    kept = [_overall(flow(results))]
    kept += _conditions(strata)
    for prefix in PARTS_OF_NEWBORNS:
        kept += _parts(strata, prefix, kept[0])
    parameters = results.parameters
    settings = Settings(
        IntervalMethod(str(parameters.get("interval", IntervalMethod.CLOPPER_PEARSON.value))),
        RatioMethod(str(parameters.get("ratio_interval", RatioMethod.LOG.value))),
    )
    rows = accuracy_table(kept, settings).to_dicts()
    for row in rows:
        row["method"] = row["method"].replace("not stated, taken as none", "suppressed, left out")
    return replace(
        results,
        accuracy={(row["stratum"], row["measure"]): row for row in rows},
        more={},
        accuracy_record={**results.accuracy_record, "parameters": {**parameters, "notes": []}},
    )


def _overall(steps: tuple[Step, ...]) -> Counts:
    """Take the counts of newborns from the ends of the protected flow, so that the two agree."""
    cells = _ends(steps, RULE)
    places = [*((3, place) for place in range(4)), *((4, place) for place in range(3)), (2, 2)]
    return _counts(OVERALL, NEWBORN_CELLS, [cells[place] for place in places])


def _counts(stratum: str, names: Sequence[str], cells: Sequence[Cell]) -> Counts:
    values: dict[str, Any] = {name: cell.value for name, cell in zip(names, cells, strict=False)}
    return replace(Counts(stratum, unknown_because=SUPPRESSED), **values)


def _conditions(strata: Mapping[str, Counts]) -> list[Counts]:
    """Keep conditions whose positives are many; the others are one row, and the table is protected whole."""
    conditions = {name: counts for name, counts in strata.items() if name.startswith("condition: ")}
    positives = {
        name: sum(getattr(counts, cell) or 0 for cell in PAIR_CELLS[:3])
        for name, counts in conditions.items()
    }
    eligible = sorted(
        (name for name, number in positives.items() if number > RULE.threshold),
        key=lambda name: (-positives[name], name),
    )[:MOST_CONDITIONS]
    rows = {name: _row(conditions[name]) for name in sorted(eligible)}
    rest = [_row(counts) for name, counts in conditions.items() if name not in rows]
    if rest:
        rows[OTHERS] = [sum(column) for column in zip(*rest, strict=True)]
    if not rows:
        return []
    cells = protect(list(rows.values()), RULE).cells
    return [_counts(name, PAIR_CELLS, row) for name, row in zip(rows, cells, strict=False)]


def _row(counts: Counts) -> list[int]:
    return [getattr(counts, cell) or 0 for cell in PAIR_CELLS]


def _parts(strata: Mapping[str, Counts], prefix: str, overall: Counts) -> list[Counts]:
    """Keep the parts of the newborns only where their totals hide exactly what the overall counts hide."""
    parts = {name: counts for name, counts in strata.items() if name.startswith(prefix)}
    if not parts:
        return []
    table = [[getattr(counts, name) or 0 for name in NEWBORN_CELLS] for counts in parts.values()]
    cells = protect(table, RULE).cells
    totals = _counts(OVERALL, NEWBORN_CELLS, cells[-1])
    if any((getattr(totals, name) is None) != (getattr(overall, name) is None) for name in NEWBORN_CELLS):
        return []
    return [_counts(name, NEWBORN_CELLS, row) for name, row in zip(parts, cells, strict=False)]


def published_flow(steps: tuple[Step, ...], rule: Rule = RULE) -> tuple[Step, ...]:
    """Protect the flow as one table: its ends are the parts of all newborns, its steps are their sums."""
    children = _children(steps)
    cells = _ends(steps, rule)
    visible = _visible(steps, children, cells, rule)

    def sum_shown(step: int) -> str:
        return count(rule.rounded(steps[step].newborns)) if step in visible else SUPPRESSED_MARK

    return tuple(
        replace(
            one,
            published=sum_shown(step),
            parts=tuple(
                replace(
                    part,
                    published=(
                        sum_shown(children[step, place])
                        if (step, place) in children
                        else _written(cells[step, place])
                    ),
                )
                for place, part in enumerate(one.parts)
            ),
        )
        for step, one in enumerate(steps)
    )


def _children(steps: tuple[Step, ...]) -> dict[tuple[int, int], int]:
    return {place: step for place, step in CHILDREN.items() if step < len(steps)}


def _ends(steps: tuple[Step, ...], rule: Rule) -> dict[tuple[int, int], Cell]:
    """Protect the parts that no further step divides, as the parts of all newborns."""
    divided = _children(steps)
    ends = [
        (step, part)
        for step, one in enumerate(steps)
        for part in range(len(one.parts))
        if (step, part) not in divided
    ]
    numbers = [steps[step].parts[part].newborns for step, part in ends]
    return dict(zip(ends, protect([numbers], rule).cells[0], strict=False))


def _written(cell: Cell) -> str:
    return SUPPRESSED_MARK if cell.value is None else count(cell.value)


def _visible(
    steps: tuple[Step, ...],
    children: Mapping[tuple[int, int], int],
    cells: Mapping[tuple[int, int], Cell],
    rule: Rule,
) -> list[int]:
    """Choose the steps whose sums may be seen: no difference of two of them tells a small number."""
    under: dict[int, frozenset[tuple[int, int]]] = {}
    for step in reversed(range(len(steps))):
        below = [under[child] for (parent, _), child in children.items() if parent == step]
        own = {place for place in cells if place[0] == step}
        under[step] = frozenset(own).union(*below)

    def safe(ends: frozenset[tuple[int, int]]) -> bool:
        hidden = [steps[s].parts[p].newborns for s, p in ends if cells[s, p].value is None]
        return not hidden or (len(hidden) > 1 and not rule.is_small(sum(hidden)))

    visible: list[int] = []
    for step in range(len(steps)):
        beside = [under[other] for other in visible if not under[other] & under[step]]
        around = [under[other] for other in visible if under[other] > under[step]]
        differences = [whole - under[step] - part for whole in around for part in (frozenset(), *beside)]
        if not rule.is_small(steps[step].newborns) and all(map(safe, [under[step], *differences])):
            visible.append(step)
    return visible
