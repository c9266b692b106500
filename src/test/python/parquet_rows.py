"""Writes the Parquet files of src/test/resources/data."""
import datetime
import decimal
import sys

import pyarrow as pa
import pyarrow.parquet as pq


def row(i):
    calls = [{"function": {"name": "f", "arguments": "{}"}}] if i == 1 else None
    return {
        "messages": [
            {"role": "user", "content": f"q{i} é", "tool_calls": None},
            {"role": "assistant", "content": f"a{i}", "tool_calls": calls},
        ],
        "n": i,
        "score": i / 3,
        "ok": i % 2 == 0,
        "when": datetime.datetime(2026, 1, 2, 3, 4, 5),
        "day": datetime.date(2026, 1, 2),
        "dec": decimal.Decimal("1.10"),
        "tags": ["x", None],
    }


table = pa.Table.from_pylist([row(i) for i in range(3)])
table = table.append_column("big", pa.array([0, 2**64 - 1, 1], pa.uint64()))
table = table.append_column("map", pa.array([[], [("k", 1)], None], pa.map_(pa.string(), pa.int64())))
table = table.append_column("none", pa.nulls(3))
for codec in ["snappy", "zstd", "gzip", "none", "brotli"]:
    pq.write_table(table, f"{sys.argv[1]}/chats-{codec}.parquet", compression=codec)
