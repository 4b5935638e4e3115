"""The complete ledger as a file, written and read without ever holding all of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.files import whole_file
from evaluator.provenance import METADATA_KEY, Provenance
from evaluator.tables import LEDGER, check
from evaluator.vocabulary import Reference, SampleStatus

ARROW = pa.schema(
    [(name, pa.float64() if dtype == pl.Float64 else pa.large_string()) for name, dtype in LEDGER.items()]
)
RECORDS = ("newborn", "site", "ancestry", "status", "index", "reference", "cell", "len")
OUTCOMES = ("newborn", "condition", "index", "reference", "method", "followup_months")


def write_ledger(ledger: Ledger, path: Path, provenance: Provenance) -> None:
    """Write tables.LEDGER as Parquet, a block of newborns at a time, whole or not at all."""
    with (
        whole_file(path) as temporary,
        pq.ParquetWriter(temporary, ARROW, compression="zstd", store_schema=False) as writer,
    ):
        for block in ledger.blocks():
            writer.write_table(block.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(ARROW))
        writer.add_key_value_metadata({METADATA_KEY: provenance.as_json()})


def records_by_newborn(path: Path) -> pl.DataFrame:
    """Read each newborn's distinct records with their number, as RECORDS: a few where the file has hundreds.

    `status` is that of the sample. Raises TypeError when the file is no ledger.
    """
    absent = [str(status) for status in SampleStatus if status is not SampleStatus.SEQUENCED]
    reason = pl.col("index_reason")
    status = pl.when(reason.is_in(absent)).then(reason).otherwise(pl.lit(str(SampleStatus.SEQUENCED)))
    return (
        _scan(path)
        .group_by("newborn", status.alias("status"), "index", "reference", "cell")
        .agg(pl.col("site", "ancestry").first(), pl.len())
        .select(RECORDS)
        .sort("newborn", "index", "reference", "cell")
        .collect(engine="streaming")
    )


def known_outcomes(path: Path) -> pl.DataFrame:
    """Read the records of which an outcome says anything, as OUTCOMES; raises as records_by_newborn does."""
    told = (pl.col("reference") != Reference.NOT_VERIFIED) | pl.col("method").is_not_null()
    known = _scan(path).filter(told | pl.col("followup_months").is_not_null())
    return known.select(OUTCOMES).sort("newborn", "condition").collect(engine="streaming")


def _scan(path: Path) -> pl.LazyFrame:
    rows = pl.scan_parquet(path)
    check(pl.DataFrame(schema=rows.collect_schema()), LEDGER, "ledger")
    return rows
