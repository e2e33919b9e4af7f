"""Rules on the settings of a run, one file per diagnosis code."""
