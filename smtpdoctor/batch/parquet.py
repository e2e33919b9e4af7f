"""The rows of a batch as a Parquet file. Needs pyarrow, which `smtpdoctor[parquet]` brings.

Knows the types of the columns. Must not know where the rows come from.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from smtpdoctor.batch.table import Row
from smtpdoctor.settings.usage import UsageError

#: Rows that are held at a time.
GROUP = 10_000
NUMBERS = {"line": "int64", "port": "int32", "login_at_line": "int64", "seconds": "float64"}


def load() -> Any:
    """pyarrow, or a UsageError that says how to get it."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            "--output parquet needs pyarrow: pip install 'smtpdoctor[parquet]'"
        ) from None
    return pyarrow


def write_table(path: Path, rows: Iterable[Row]) -> None:
    """Write the file in one go: beside its place first (0600), then renamed. Raises OSError."""
    pyarrow = load()
    schema = pyarrow.schema(
        [(name, _type(pyarrow, name)) for name in Row.__struct_fields__],
        metadata={"smtpdoctor": "batch"},
    )
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    os.close(descriptor)
    try:
        with pyarrow.parquet.ParquetWriter(beside, schema) as writer:
            found = iter(rows)
            while group := list(itertools.islice(found, GROUP)):
                values = [msgspec.to_builtins(row) for row in group]
                writer.write_table(pyarrow.Table.from_pylist(values, schema=schema))
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _type(pyarrow: Any, name: str) -> Any:
    if name == "codes":
        return pyarrow.list_(pyarrow.string())
    return getattr(pyarrow, NUMBERS.get(name, "string"))()
