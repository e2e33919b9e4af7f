"""Many targets in one go: `check_many` for Python, and what `smtpdoctor batch` is made of.

`many` drives the runs, in the order that `lanes` gives and with each of `accounts` logged in once.
A run itself is that of `check`: nothing in here looks at a network or judges.
"""
