"""Population frequencies from a VCF of sites."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pysam
import pytest

from evaluator.errors import InputError
from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.variants.frequencies import read_frequencies

Write = Callable[..., Path]


@pytest.fixture
def sites(tmp_path: Path) -> Write:
    """Write a file of sites from `CHROM POS REF ALT INFO` lines; keys are declared, contigs are GRCh38's."""

    def write(*records: str, keys: tuple[str, ...], build: str = "GRCh38", prefix: str = "chr") -> Path:
        length = CONTIG_LENGTHS[build]["chr1"]
        lines = ["##fileformat=VCFv4.2", f"##contig=<ID={prefix}1,length={length}>"]
        lines += [f'##INFO=<ID={key},Number=A,Type=Float,Description="Frequency">' for key in keys]
        lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
        for record in records:
            contig, position, ref, alt, info = record.split(" ")
            lines.append(f"{contig}\t{position}\t.\t{ref}\t{alt}\t.\t.\t{info}")
        path = tmp_path / "sites.vcf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def alleles(*names: str) -> pl.DataFrame:
    """Alleles of chr1 by `position-ref-alt`."""
    rows = [("chr1", int(position), ref, alt) for position, ref, alt in (name.split("-") for name in names)]
    schema = {"contig": pl.String, "position": pl.Int32, "ref": pl.String, "alt": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def found(path: Path, *names: str, statistic: str = "global") -> list[tuple[int, str, float, str]]:
    """Position, alternative, frequency and its key of each allele that the file has."""
    table = read_frequencies(path, alleles(*names), "GRCh38", statistic)
    return table.select("position", "alt", "population_frequency", "frequency_source").rows()


@pytest.mark.parametrize(
    ("keys", "statistic", "expected"),
    [
        (("AF", "AF_grpmax", "faf95"), "population_max", "AF_grpmax"),
        (("AF", "AF_popmax"), "population_max", "AF_popmax"),
        (("AF", "AF_POPMAX"), "population_max", "AF_POPMAX"),
        (("AF", "faf95", "AF_grpmax"), "filtering_frequency", "faf95"),
        (("AF_joint", "fafmax_faf95_max_joint"), "filtering_frequency", "fafmax_faf95_max_joint"),
        (("AF", "AF_grpmax"), "global", "AF"),
        (("AF_joint", "AF_grpmax_joint"), "global", "AF_joint"),
    ],
)
def test_the_statistic_asked_for_is_read(
    sites: Write, keys: tuple[str, ...], statistic: str, expected: str
) -> None:
    """The key that was used is named beside the value."""
    info = ";".join(f"{key}={'0.2' if key == expected else '0.1'}" for key in keys)
    path = sites(f"chr1 100 C G {info}", keys=keys)
    assert found(path, "100-C-G", statistic=statistic) == [(100, "G", 0.2, expected)]


def test_another_statistic_never_stands_in(sites: Write) -> None:
    """A file without the statistic is refused, and told which one it has."""
    path = sites("chr1 100 C G AF=0.1", keys=("AF",))
    with pytest.raises(InputError, match=r"it has global \(AF\): choose it by --statistic"):
        found(path, "100-C-G", statistic="population_max")
    both = sites("chr1 100 C G AF_grpmax=.;AF=0.001", keys=("AF_grpmax", "AF"))
    assert found(both, "100-C-G", statistic="population_max") == []


def test_each_alternative_has_its_own_value(sites: Write) -> None:
    """Values of several alternatives stand in the order of ALT, and alleles meet in minimal form."""
    path = sites("1 100 CTT C,CT,GTT AF=0.1,0.2,0.3", keys=("AF",), prefix="")
    expected = [(100, "G", 0.3, "AF"), (100, "C", 0.2, "AF"), (100, "C", 0.1, "AF")]
    assert found(path, "100-CT-C", "100-CTT-C", "100-C-G") == expected


def test_an_allele_that_stands_twice_gets_the_higher_frequency(sites: Write) -> None:
    """Exomes and genomes joined in one file: the more common of the two decides."""
    path = sites("chr1 100 C G AF=0.01", "chr1 100 C G AF=0.03", keys=("AF",))
    assert found(path, "100-C-G") == [(100, "G", 0.03, "AF")]


def test_a_compressed_and_indexed_file_says_the_same(sites: Write, tmp_path: Path) -> None:
    """Reading through an index finds what reading the whole file finds."""
    plain = sites(*(f"chr1 {place} C G AF=0.{place}" for place in range(100, 400)), keys=("AF",))
    packed = tmp_path / "packed.vcf.gz"
    pysam.tabix_compress(str(plain), str(packed))
    pysam.tabix_index(str(packed), preset="vcf")
    names = ("150-C-G", "399-C-G", "400-C-G")
    assert found(packed, *names) == found(plain, *names) == [(150, "G", 0.15, "AF"), (399, "G", 0.399, "AF")]


def test_a_file_without_frequencies_is_refused(sites: Write) -> None:
    """A VCF that declares no frequency is told which keys are read."""
    with pytest.raises(InputError, match="AF_joint"):
        found(sites("chr1 100 C G AN=3", keys=("AN",)), "100-C-G")


def test_a_file_of_another_build_is_refused(sites: Write) -> None:
    """Contig lengths in the header decide."""
    with pytest.raises(InputError, match="GRCh37"):
        found(sites("chr1 100 C G AF=0.1", keys=("AF",), build="GRCh37"), "100-C-G")


@pytest.mark.parametrize("value", ["1.5", "-1", "nan", "inf", "1%", "0,01"])
def test_what_is_no_frequency_is_refused(sites: Write, value: str) -> None:
    """Taken as it stands it would make a pathogenic allele common, or a common one rare."""
    with pytest.raises(
        InputError, match=r"has the AF .* lies between 0 and 1|another number of values of AF"
    ):
        found(sites(f"chr1 100 C G AF={value}", keys=("AF",)), "100-C-G")


@pytest.mark.parametrize("values", ["0.3", "0.9,0.1,0.001"])
def test_values_that_fit_no_alternative_are_refused(sites: Write, values: str) -> None:
    """The common alternative's frequency is never given to the rare one beside it."""
    with pytest.raises(InputError, match="another number of values of AF than alternatives"):
        found(sites(f"chr1 100 C G,T AF={values}", keys=("AF",)), "100-C-T")


def test_a_file_without_a_chromosome_is_refused(sites: Write) -> None:
    """Contigs of other names, or an empty file, would make every allele rare."""
    with pytest.raises(InputError, match="rename them"):
        found(sites("NC_000001.11 100 C G AF=0.3", keys=("AF",), prefix="NC_00000"), "100-C-G")
    with pytest.raises(InputError, match="no record on any chromosome"):
        found(sites(keys=("AF",)), "100-C-G")


def test_a_silent_header_is_held_against_the_bases(sites: Write) -> None:
    """Other bases under the newborns' alleles: the file is on another build."""
    path = sites("chr1 100 T G AF=0.3", "chr1 200 A G AF=0.1", keys=("AF",))
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "##contig" not in line]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert found(path, "200-A-G") == [(200, "G", 0.1, "AF")]
    with pytest.raises(InputError, match="has REF T at chr1:100 where newborns' VCFs on GRCh38 have C"):
        found(path, "100-C-G")
