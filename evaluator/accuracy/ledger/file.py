"""Write the complete ledger to a file without ever holding all of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.files import whole_file
from evaluator.provenance import METADATA_KEY, Provenance
from evaluator.tables import LEDGER

ARROW = pa.schema(
    [(name, pa.float64() if dtype == pl.Float64 else pa.large_string()) for name, dtype in LEDGER.items()]
)


def write_ledger(ledger: Ledger, path: Path, provenance: Provenance) -> None:
    """Write tables.LEDGER as Parquet, a block of newborns at a time, whole or not at all."""
    with (
        whole_file(path) as temporary,
        pq.ParquetWriter(temporary, ARROW, compression="zstd", store_schema=False) as writer,
    ):
        for block in ledger.blocks():
            writer.write_table(block.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(ARROW))
        writer.add_key_value_metadata({METADATA_KEY: provenance.as_json()})
