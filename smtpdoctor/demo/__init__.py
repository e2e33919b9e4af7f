"""Embedded servers with known faults: what `smtpdoctor demo` runs, and what the tests run against.

The package knows how servers behave, well and badly. It must not know how the doctor looks at
them: nothing here imports the checks, the rules or the reports.
"""
