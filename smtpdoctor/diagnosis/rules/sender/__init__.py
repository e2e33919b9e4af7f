"""Rules on the sender of a run, one file per diagnosis code."""
