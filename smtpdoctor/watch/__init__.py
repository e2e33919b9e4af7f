"""Check again and again: when to run, when to log in, what changed, and what monitors read of it.

A run is that of `check` (`plans`, `api`); nothing here knows what a check or a rule is.
"""
