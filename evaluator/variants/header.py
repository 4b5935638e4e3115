"""What a VCF header says: samples, contigs, build, and the fields of its annotations."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evaluator.errors import InputError, Problem, raise_if_any

_VERSION = re.compile(r"^##fileformat=VCFv4\.\d+[^\S\n]*$", re.MULTILINE)
FIXED = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")
_CONTIG = re.compile(r"^##contig=<(.*)>$", re.MULTILINE)
# As nearly all tools write it; references with thousands of contigs are not taken apart word by word.
_PLAIN_CONTIG = re.compile(r'^##contig=<ID=([^,>"]+),length=(\d+)[,>]', re.MULTILINE)
_ATTRIBUTE = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^,]*)')
# Lines that say what an ID means, where it does not come first.
_ID_LATER = re.compile(r"^(##(?:contig|FILTER|INFO|FORMAT|ALT)=<)(?!ID=)(.*)>$", re.MULTILINE)
# SnpEff: `Functional annotations: 'Allele | Annotation'`; VEP and bcftools: `Format: Allele|Consequence`.
_FIELD_LIST = re.compile(r"(?:Format:|annotations:)\s*'?\s*([^'\"]+?)\s*'?\s*\"?$")
ANNOTATION_KEYS = {"csq": "CSQ", "ann": "ANN", "bcsq": "BCSQ"}


@dataclass(frozen=True)
class Header:
    """The parsed header of one VCF."""

    path: Path
    samples: tuple[str, ...]
    text: str
    raw: bytes  # the same as it is stored

    @property
    def lines(self) -> int:
        """Return how many lines of the file are header."""
        return _count_lines(self.text)

    @cached_property
    def sha256(self) -> str:
        """Return the digest of the header as it is stored."""
        return hashlib.sha256(self.raw).hexdigest()

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the samples to look names up in: a joint file has thousands."""
        return frozenset(self.samples)

    @cached_property
    def contig_lengths(self) -> dict[str, int]:
        """Return the lengths of those contigs for which the header gives one."""
        plain = _PLAIN_CONTIG.findall(self.text)
        if len(plain) == self.text.count("\n##contig=<"):
            return {name: int(length) for name, length in plain}
        lengths = {}
        for listed in _CONTIG.findall(self.text):
            attributes = dict(_ATTRIBUTE.findall(listed))
            if attributes.get("length", "").isdigit() and "ID" in attributes:
                lengths[attributes["ID"]] = int(attributes["length"])
        return lengths

    def declares(self, kind: str, key: str) -> bool:
        """Tell whether the header declares an INFO or FORMAT key."""
        return f"##{kind}=<ID={key}," in self.text

    def annotation_fields(self) -> dict[str, list[str] | None]:
        """Return the sub-field names of CSQ, ANN and BCSQ; None where the file does not declare the key."""
        return {name: self._fields_of(key) for name, key in ANNOTATION_KEYS.items()}

    def _fields_of(self, key: str) -> list[str] | None:
        begin = self.text.find(f"\n##INFO=<ID={key},")
        if begin < 0:
            return None
        line = self.text[begin + 1 : self.text.find("\n", begin + 1)]
        description = dict(_ATTRIBUTE.findall(line[8:-1])).get("Description", "")
        listed = _FIELD_LIST.search(description)
        return [name.strip() for name in listed[1].split("|")] if listed else []


def parse_header(path: Path, raw: bytes, *, sites: bool = False) -> Header:
    """Parse the header lines of a VCF; raises InputError with every problem in them.

    `sites` accepts a file without sample columns, such as ClinVar's.
    """
    text = raw.decode("utf-8", errors="replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if text.count("=<") != text.count("=<ID="):  # counted in a third of the time
        text = _ID_LATER.sub(_id_first, text)
    if not _VERSION.match(text):
        raise InputError.of(
            path, "does not begin with ##fileformat=VCFv4; give a VCF (version 4) or BCF file", 1
        )
    columns = text.removesuffix("\n").rpartition("\n")[2].split("\t")
    if columns[0] != "#CHROM":
        message = "has no #CHROM line; the file is cut short or not a VCF"
        raise InputError.of(path, message, _count_lines(text))
    if tuple(columns[: len(FIXED)]) != FIXED:
        raise InputError.of(path, f"the #CHROM line must begin with {' '.join(FIXED)}", _count_lines(text))
    if not sites or len(columns) > len(FIXED):
        raise_if_any(_sample_problems(path, columns, text))
    return Header(path=path, samples=tuple(columns[len(FIXED) + 1 :]), text=text, raw=raw)


def _id_first(line: re.Match[str]) -> str:
    """Write a header line as nearly all tools do: its ID before everything else."""
    attributes = [(each[1], each[0]) for each in _ATTRIBUTE.finditer(line[2])]
    told = [text for _, text in sorted(attributes, key=lambda each: each[0] != "ID")]
    return f"{line[1]}{','.join(told)}>"


def _count_lines(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


def choose_sample(header: Header, named: str | None, newborn: str | None) -> str:
    """Choose a file's sample: the one named in the sample sheet, the only one, or the newborn's own name.

    Raises InputError, which names no sample, when that leaves none.
    """
    if named is not None:
        if named in header.names:
            return named
        raise InputError.of(
            header.path,
            "has no sample of the name given in sample_in_vcf; correct it (bcftools query -l)",
            header.lines,
        )
    if len(header.samples) == 1:
        return header.samples[0]
    if newborn is not None and newborn in header.names:
        return newborn
    raise InputError.of(
        header.path,
        f"holds {len(header.samples)} samples, none named as the newborn; fill sample_in_vcf",
        header.lines,
    )


def _sample_problems(path: Path, columns: list[str], text: str) -> list[Problem]:
    samples = columns[len(FIXED) + 1 :]
    if not samples:
        message = "has no sample column, so it holds no genotypes; give the newborn's own VCF"
        return [Problem(str(path), _count_lines(text), message)]
    if len(set(samples)) != len(samples):
        message = "names a sample twice; every sample column needs its own name"
        return [Problem(str(path), _count_lines(text), message)]
    return []
