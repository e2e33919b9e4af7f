"""smtpdoctor names the true cause when an application can't send mail by SMTP submission."""

__version__ = "0.1.0"
#: The day of this release: no true clock shows an earlier one.
__released__ = "2026-11-22"
