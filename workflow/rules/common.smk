"""Load and validate the configuration and the sample sheet; nothing runs before both are sound."""

from hashlib import sha256
from pathlib import Path

import polars as pl
import yaml
from jsonschema import Draft202012Validator
from snakemake.exceptions import WorkflowError

INPUTS = ("panel", "samples", "outcomes", "conventional", "reviews", "registry", "network")
ANNOTATION = ("clinvar", "frequencies", "fasta", "gff")


def require_sound(schema):
    """Stop with everything that is wrong with the configuration, each by its key."""
    validator = Draft202012Validator(yaml.safe_load(Path(schema).read_text(encoding="utf-8")))
    problems = [told for error in validator.iter_errors(config) for told in in_words(error)]
    for key in (*INPUTS, *ANNOTATION):
        path = config.get(key)
        if path and isinstance(path, str) and not Path(path).exists():
            problems.append(
                f"{key}: {path} does not exist; correct the path (`make demo` makes the files in demo/)"
            )
    if bool(config.get("fasta")) != bool(config.get("gff")):
        problems.append("fasta and gff go together: one says the bases, the other the genes")
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''} of the configuration"
        lines = [f"config: {problem}" for problem in sorted(problems)]
        raise WorkflowError("\n".join([*lines, f"{count}. Nothing was run."]))


def in_words(error):
    """What the schema finds wrong, without the schema."""
    where = "".join(f"{part}: " for part in error.path)
    if error.validator != "additionalProperties":
        return [f"{where}{error.message}"]
    known = error.schema["properties"]
    unknown = [key for key in error.instance if key not in known]
    return [f"{where}unknown key {key!r}; the keys are {', '.join(known)}" for key in unknown]


def existing(key):
    """Path of a configured file as a list, empty where the configuration leaves it out."""
    return [config[key]] if config.get(key) else []


def read_samples(path, schema):
    """The sample sheet as text; every problem is told at once, by line and never by newborn."""
    try:
        separator = "," if path.lower().endswith(".csv") else "\t"
        sheet = pl.read_csv(path, separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise WorkflowError(f"{path}: cannot be read as a table ({type(error).__name__}). Nothing was run.")
    validator = Draft202012Validator(yaml.safe_load(Path(schema).read_text(encoding="utf-8")))
    problems = [
        f"{path}:{line}: {' '.join(map(str, error.path))} {error.message}"
        for line, row in enumerate(sheet.iter_rows(named=True), start=2)
        for error in validator.iter_errors({k: v for k, v in row.items() if v is not None})
    ]
    if not sheet.height:
        problems.append(f"{path}: names no newborn")
    if "newborn" in sheet.columns:
        again = sheet.with_row_index("line", offset=2).filter(~pl.col("newborn").is_first_distinct())
        problems += [f"{path}:{line}: this newborn stands in the sheet already" for line in again["line"]]
    if problems:
        raise WorkflowError("\n".join([*problems, f"{len(problems)} problems in {path}. Nothing was run."]))
    return sheet


require_sound(workflow.source_path("../schemas/config.schema.yaml"))
SAMPLES = read_samples(existing("samples")[0], workflow.source_path("../schemas/samples.schema.yaml"))
NEWBORNS_PER_JOB = config["newborns_per_job"]
BATCHES = [f"{1 + first // NEWBORNS_PER_JOB:04d}" for first in range(0, SAMPLES.height, NEWBORNS_PER_JOB)]
CLINVAR, FREQUENCIES = existing("clinvar"), existing("frequencies")
FASTA, GFF = existing("fasta"), existing("gff")
OUTCOMES, CONVENTIONAL, REVIEWS = existing("outcomes"), existing("conventional"), existing("reviews")
REGISTRY, NETWORK = existing("registry"), existing("network")
# The folder is what the commands are given; its files are what Snakemake watches.
PANEL_FILES = sorted(str(path) for path in Path(config["panel"]).iterdir() if path.is_file())

# Without a reference standard there is no accuracy, without a network no route; the page says so.
RESULTS = ["results/findings.parquet", "results/report.html", "results/report.xlsx"]


def option(name, paths):
    """`--name path`, or nothing where the configuration leaves the file out."""
    return [word for path in paths for word in (f"--{name}", path)]


def files_of_batch(wildcards):
    """A digest over name, size and time of the batch's files: Snakemake notices a changed file by it,
    while its log, which lists every input, names no newborn."""
    first = (int(wildcards.number) - 1) * NEWBORNS_PER_JOB
    batch = SAMPLES.slice(first, NEWBORNS_PER_JOB)
    digest = sha256()
    for column in ("vcf", "callable", "structural_vcf", "special_loci", "mother_vcf", "father_vcf"):
        for cell in batch[column] if column in batch.columns else ():
            for name in (cell or "").split(";"):  # several callers' tables in one cell
                path = Path(config["samples"]).parent / name.strip()
                if path.is_file():
                    digest.update(f"{name} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


wildcard_constraints:
    number=r"\d+",
