"""Reports speak: what a run comes to, as data, and in which order it is shown.

`model` is the report, `checks` and `summary` its line for each check, `selection` what of it is
shown and what first, `verdict` its last line, `formats` the ways to write it down, `saved` how a
written one is read again. Pure: observations and their judgement in, data or text out. Nothing
here names a cause or reads a rule's sentence to decide something.
"""
