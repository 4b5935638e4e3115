"""What bcftools says of one sample of a joint file, by text and without our package."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pysam.bcftools

Row = tuple[object, ...]
LETTERS = re.compile("^[ACGTNacgtn]+$")
COPY_NUMBERED = re.compile(r"^<(DEL|DUP|CNV|CN\d+)(?::[^>]*)?>$")
LOST = re.compile(r"^<(DEL|CNV|CN0)(?::[^>]*)?>$")
NO_CALL, SYMBOLIC, UNEQUAL = "no_call", "symbolic_allele", "unequal_block"
STRENGTH = (UNEQUAL, SYMBOLIC, NO_CALL)
LONG = 50  # lost bases from which a deletion that is spelt out is structural too


@dataclass
class Judged:
    """One sample's calls, structural calls, and why which base was not assessed."""

    calls: set[Row] = field(default_factory=set)
    structural: Counter[Row] = field(default_factory=Counter)
    gaps: dict[tuple[str, int], str] = field(default_factory=dict)  # contig and 0-based base -> reason
    stars: set[tuple[str, int]] = field(default_factory=set)  # bases under a called "*"


@dataclass(frozen=True)
class Line:
    """A record as bcftools writes it for one sample."""

    contig: str
    position: int
    ref: str
    alts: list[str]
    qual: str
    filters: str
    end: int  # 0-based, exclusive
    values: dict[str, str]

    def value(self, key: str) -> str | None:
        """Return a FORMAT value; None where it is absent or missing."""
        text = self.values.get(key, ".")
        return None if text == "." else text

    def number(self, key: str) -> float | None:
        """Return a FORMAT value as a number."""
        text = self.value(key)
        return None if text is None else float(text)

    @property
    def source(self) -> Row:
        """Return where the record stands and what it says of itself."""
        return self.contig, self.position, self.ref, ",".join(self.alts) or ".", self.filters


def judged(path: Path, bed: Path, sample: str) -> Judged:
    """Read one sample of the records that overlap a BED, alone."""
    out = bed.with_suffix(".one")
    of_sample(path, sample, out, "-H", "-T", str(bed), "--targets-overlap", "1")
    found = Judged()
    spans = [text.split("\t") for text in bed.read_text(encoding="utf-8").splitlines()]
    for text in out.read_text(encoding="utf-8").splitlines():
        line = _line(text.split("\t"))
        # SVLEN reaches POS + SVLEN, but one base less in a .tbi, which our reader follows for all forms.
        if any(
            name == line.contig and line.position <= int(end) and int(start) < line.end
            for name, start, end in spans
        ):
            _judge(line, found)
    return found


def of_sample(path: Path, sample: str, out: Path, *words: str) -> None:
    """Write the columns of one sample as text."""
    names = out.with_suffix(".name")
    names.write_text(sample + "\n", encoding="utf-8", newline="")
    chosen = ("-S", str(names)) if sample.startswith("^") or "," in sample else ("-s", sample)
    pysam.bcftools.view("-I", *chosen, *words, "-o", str(out), str(path), catch_stdout=False)


def alone(path: Path, sample: str, stem: Path, kind: str) -> Path:
    """Write a file of one sample."""
    out = stem.with_name(f"{stem.name}-{kind}.vcf")
    of_sample(path, sample, out)
    return out


def _line(cells: list[str]) -> Line:
    contig, position, _, ref, alt, qual, filters, info, keys, text = cells
    told = dict(part.split("=") for part in info.split(";") if "=" in part)
    alts = [] if alt == "." else alt.split(",")
    reach = [int(position) - 1 + len(ref), int(told.get("END", 0))]
    if "SVLEN" in told and any(each.startswith(("<DEL", "<DUP", "<INV", "<CN")) for each in alts):
        reach.append(int(position) - 1 + max(abs(int(length)) for length in told["SVLEN"].split(",")))
    values = dict(zip(keys.split(":"), text.split(":"), strict=False))
    name = "chr" + contig.removeprefix("chr")
    return Line(name, int(position), ref, alts, qual, filters, max(reach), values)


