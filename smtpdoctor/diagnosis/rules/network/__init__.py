"""Rules on the network of a run, one file per diagnosis code."""
