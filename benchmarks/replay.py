"""Time the replay of a panel over generated stores: verdicts, positives, complete findings, peak memory.

python benchmarks/generate.py cohort --newborns 10000 --out STORE
python benchmarks/replay.py STORE --read times.json
"""

# ruff: noqa: PLC0415 - a replay imports only what it needs: the other's memory is not its own.
from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from measuring import write_json
from readers import peak_megabytes
from regions import PANEL

GIGABYTE = 1 << 30
POSITIVES = "positive rows"
READ_TITLE, READ_ROW = "index, exons", "nbseval extract, library"


def verdicts(store: Path, panel: Path) -> Callable[[], dict[str, int]]:
    """Return the library call behind `nbseval flag`: verdict counts and all positives, no row written out."""
    from evaluator.panel.load import load_panel
    from evaluator.screening.flag import flag
    from evaluator.variants.store import open_store

    loaded = load_panel(panel)

    def replay() -> dict[str, int]:
        findings = flag(open_store(store), loaded).cohort
        return {**findings.verdict_counts(), POSITIVES: findings.positives().height}

    return replay


def complete(store: Path, panel: Path) -> Callable[[], dict[str, int]]:
    """Return the same, with every row made and counted, part by part."""
    from evaluator.panel.load import load_panel
    from evaluator.screening.cohort_findings import POSITIVE
    from evaluator.screening.flag import flag
    from evaluator.variants.store import open_store
    from evaluator.vocabulary import Verdict

    loaded = load_panel(panel)

    def replay() -> dict[str, int]:
        counts = {str(verdict): 0 for verdict in Verdict}
        for part in flag(open_store(store), loaded).cohort.tables():
            for verdict, count in part["verdict"].value_counts().iter_rows():
                counts[verdict] += count
        return {**counts, POSITIVES: sum(counts[verdict] for verdict in POSITIVE)}

    return replay


def bare_join(store: Path, panel: Path) -> Callable[[], dict[str, int]]:
    """Return the least that a replay must do: find the calls of pathogenic, truncating and listed alleles."""
    import polars as pl

    from evaluator.panel.load import load_panel

    key = ["contig", "position", "ref", "alt"]
    listed = load_panel(panel).alleles.select(key)
    serious = (pl.col("clinvar_pathogenic") > 0) | (pl.col("loftee") == "HC")

    def replay() -> dict[str, int]:
        known = pl.scan_parquet(store / "variants.parquet").filter(serious).select(key)
        wanted = pl.concat([known, listed.lazy()]).unique()
        calls = pl.scan_parquet(store / "batches" / "*" / "calls.parquet").select("newborn", *key, "copies")
        found = calls.join(wanted, on=key, how="semi").collect(engine="streaming")
        return {"calls that matter": found.height}

    return replay


REPLAYS = {
    "flag to verdicts": verdicts,
    "flag to every row": complete,
    "limit: find the calls": bare_join,
}


def child(options: argparse.Namespace) -> None:
    """Run one replay in this process and print what it took as JSON."""
    limit = int(options.limit_gb * GIGABYTE)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    replay = REPLAYS[options.child](options.store[0], options.panel)
    seconds, cpu = [], []
    for _ in range(options.runs):
        started = time.perf_counter()
        processor = time.process_time()
        counts = replay()
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - processor)
    json.dump(
        {"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak_megabytes(), "counts": counts}, sys.stdout
    )


def measured(name: str, store: Path, options: argparse.Namespace) -> dict[str, object]:
    """Run one replay in a child process; a child that needs more memory than allowed is told as such."""
    command = [sys.executable, __file__, str(store), "--panel", str(options.panel), "--child", name]
    limits = ["--runs", str(options.runs), "--limit-gb", str(options.limit_gb)]
    done = subprocess.run([*command, *limits], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"ended by signal {-done.returncode}"])[-1]
        return {"replay": name, "store": store.name, "failed": reason}
    return {"replay": name, "store": store.name, **json.loads(done.stdout)}


def row(result: dict[str, object], newborns: int, reading: float | None) -> str:
    """Render one line of the table."""
    if "failed" in result:
        return f"  {result['replay']:24} did not finish: {result['failed']}"
    fastest = min(result["seconds"])
    again = f" {reading * newborns / fastest:12,.0f}" if reading else ""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in result["counts"].items())
    cpu = min(result["cpu_seconds"])
    return f"  {result['replay']:24} {fastest:9.2f} {cpu:7.2f} {result['peak_mb']:8.0f}{again}  {counts}"


def differing_counts(results: list[dict[str, object]]) -> int:
    """Return by how many rows the counts of two ways to flag one store differ."""
    one, two = (result.get("counts", {}) for result in results[:2])
    return sum(abs(one.get(name, 0) - two.get(name, 0)) for name in {*one, *two})


def count_newborns(store: Path) -> int:
    """Add up the newborns that the manifests of a store name."""
    manifests = (store / "batches").glob("*/manifest.json")
    return sum(json.loads(path.read_text(encoding="utf-8"))["newborns"] for path in manifests)


def seconds_to_read(path: Path | None) -> float | None:
    """Return seconds per newborn that read_newborn.py measured for our reader on exons."""
    if path is None:
        return None
    benchmarks = json.loads(path.read_text(encoding="utf-8"))["benchmarks"]
    rows = next(bench["readers"] for bench in benchmarks if bench["title"] == READ_TITLE)
    return float(next(row["median"] for row in rows if row["reader"] == READ_ROW))


def main() -> None:
    """Print a table per store."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("store", type=Path, nargs="+")
    words.add_argument("--panel", type=Path, default=PANEL)
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--limit-gb", type=float, default=8.0, help="no child may hold more data than this")
    words.add_argument("--read", type=Path, help="JSON of read_newborn.py, to compare with")
    words.add_argument("--only", action="append", choices=sorted(REPLAYS), help="not the others; may repeat")
    words.add_argument("--json", type=Path)
    words.add_argument("--child", choices=sorted(REPLAYS), help=argparse.SUPPRESS)
    options = words.parse_args()
    if options.child:
        child(options)
        return
    reading, results, wrong = seconds_to_read(options.read), [], 0
    for store in options.store:
        newborns = count_newborns(store)
        print(f"{store.name}: {newborns} newborns")
        again = " times reading" if reading else ""
        print(f"  {'replay':24} {'fastest s':>9} {'CPU s':>7} {'peak MB':>8}{again}  counts")
        here = []
        for name in options.only or REPLAYS:
            here.append({"newborns": newborns, **measured(name, store, options)})
            print(row(here[-1], newborns, reading), flush=True)
        if not options.only:
            differ = differing_counts(here)
            wrong += differ
            print(f"  rows that differ between the first two: {differ}")
        results += here
    write_json(options.json, {"replays": results})
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