def _judge(line: Line, found: Judged) -> None:
    text = line.value("GT") or "."
    marks, numbers = re.findall(r"[|/]", text), re.findall(r"\d+|\.", text)
    called = sorted({int(number) for number in numbers if number != "."} - {0})
    phased = bool(marks) and set(marks) == {"|"}
    missing = numbers.count(".")
    counts = (len(numbers), missing)
    if "GT" not in line.values:
        counts = (0, 0)
    if not called:
        _nothing_called(line, counts, unknown=missing > 0, found=found)
    for number in called:
        allele = line.alts[number - 1]
        copies = numbers.count(str(number))
        if LETTERS.match(allele):
            _called(line, numbers, number, phased=phased, found=found)
        elif allele == "*":
            found.stars |= {(line.contig, base) for base in range(line.position - 1, line.end)}
        elif allele == "<CN1>":
            continue
        elif kind := COPY_NUMBERED.match(allele):
            _structural(line, _type(kind[1]), (copies, *counts), found)
        else:
            _doubt(line, line.position - 1, line.end, SYMBOLIC, found)


def _nothing_called(line: Line, counts: tuple[int, int], *, unknown: bool, found: Judged) -> None:
    """Look at a genotype without an alternative: a copy number may speak, else it is reference or unknown."""
    numbered = [allele for allele in line.alts if COPY_NUMBERED.match(allele)]
    lost = [match[1] for allele in line.alts if (match := LOST.match(allele))]
    of_copies = any(allele.startswith("<CNV") for allele in line.alts)
    if numbered and line.value("CN") is not None and (unknown or of_copies):
        _structural(line, "CNV", (0, *counts), found)
        return
    if not unknown:
        return
    _doubt(line, line.position - 1, line.end, NO_CALL, found)
    if lost:
        _structural(line, _type(lost[0]), (0, *counts), found)


def _called(line: Line, numbers: list[str], number: int, *, phased: bool, found: Judged) -> None:
    copies, alone = numbers.count(str(number)), numbers.count(str(number)) == 1
    position, ref, alt = _minimal(line.position, line.ref.upper(), line.alts[number - 1].upper())
    place = numbers.index(str(number)) if phased and alone and len(numbers) > 1 else None
    group, phase_set = _group(line, numbers, number), line.value("PS")
    if group is not None and phase_set is None:
        phase_set, place = group
    reads = (line.value("AD") or "").split(",")
    known = [float(each) for each in reads if each not in (".", "")]
    depth = line.number("DP")
    fractions = (line.value("AF") or "").split(",")
    told = fractions[number - 1] if len(fractions) == len(line.alts) else "."
    values = (
        depth if depth is not None else sum(known) if known else None,
        float(reads[number]) if number < len(reads) and reads[number] != "." else None,
        float(told) if told not in (".", "") else None,
        line.number("GQ"),
    )
    counts = (copies, len(numbers), numbers.count("."))
    phase = (phased or group is not None, phase_set, place)
    found.calls.add((position, ref, alt, *counts, *phase, *values, *line.source))
    if len(ref) != len(alt) and not (min(len(ref), len(alt)) == 1 and ref[0] == alt[0]):
        _doubt(line, position - 1, position - 1 + len(ref), UNEQUAL, found)
    if len(line.ref) - len(line.alts[number - 1]) >= LONG:
        whole = 10 * len(alt) <= len(ref)
        _structural(line, "DEL", counts if whole else (0, 0, 0), found)


def _group(line: Line, numbers: list[str], number: int) -> tuple[str, int] | None:
    """Return GATK's phase group and the allele's place in it: PGT must be the same genotype."""
    name, said = line.value("PID"), line.value("PGT")
    if name is None or said is None or not re.match(r"^\d+\|\d+$", said) or numbers.count(str(number)) != 1:
        return None
    places = said.split("|")
    return (name, places.index(str(number))) if sorted(places) == sorted(numbers) else None


def _structural(line: Line, kind: str, counts: tuple[int, ...], found: Judged) -> None:
    quality = [line.number("GQ"), line.number("CNQ"), None if line.qual == "." else float(line.qual)]
    best = next((each for each in quality if each is not None), None)
    found.structural[kind, *counts, line.number("CN"), best, line.value("FT"), *line.source] += 1


def _type(word: str) -> str:
    copies = re.match(r"CN(\d+)", word)
    return word if copies is None else "DEL" if copies[1] == "0" else "DUP"


def _doubt(line: Line, begin: int, end: int, reason: str, found: Judged) -> None:
    for base in range(begin, end):
        known = found.gaps.get((line.contig, base), UNEQUAL)
        found.gaps[line.contig, base] = max(known, reason, key=STRENGTH.index)


def _minimal(position: int, ref: str, alt: str) -> tuple[int, str, str]:
    """Trim what REF and ALT share, first at the end, then at the beginning; both keep a base."""
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        position, ref, alt = position + 1, ref[1:], alt[1:]
    return position, ref, alt
