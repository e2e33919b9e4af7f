"""Rules on the tls of a run, one file per diagnosis code."""
