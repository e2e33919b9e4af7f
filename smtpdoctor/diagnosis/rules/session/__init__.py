"""Rules on the session of a run, one file per diagnosis code."""
