"""Which alleles count for a gene row: the lists, ClinVar, and predicted loss of function, read once more."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from known import Name, Row, escapes_decay, gene_table, in_scope, name_of, spelt_out, unversioned

from evaluator.panel.model import Panel


class AlleleRules:
    """The rules of one panel for single alleles, with one annotation (None: never annotated)."""

    def __init__(self, panel: Panel, annotation: dict[tuple[Name, str], Row] | None) -> None:
        unset = {
            (row["condition"], row["gene"], row["inheritance"])
            for row in panel.genes.to_dicts()
            if row["evidence"] is None
        }
        self.rows = [
            {**row, "unset": (row["condition"], row["gene"], row["inheritance"]) in unset}
            for row in panel.gene_rows.to_dicts()
        ]
        self.criteria, self.build = panel.criteria, panel.genome_build
        self.annotation = annotation
        self.listed: dict[str, list[Row]] = defaultdict(list)
        for entry in panel.alleles.to_dicts():
            self.listed[entry["gene"]].append(entry)
        self.rules: dict[str, list[Row]] = defaultdict(list)
        for rule in panel.diplotypes.to_dicts():
            self.rules[rule["gene"]] += spelt_out(rule, panel.named_alleles.to_dicts())
        for rules in self.rules.values():  # the rule that names more alleles goes first
            rules.sort(key=lambda rule: -len(rule["sides"][0]) - len(rule["sides"][1]))
        self.inheritances: dict[str, set[str]] = defaultdict(set)
        for row in panel.genes.to_dicts():  # a disabled row still says how the gene works
            self.inheritances[row["gene"]].add(row["inheritance"])
        self.ruled: dict[str, set[Name]] = defaultdict(set)
        for gene, rules in self.rules.items():
            self.ruled[gene] = {name for rule in rules for side in rule["sides"] for name in side}
        self.genes = gene_table(panel.genome_build)
        # Rows of the last newborn that no rule settles, and why.
        self.silent: dict[tuple[str, str, str], str] = {}

    def _standing(self, name: Name, row: Row, *, part: bool = False) -> str | None:
        """`full` for an allele that qualifies, `alone` for one that only a rule about pairs may use.

        A part of a longer substitution qualifies by a list or by ClinVar: its own consequence is not what
        happens.
        """
        on = {
            entry["list"]
            for entry in self.listed[row["gene"]]
            if name_of(entry) == name and in_scope(entry, row)
        }
        if "deny" in on:
            return None
        if "deny_alone" not in on and ("allow" in on or self._evident(name, row, part=part)):
            return "full"
        return "alone" if name in self.ruled[row["gene"]] else None

    def _evident(self, name: Name, row: Row, *, part: bool) -> bool:
        """ClinVar or the consequence makes the allele qualify, and the row accepts this kind of evidence."""
        several = len(self.inheritances[row["gene"]]) > 1
        dominant = row["inheritance"] in ("AD", "XLD")
        if row["evidence"] == "listed" or (dominant and several and row["unset"]):
            return False
        if self.annotation is None or (name, row["gene"]) not in self.annotation:
            return False
        fact = self.annotation[name, row["gene"]]
        known, broken = self._known_pathogenic(fact, row), self._predicted_lof(fact, row, name) and not part
        terms = set((fact["consequence"] or "").split("&"))
        if row["evidence"] == "lof":
            return broken or bool(known and terms & self._lof_terms())
        if row["evidence"] == "missense":
            return known and "missense_variant" in terms
        return known or broken

    def _too_common(self, fact: Row, row: Row, ceilings: Any) -> bool:  # noqa: ANN401 - the criteria's own class
        kind = {"AD": "monoallelic", "AR": "biallelic", "MT": "monoallelic"}.get(
            row["inheritance"], "x_linked"
        )
        ceiling = getattr(ceilings, kind) if row["max_frequency"] is None else row["max_frequency"]
        frequency = fact["population_frequency"]
        if frequency is None:
            frequency = self.criteria.frequency.missing
        return ceiling is not None and frequency >= ceiling

    def _known_pathogenic(self, fact: Row, row: Row) -> bool:
        rule = self.criteria.known_pathogenic
        if not rule.enabled or fact["clinvar_pathogenic"] is None:
            return False
        least = rule.min_stars if row["min_stars"] is None else row["min_stars"]
        return (
            fact["clinvar_pathogenic"] >= rule.min_pathogenic
            and (rule.max_benign is None or (fact["clinvar_benign"] or 0) <= rule.max_benign)
            and (least is None or (fact["clinvar_stars"] is not None and fact["clinvar_stars"] >= least))
            and not self._too_common(fact, row, rule.max_frequency)
        )

    def _lof_terms(self) -> set[str]:
        rule = self.criteria.predicted_lof
        return set(rule.consequences) | ({"start_lost"} if rule.start_lost else set())

    def _predicted_lof(self, fact: Row, row: Row, name: Name) -> bool:
        rule = self.criteria.predicted_lof
        gene = self.genes[row["gene"]]
        terms = set((fact["consequence"] or "").split("&")) & self._lof_terms()
        if not rule.enabled or not terms or row["mechanism"] != "lof":
            return False
        accepted = {unversioned(each) for each in (*gene.transcripts, row["transcript"]) if each}
        if accepted and unversioned(fact["transcript"]) not in accepted:
            return False
        # A panel that asks LOFTEE does not take what LOFTEE trusts less than fully; silence is no judgement.
        if rule.loftee == "high_confidence" and fact["loftee"] not in (None, "HC"):
            return False
        # Only a premature end of translation is a matter of decay; a lost stop lies in the last exon always.
        truncating = terms & {"stop_gained", "frameshift_variant"}
        if terms == truncating and not rule.last_exon and escapes_decay(name, gene):
            return False
        return not self._too_common(fact, row, rule.max_frequency)
