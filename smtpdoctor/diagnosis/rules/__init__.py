"""Diagnosis rules: `AREA/CODE.py`, found by scanning, no registry."""
