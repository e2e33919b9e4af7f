"""Rules on the auth of a run, one file per diagnosis code."""
