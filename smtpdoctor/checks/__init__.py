"""Checks observe and never judge; one file per check."""
