"""Template texts, and the real secrets that look like them."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.placeholders import are_placeholders, is_placeholder, is_unexpanded
from smtpdoctor.settings.values import is_template


@pytest.mark.parametrize(
    "text",
    [
        "your-password",
        "YOUR_VALUE",
        "example_smtp_password",
        "YOUR_PASSWORD",
        "your password",
        "your_smtp_password",
        "your-app-password",
        "your-email-password-here",
        "yourApiKey",
        "changeme",
        "ChangeMe",
        "change-me",
        "CHANGE_THIS",
        "replace-me",
        "enter-your-password",
        "insert-password-here",
        "password-goes-here",
        "<password>",
        "<your password>",
        "xxx",
        "XXXXXXXX",
        "xxxx-xxxx-xxxx-xxxx",
        "********",
        "TODO",
        "placeholder",
        "undefined",
        "${SMTP_PASS}",
        "${SMTP_PASS:-secret}",
        "prefix${SMTP_PASS}",
        "${{ secrets.SMTP_PASS }}",
        "{{ smtp_password }}",
        "$SMTP_PASS",
        "%SMTP_PASS%",
        "process.env.SMTP_PASS",
        "os.environ['SMTP_PASS']",
        "env('SMTP_PASS')",
        "FROM_USER_PASSWORD",
        "MAIL_TRAP_PASSWORD",
    ],
)
def test_template_password(text: str) -> None:
    assert is_placeholder(text, "password")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "changeme2024!",
        "please-changeme",
        "password",
        "secret",
        "test",
        "hunter2",
        "yourmother",
        "example",
        "example-password-2019",
        "Your-Password-2019",
        "xx",
        "xxxy",
        "abcd efgh ijkl mnop",
        "pa$$word",
        "$ecret",
        "$SECRET",
        "a<b>c",
        "<",
        "${",
        "${}",
        "${1+1}",
        "a{b}c",
        "100%",
        "process",
        "SG.abcdefgh",
        "MAIL_PASSWORD_2024",
        "Smtp_Password",
        "PASSWORD",
        "here",
        "...",
    ],
)
def test_lookalike_password_is_taken_for_real(text: str) -> None:
    assert not is_placeholder(text, "password")


@pytest.mark.parametrize(
    "text",
    [
        "your-email@example.com",
        "your_email@gmail.com",
        "your.name@example.com",
        "yourname@yourdomain.com",
        "info@your-domain.com",
        "noreply@yourcompany.de",
        "your-username",
        "your-email",
        "<user>",
        "xxx",
        "todo",
        "xxx@example.com",
        "changeme",
        "${SMTP_USER}",
        "process.env.SMTP_USER",
        "FROM_USER_EMAIL",
        "MAIL_TRAP_USERNAME",
        "SMTP_USER",
    ],
)
def test_template_user(text: str) -> None:
    assert is_placeholder(text, "username")


@pytest.mark.parametrize(
    "text",
    [
        "user@example.com",
        "info@example.com",
        "user",
        "username",
        "apikey",
        "resend",
        "postmaster@mg.example.com",
        "you@example.com",
        "todo@example.com",
        "yourself@example.com",
        "info@yourbrand.com",
        "yours@example.com",
        "SMTP_Injection",
        "AKIA_USER",
        "smtp_user",
        "USER",
    ],
)
def test_lookalike_user_is_taken_for_real(text: str) -> None:
    assert not is_placeholder(text, "username")


def test_unexpanded_is_for_every_field_but_words_are_not() -> None:
    assert is_unexpanded("${MAIL_HOST}")
    assert is_unexpanded("smtp.${DOMAIN}")
    assert is_unexpanded("<host>")
    assert not is_unexpanded("smtp.yourdomain.com")
    assert not is_unexpanded("changeme")


@pytest.mark.parametrize(
    "text",
    [
        "sua_senha", "sua-senha-aqui", "suasenha", "sua senha de app", "senha_aqui", "seu_token",
        "tu_contraseña", "tu-contrasena", "tucontraseña", "TU_CLAVE", "su_contraseña_aqui",
        "tu_contraseña_de_aplicación", "contraseña_aqui", "tu_app_password",
        "votre-mot-de-passe", "votre_mot_de_passe_smtp", "mot_de_passe_ici",
        "dein_passwort", "Dein-App-Passwort", "ihr_passwort", "passwort_hier", "deinKennwort",
        "la_tua_password", "tua-password", "jouw_wachtwoord", "twoje_hasło",
        "password_anda", "şifreniz", "matkhau_cua_ban", "ваш_пароль", "你的授权码", "您的邮箱密码",
    ],
)  # fmt: skip
def test_template_password_in_another_language(text: str) -> None:
    assert is_placeholder(text, "password")


@pytest.mark.parametrize(
    "text",
    [
        "senha", "contraseña", "passwort", "wachtwoord", "motdepasse", "minhasenha",
        "sua_senha2024", "tu_contraseña!", "dein", "ihr", "supasswd", "suasenhaforte", "turing",
        "superhaslo", "mi_contraseña", "密码", "пароль",
    ],
)  # fmt: skip
def test_a_password_in_another_language_that_somebody_may_have(text: str) -> None:
    assert not is_placeholder(text, "password")


@pytest.mark.parametrize(
    "text",
    [
        "seu_email", "seu-email@gmail.com", "seuemail@example.com", "seu_usuario",
        "tu_correo@gmail.com", "tu-email@example.com", "tucorreo", "su_usuario",
        "votre-email@example.com", "votre_adresse_email@gmail.com", "votre_identifiant",
        "deine-email@example.com", "deine.emailadresse@gmail.com", "ihr_benutzername",
        "la-tua-email@gmail.com", "jouw_email", "twoj_email@wp.pl", "email_anda@gmail.com",
        "ваша_почта@yandex.ru", "你的邮箱@qq.com", "contato@seudominio.com.br",
        "info@tu-dominio.com", "info@votre-domaine.fr", "info@deine-domain.de",
    ],
)  # fmt: skip
def test_template_user_in_another_language(text: str) -> None:
    assert is_placeholder(text, "username")


@pytest.mark.parametrize(
    "text",
    [
        "suzanne@example.com", "tullio@example.com", "contato@example.com", "seul@example.com",
        "info@dominio.com", "deindl@example.com", "info@sudomain-hosting.com", "tua@example.it",
    ],
)  # fmt: skip
def test_a_user_in_another_language_that_somebody_may_be(text: str) -> None:
    assert not is_placeholder(text, "username")


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("username", "password"),
        ("smtp_username", "smtp_password"),
        ("SMTP_USER", "SMTP_PASS"),
        ("user", "password"),
        ("mail-user", "passwd"),
        ("USERNAME@gmail.com", "PASSWORD"),
    ],
)
def test_a_login_that_only_says_what_stands_there(username: str, password: str) -> None:
    assert are_placeholders(username, password)
    assert is_template(username, password, "smtp.office365.com")


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("username", "Gk4vTq9L"),
        ("info", "password"),
        ("user@example.com", "password"),
        ("username", ""),
        ("", "password"),
        ("smtp", "smtp"),
        ("user1", "password1"),
    ],
)
def test_half_of_such_a_login_may_be_a_real_one(username: str, password: str) -> None:
    assert not are_placeholders(username, password)


@pytest.mark.parametrize(
    "host",
    [
        *("mailserver", "localhost", "127.0.0.1", "::1", None, "mail.test", "greenmail.local"),
        *("mailpit.default.svc.cluster.local", "smtp.dev.svc", "relay.internal"),
    ],
)
def test_a_test_server_may_have_such_a_login(host: str | None) -> None:
    assert not is_template("username", "password", host)
