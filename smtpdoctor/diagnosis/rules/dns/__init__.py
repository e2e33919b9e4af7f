"""Rules on the dns of a run, one file per diagnosis code."""
