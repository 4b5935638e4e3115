"""Which places suit which purpose: the alleles that a cohort reserves, and what each then means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from evaluator.simulation.catalogue import Allele, Catalogue, GeneRow
from evaluator.simulation.classifications import Classification
from evaluator.simulation.consequences import Consequence


class Purpose(StrEnum):
    """What a reserved allele is there to show."""

    CLINVAR_PATHOGENIC = "clinvar_pathogenic"
    CLINVAR_CONFLICTING_ACCEPTED = "clinvar_conflicting_accepted"
    CLINVAR_CONFLICTING_REFUSED = "clinvar_conflicting_refused"
    CLINVAR_TOO_COMMON = "clinvar_too_common"
    CLINVAR_TOO_FEW_STARS = "clinvar_too_few_stars"
    CLINVAR_BENIGN = "clinvar_benign"
    CLINVAR_UNCERTAIN = "clinvar_uncertain"
    LOF_RECESSIVE = "lof_recessive"
    LOF_TOO_COMMON = "lof_too_common"
    LOF_LAST_EXON = "lof_last_exon"
    LOF_OTHER_TRANSCRIPT = "lof_other_transcript"
    LOF_DOMINANT = "lof_dominant"
    LOF_OTHER_MECHANISM = "lof_other_mechanism"
    UNKNOWN_TO_ALL = "unknown_to_all"


@dataclass(frozen=True)
class Wish:
    """Which genes and places suit a purpose, and what the allele then means."""

    purpose: Purpose
    genes: frozenset[str]
    suits: Callable[[str, Allele], bool]
    consequences: Callable[[str], tuple[Consequence, ...]]
    classification: Classification | None = None


def wishes(catalogue: Catalogue) -> list[Wish]:
    """List what the cohort wants to reserve, as far as the panel's criteria give it a certain verdict."""
    return [*_clinvar_wishes(catalogue), *_lof_wishes(catalogue), *_unknown_wishes(catalogue)]


def silent_term(catalogue: Catalogue) -> str:
    """Name a consequence that no criterion counts: missense, unless the panel counts that as a loss."""
    counted = catalogue.panel.criteria.predicted_lof.consequences
    return "synonymous_variant" if "missense_variant" in counted else "missense_variant"


def _limits(rows: Iterable[GeneRow], default: float | None) -> list[float] | None:
    """Frequency ceiling of each row, its own before that of the criteria; None when a row has none."""
    limits = [default if row.max_frequency is None else row.max_frequency for row in rows]
    known = [limit for limit in limits if limit is not None]
    return known if len(known) == len(limits) else None


def _limited(
    catalogue: Catalogue, genes: Iterable[str], default: float | None
) -> tuple[frozenset[str], float]:
    """Genes with a ceiling in every row, and a frequency well above all of them (1 when there is none)."""
    limits = {gene: found for gene in genes if (found := _limits(catalogue.rows[gene], default))}
    return frozenset(limits), 4 * max((limit for found in limits.values() for limit in found), default=1.0)


