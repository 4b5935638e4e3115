"""What the calls say of a sample as a whole."""

from __future__ import annotations

import polars as pl
import pytest

from evaluator.tables import CALLS
from evaluator.variants.sample_facts import CALL_FACTS, DIGEST, call_facts

IN_PAR1 = 1_300_000
ON_X = 40_000_000


def calls(*genotypes: tuple[str, str, int, str]) -> pl.DataFrame:
    """Calls of newborn, contig, position and a genotype of 0, 1 and missing alleles."""
    return pl.DataFrame(
        [
            {
                "newborn": newborn,
                "contig": contig,
                "position": position,
                "ref": "A",
                "alt": "G",
                "copies": genotype.count("1"),
                "ploidy": len(genotype.split("/")),
                "missing": genotype.count("."),
            }
            for newborn, contig, position, genotype in genotypes
        ],
        schema=CALLS,
    )


@pytest.mark.parametrize(
    ("contig", "position", "genotype", "expected"),
    [
        ("chrX", ON_X, "0/1", (1, 0, 0, 0, 0)),
        ("chrX", ON_X, "1/1", (0, 1, 0, 0, 0)),
        ("chrX", ON_X, "1", (0, 0, 1, 0, 0)),
        ("chrX", ON_X, "./1", (0, 0, 0, 0, 0)),
        ("chrX", IN_PAR1, "0/1", (0, 0, 0, 0, 0)),
        ("chrY", ON_X, "1", (0, 0, 0, 1, 0)),
        ("chrY", IN_PAR1, "0/1", (0, 0, 0, 0, 0)),
        ("chr7", ON_X, "0/1", (0, 0, 0, 0, 1)),
        ("chr7", ON_X, "1/1", (0, 0, 0, 0, 0)),
        ("chr7", ON_X, "./1", (0, 0, 0, 0, 0)),
        ("chrM", 3243, "0/1", (0, 0, 0, 0, 0)),
    ],
)
def test_what_one_call_counts_for(
    contig: str, position: int, genotype: str, expected: tuple[int, ...]
) -> None:
    """On X and Y outside the pseudo-autosomal regions, and on the autosomes; half calls never."""
    facts = call_facts(calls(("N", contig, position, genotype)), "GRCh38")
    assert facts.select(CALL_FACTS).row(0) == expected


def test_equal_genotypes_have_one_digest() -> None:
    """The digest is of the genotypes, sorted as a batch sorts them; other copies or places make another."""
    same = [("chr1", 10, "0/1"), ("chr2", 20, "1/1")]
    people = {
        "A": same,
        "B": same[::-1],
        "C": [("chr1", 10, "1/1"), ("chr2", 20, "1/1")],
        "D": [*same, ("chr3", 5, "0/1")],
    }
    table = calls(*((name, *call) for name, own in people.items() for call in own))
    stored = table.sort("newborn", "contig", "position")
    digests = dict(call_facts(stored, "GRCh38").select("newborn", DIGEST).iter_rows())
    assert digests["A"] == digests["B"]
    assert len(set(digests.values())) == 3


def test_calls_out_of_order_are_not_digested() -> None:
    """Newborns whose calls do not stand together would get each other's digests: that is refused."""
    stored = CALLS.to_frame()
    assert call_facts(stored, "GRCh38").is_empty()
    one = dict.fromkeys(CALLS) | {"contig": "chr1", "position": 5, "ref": "A", "alt": "C"}
    one |= {"copies": 1, "ploidy": 2, "missing": 0}
    rows = [{**one, "newborn": newborn} for newborn in ("a", "b", "a")]
    with pytest.raises(ValueError, match="zip"):
        call_facts(pl.DataFrame(rows, schema=CALLS), "GRCh38")
