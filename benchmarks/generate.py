"""Generate benchmark inputs; the same arguments give the same bytes.

python benchmarks/generate.py wgs --newborns 10 --out FOLDER
python benchmarks/generate.py wide --out FOLDER
python benchmarks/generate.py cohort --newborns 10000 --out STORE
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cohort_store
import newborn_vcf
import wide_vcf
from regions import PANEL
from sites import RECORDS


def wgs(options: argparse.Namespace) -> None:
    """Write distinct whole-genome files, girls and boys in turn, and their sample sheet."""
    options.out.mkdir(parents=True, exist_ok=True)
    rows = ["newborn\tsex\tvcf"]
    for number in range(1, options.newborns + 1):
        newborn, sex = f"NB{number:06d}", ("female", "male")[number % 2]
        path = options.out / f"{newborn}.vcf.gz"
        newborn_vcf.write_newborn(
            path, options.seed + number, sex, options.records, symbolic=options.symbolic
        )
        rows.append(f"{newborn}\t{sex}\t{path.name}")
    (options.out / "samples.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def wide(options: argparse.Namespace) -> None:
    """Write the joint file as VCF and BCF, and its sample sheet."""
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "wide.vcf.gz"
    wide_vcf.write_wide(path, options.seed, options.panel, options.samples, options.records)
    wide_vcf.sample_sheet(options.out / "samples.tsv", path.name, options.samples)


def cohort(options: argparse.Namespace) -> None:
    """Write a store without VCFs."""
    cohort_store.write_cohort(options.out, options.panel, options.newborns, options.seed)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    commands = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = commands.add_subparsers(required=True)
    one = kinds.add_parser("wgs", help="whole-genome VCFs, one per newborn")
    one.set_defaults(run=wgs)
    one.add_argument("--newborns", type=int, default=10)
    one.add_argument("--records", type=int, default=RECORDS, help="about as many per newborn")
    one.add_argument("--symbolic", action="store_true", help="add large <DEL> records with END and SVLEN")
    many = kinds.add_parser("wide", help="one joint VCF and BCF of thousands of newborns")
    many.set_defaults(run=wide)
    many.add_argument("--samples", type=int, default=wide_vcf.SAMPLES)
    many.add_argument("--records", type=int, default=wide_vcf.RECORDS)
    many.add_argument("--panel", type=Path, default=PANEL, help="records lie in its exons")
    stored = kinds.add_parser("cohort", help="a store for replays, without VCFs")
    stored.set_defaults(run=cohort)
    stored.add_argument("--newborns", type=int, default=10_000)
    stored.add_argument("--panel", type=Path, default=PANEL, help="calls lie in its exons")
    for kind in (one, many, stored):
        kind.add_argument("--seed", type=int, default=1)
        kind.add_argument("--out", type=Path, required=True)
    return commands


def main() -> None:
    """Run one generator."""
    options = parser().parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
