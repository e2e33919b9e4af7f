"""The app's configuration, which Django finds by its place."""

from __future__ import annotations

from django.apps import AppConfig


class SMTPDoctorConfig(AppConfig):  # type: ignore[misc]
    """Registers the checks; it has no models."""

    name = "smtpdoctor.django"
    label = "smtpdoctor"
    verbose_name = "smtpdoctor"

    def ready(self) -> None:
        from smtpdoctor.django import checks

        checks.register()
