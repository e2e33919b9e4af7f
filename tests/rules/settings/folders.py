"""Folders with one set-up each, for the rules on what its program makes of its settings."""

from __future__ import annotations

from collections.abc import Mapping

PACKAGE = '{"dependencies": {"nodemailer": "^6.9.13", "dotenv": "^16.0.0"}}'
TRANSPORT = """require('dotenv').config();
const nodemailer = require('nodemailer');
const transporter = nodemailer.createTransport({
  host: 'smtp.ionos.com',
  port: %(port)s,
  secure: %(secure)s,
%(more)s  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },
});
transporter.sendMail({ from: 'info@example.com' });
"""
ENV = {"SMTP_USER": "info@example.com", "SMTP_PASS": "geheim-12"}


def nodemailer(
    *, port: str = "587", secure: str = "false", more: str = "", **variables: str
) -> Mapping[str, str]:
    """A folder with Nodemailer; `more` are further lines of its options, the rest is `.env`."""
    lines = ENV | variables
    return {
        "package.json": PACKAGE,
        "mailer.js": TRANSPORT % {"port": port, "secure": secure, "more": more},
        ".env": "".join(f"{name}={text}\n" for name, text in lines.items()),
    }


def laravel(env: str) -> dict[str, str]:
    """A Laravel 12 with these variables beside its host and login."""
    return {
        "composer.json": '{"require": {"laravel/framework": "^12.0"}}',
        ".env": (
            f"MAIL_MAILER=smtp\nMAIL_HOST=smtp.ionos.com\n{env}"
            "MAIL_USERNAME=info@example.com\nMAIL_PASSWORD=word\n"
            "MAIL_FROM_ADDRESS=info@example.com\n"
        ),
        "config/mail.php": """<?php
return [
    'default' => env('MAIL_MAILER', 'log'),
    'mailers' => [
        'smtp' => [
            'transport' => 'smtp',
            'scheme' => env('MAIL_SCHEME'),
            'host' => env('MAIL_HOST', '127.0.0.1'),
            'port' => env('MAIL_PORT', 2525),
            'username' => env('MAIL_USERNAME'),
            'password' => env('MAIL_PASSWORD'),
        ],
    ],
    'from' => ['address' => env('MAIL_FROM_ADDRESS', 'hello@example.com')],
];
""",
    }
