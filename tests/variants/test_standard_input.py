"""A VCF on standard input reads as the same VCF in a file."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.panel.model import Panel
from evaluator.variants.extract import Request, extract
from evaluator.variants.store import open_store

WriteVcf = Callable[..., Path]
EXON = 34_647_230
RECORDS = [f"chr9 {EXON} . A C . . . GT:DP 0/1:30 1/1:25", "chr9 34649411 . G T,GA . . . GT:DP 1|2:9 0/0:20"]
COLUMNS = "newborn sex vcf sample_in_vcf"


@pytest.fixture
def read(tmp_path: Path, panel: Panel) -> Callable[..., list[tuple[object, ...]]]:
    """Extract two newborns of one joint VCF, given by path or piped in; returns their calls."""

    def go(vcf: str, piped: io.BytesIO | None = None) -> list[tuple[object, ...]]:
        rows = [COLUMNS, f"A female {vcf} N1", f"B female {vcf} N2"]
        sheet = tmp_path / "samples.tsv"
        sheet.write_text("\n".join(row.replace(" ", "\t") for row in rows) + "\n", encoding="utf-8")
        store = tmp_path / f"store-{len(list(tmp_path.glob('store-*')))}"
        extract(Request(sheet, panel, store, standard_input=piped), "2026-01-01")
        return open_store(store).calls().collect().sort("newborn", "position", "alt").rows()

    return go


@pytest.mark.parametrize("form", ["plain", "tbi", "bcf"])
def test_reads_as_from_a_file(
    form: str, read: Callable[..., list[tuple[object, ...]]], write_vcf: WriteVcf
) -> None:
    """Text, BGZF and BCF: the calls of every newborn are those of the file."""
    file = write_vcf("joint", RECORDS, form, samples="N1 N2")
    expected = read(file.name)
    assert len(expected) == 4
    assert read("-", io.BytesIO(file.read_bytes())) == expected


def test_nothing_piped_in(read: Callable[..., list[tuple[object, ...]]]) -> None:
    """The row of the sheet is named, and nothing waits at a terminal."""
    with pytest.raises(InputError, match=r"samples.tsv:2: .*nothing is piped in"):
        read("-")


def test_an_empty_pipe_is_no_vcf(read: Callable[..., list[tuple[object, ...]]]) -> None:
    """A caller that died writes nothing: that is an error of both rows, never two newborns without calls."""
    with pytest.raises(InputError) as caught:
        read("-", io.BytesIO())
    (problem,) = caught.value.problems
    assert problem.message.startswith("rows 2, 3 of the sheet: vcf: is empty")


def test_bcf_without_compression_is_told_as_such(
    read: Callable[..., list[tuple[object, ...]]], write_vcf: WriteVcf
) -> None:
    """`bcftools view -Ou` writes it into pipes; it is neither text nor damaged."""
    raw = gzip.decompress(write_vcf("joint", RECORDS, "bcf", samples="N1 N2").read_bytes())
    with pytest.raises(InputError, match="BCF without compression"):
        read("-", io.BytesIO(raw))
