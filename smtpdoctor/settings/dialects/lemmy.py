"""Lemmy: `email` of its lemmy.hjson.

Knows the file; `lemmy.toml` says what it means.
"""

from __future__ import annotations

from pathlib import Path

from smtpdoctor.settings.dialects.hocon_table import HoconTable

DIALECT = HoconTable(Path(__file__), ("email",), ("lemmy.hjson", "*/lemmy.hjson", "config.hjson"))
