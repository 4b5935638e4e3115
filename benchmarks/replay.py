"""Time the replay of a panel over generated stores: findings, their counts, seconds, peak memory.

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
READ_TITLE, READ_ROW = "index, exons", "nbseval extract, library"


def flag_library(store: Path, panel: Path) -> Callable[[], dict[str, int]]:
    """Return the library call behind `nbseval flag`, up to the findings in memory."""
    from evaluator.panel.load import load_panel
    from evaluator.screening.flag import flag
    from evaluator.variants.store import open_store

    loaded = load_panel(panel)

    def replay() -> dict[str, int]:
        findings = flag(open_store(store), loaded).findings
        return dict(sorted(findings.group_by("verdict").len().iter_rows()))

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
        return {
            "calls that matter": calls.join(wanted, on=key, how="semi").collect(engine="streaming").height
        }

    return replay


REPLAYS = {"nbseval flag, library": flag_library, "limit: find the calls": bare_join}


def child(options: argparse.Namespace) -> None:
    """Run one replay in this process and print what it took as JSON."""
    limit = int(options.limit_gb * GIGABYTE)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    replay = REPLAYS[options.child](options.store[0], options.panel)
    seconds = []
    for _ in range(options.runs):
        started = time.perf_counter()
        counts = replay()
        seconds.append(time.perf_counter() - started)
    json.dump({"seconds": seconds, "peak_mb": peak_megabytes(), "counts": counts}, sys.stdout)


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
    return f"  {result['replay']:24} {fastest:9.2f} {result['peak_mb']:8.0f}{again}  {counts}"


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
    words.add_argument("--json", type=Path)
    words.add_argument("--child", choices=sorted(REPLAYS), help=argparse.SUPPRESS)
    options = words.parse_args()
    if options.child:
        child(options)
        return
    reading, results = seconds_to_read(options.read), []
    for store in options.store:
        newborns = count_newborns(store)
        print(f"{store.name}: {newborns} newborns")
        print(f"  {'replay':24} {'fastest s':>9} {'peak MB':>8}{' times reading' if reading else ''}  counts")
        for name in REPLAYS:
            results.append({"newborns": newborns, **measured(name, store, options)})
            print(row(results[-1], newborns, reading), flush=True)
    write_json(options.json, {"replays": results})


if __name__ == "__main__":
    main()
