"""An app for Django: `"smtpdoctor.django"` in INSTALLED_APPS adds a system check of its mail.

Nothing is loaded here; Django looks for `apps`.
"""