def _clinvar_wishes(catalogue: Catalogue) -> list[Wish]:
    rule = catalogue.panel.criteria.known_pathogenic
    if not rule.enabled or rule.min_pathogenic > 1:
        return []
    floor = rule.min_stars or 0
    stars_needed = {
        gene: floor if (stars := catalogue.rows[gene][0].min_stars) is None else stars
        for gene in catalogue.inherited("AR")
        if len({row.min_stars for row in catalogue.rows[gene]}) == 1
        and all(row.evidence == "all" for row in catalogue.rows[gene])
    }
    anywhere = Wish(
        Purpose.CLINVAR_BENIGN,
        frozenset(stars_needed),
        lambda _gene, _allele: True,
        lambda gene: (Consequence(gene, silent_term(catalogue), 0.0),),
    )

    def within(stars: int) -> frozenset[str]:
        return frozenset(gene for gene, needed in stars_needed.items() if needed <= stars)

    def wish(purpose: Purpose, record: Classification, genes: frozenset[str] = anywhere.genes) -> Wish:
        return replace(anywhere, purpose=purpose, classification=record, genes=genes)

    pathogenic = Classification("Pathogenic", stars=2)
    found = [
        wish(Purpose.CLINVAR_PATHOGENIC, pathogenic, within(2)),
        wish(Purpose.CLINVAR_BENIGN, Classification("Benign", stars=2)),
        wish(Purpose.CLINVAR_UNCERTAIN, Classification("Uncertain_significance", stars=1)),
        wish(Purpose.CLINVAR_TOO_FEW_STARS, replace(pathogenic, stars=0), anywhere.genes - within(0)),
    ]
    if rule.max_benign is not None:
        few = Classification.conflicting(pathogenic=2, benign=rule.max_benign, uncertain=1)
        many = Classification.conflicting(pathogenic=1, benign=rule.max_benign + 1)
        found.append(wish(Purpose.CLINVAR_CONFLICTING_ACCEPTED, few, within(few.stars)))
        found.append(wish(Purpose.CLINVAR_CONFLICTING_REFUSED, many))
    limited, too_common = _limited(catalogue, stars_needed, rule.max_frequency.biallelic)
    if too_common <= 1:
        common = wish(Purpose.CLINVAR_TOO_COMMON, pathogenic, limited)
        term = silent_term(catalogue)
        found.append(replace(common, consequences=lambda gene: (Consequence(gene, term, too_common),)))
    return found


def _lof_wishes(catalogue: Catalogue) -> list[Wish]:
    rule = catalogue.panel.criteria.predicted_lof
    if not rule.enabled or "stop_gained" not in rule.consequences:
        return []

    def acting_by(mode: str, *mechanisms: str) -> frozenset[str]:
        return frozenset(
            gene
            for gene in catalogue.inherited(mode)
            if all(row.mechanism in mechanisms and row.evidence == "all" for row in catalogue.rows[gene])
        )

    def early(gene: str, allele: Allele) -> bool:
        return not catalogue.escapes_decay(gene, allele.position)

    def last(gene: str, allele: Allele) -> bool:
        exons = len(catalogue.models[gene].exons)
        return exons > 1 and catalogue.coding_exon(gene, allele.position) == exons

    recessive = acting_by("AR", "lof")
    found = [
        Wish(Purpose.LOF_RECESSIVE, recessive, early, _stop),
        Wish(Purpose.LOF_OTHER_TRANSCRIPT, recessive, early, _stop_elsewhere),
        Wish(Purpose.LOF_DOMINANT, acting_by("AD", "lof"), early, _stop),
        Wish(Purpose.LOF_OTHER_MECHANISM, acting_by("AD", "gof", "dominant_negative"), early, _stop),
    ]
    limited, too_common = _limited(catalogue, recessive, rule.max_frequency.biallelic)
    if too_common <= 1:
        found.append(
            Wish(
                Purpose.LOF_TOO_COMMON,
                limited,
                early,
                lambda gene: (Consequence(gene, "stop_gained", too_common, "HC"),),
            )
        )
    if not rule.last_exon:
        found.append(Wish(Purpose.LOF_LAST_EXON, recessive, last, _stop))
    return found


def _stop(gene: str) -> tuple[Consequence, ...]:
    return (Consequence(gene, "stop_gained", 0.0, "HC"),)


def _stop_elsewhere(gene: str) -> tuple[Consequence, ...]:
    return (
        Consequence(gene, "synonymous_variant", 0.0),
        Consequence(gene, "stop_gained", 0.0, "HC", on_panel_transcript=False),
    )


def _unknown_wishes(catalogue: Catalogue) -> list[Wish]:
    term = silent_term(catalogue)
    return [
        Wish(
            Purpose.UNKNOWN_TO_ALL,
            catalogue.inherited("AR"),
            lambda _gene, _allele: True,
            lambda gene: (Consequence(gene, term, 0.0),),
        )
    ]
