"""Whatever byte of a compressed file or its index is wrong or missing: an error, never other calls."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.variants.intervals import from_frame
from evaluator.variants.joint import is_wide, read_joint
from evaluator.variants.reading import read_samples
from evaluator.variants.sources import open_source

WriteVcf = Callable[..., Path]
WANTED = from_frame(pl.DataFrame({"contig": ["chr1"] * 2, "start": [900, 60_000], "end": [9_000, 65_000]}))
FORMS = ("gzip", "bgzf", "tbi", "csi", "bcf", "bcf without index", "joint tbi", "joint bcf")
SETTINGS = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
GT = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'


def written(write: WriteVcf, form: str) -> Path:
    """Write a file of several blocks; its header lets it be searched without an index."""
    samples = 20 if form.startswith("joint") else 1
    genotypes = ["0/0", "0/1", "1|1", "./."]
    lines = [
        f"chr1 {place} rs{place * 7919 % 1_000_003} {'ACGT'[place % 4]} {'CGTA'[place % 4]} . . . GT "
        + " ".join(genotypes[place * (sample + 3) % 7 % 4] for sample in range(samples))
        for place in range(1_000, 90_000, 37 if samples == 1 else 300)
    ]
    stored = {"gzip": "plain", "bcf without index": "bcf"}.get(form, form.removeprefix("joint "))
    names = " ".join(f"N{number:02d}" for number in range(samples))
    path = write("sound", lines, stored, keys=(GT,), samples=names)
    if form == "gzip":
        packed = path.with_name("sound.vcf.gz")
        packed.write_bytes(gzip.compress(path.read_bytes(), 1))
        return packed
    if form == "bcf without index":
        path.with_name(path.name + ".csi").unlink()
    return path


def calls(path: Path) -> list[tuple[object, ...]]:
    """What is called and what is not, of all samples."""
    source = open_source(path, 0)
    samples = list(source.header.samples)
    columns = ["contig", "position", "ref", "alt", "copies", "phased"]
    if is_wide(source):
        found = read_joint(source, WANTED, samples).found
        return [
            *found.calls.select("sample", *columns).sort(pl.all()).rows(),
            *found.unresolved.sort(pl.all()).rows(),
        ]
    (genotypes,) = read_samples(source, WANTED, samples).genotypes.values()
    return [*genotypes.calls.select(columns).rows(), *genotypes.unresolved.rows()]


@pytest.mark.parametrize("form", FORMS)
@SETTINGS
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_wrong_bit_never_changes_a_call(form: str, where: float, bit: int, write_vcf: WriteVcf) -> None:
    """A flipped bit anywhere is an error, or lies in a block that is not needed and changes nothing."""
    path = written(write_vcf, form)
    expected = calls(path)
    raw = bytearray(path.read_bytes())
    raw[int(where * len(raw))] ^= 1 << bit
    rewrite(path, bytes(raw))
    try:
        found = calls(path)
    except InputError as error:
        assert error.problems[0].file.startswith(str(path))  # noqa: PT017
    else:
        assert found == expected


@pytest.mark.parametrize("form", FORMS)
@SETTINGS
@given(where=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_short_is_an_error(form: str, where: float, write_vcf: WriteVcf) -> None:
    """However much of a compressed file's end is missing, it is refused in every way of reading it."""
    path = written(write_vcf, form)
    raw = path.read_bytes()
    rewrite(path, raw[: int(where * len(raw))])
    with pytest.raises(InputError):
        calls(path)


@pytest.mark.parametrize("form", ["tbi", "csi", "bcf", "joint tbi", "joint bcf"])
@SETTINGS
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_a_damaged_index_never_changes_a_call(
    form: str, where: float, bit: int, cut: object, write_vcf: WriteVcf
) -> None:
    """The same for an index, flipped or cut short."""
    path = written(write_vcf, form)
    expected = calls(path)
    (index,) = [*path.parent.glob(f"{path.name}.tbi"), *path.parent.glob(f"{path.name}.csi")]
    raw = bytearray(index.read_bytes())
    place = int(where * len(raw))
    if cut:
        del raw[place:]
    else:
        raw[place] ^= 1 << bit
    index.write_bytes(bytes(raw))
    try:
        found = calls(path)
    except InputError:
        return
    assert found == expected


def rewrite(path: Path, raw: bytes) -> None:
    """Replace a file's bytes; its index stays younger."""
    path.write_bytes(raw)
    for index in path.parent.glob(f"{path.name}.*i"):
        index.touch()
