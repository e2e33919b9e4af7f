"""Changes the code by one small step at a time, and shows what no test sees: `make mutants`."""
