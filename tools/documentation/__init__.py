"""The documentation as a site: `make docs` builds it into build/site.

What is written by hand stands in docs/; what the project's own data say is added when the site is
built, and no copy of it is kept. Sphinx renders it (docs/decisions/0020-the-documentation-site.md).
"""
