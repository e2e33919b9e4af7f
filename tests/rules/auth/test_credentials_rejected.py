"""credentials-rejected: user name and password refused, and nothing seen speaks for one reason."""

from __future__ import annotations

import pytest

from smtpdoctor.observations import TokenChallenge
from smtpdoctor.settings.model import PasswordShape

from ..scene import Scene

CODE = "credentials-rejected"
#: A folder that reads its .env with python-dotenv.
PYTHON = {"requirements.txt": "python-dotenv==1.2.4\n"}
IONOS = "535 Authentication credentials invalid"


def test_positive_ionos_names_the_usual_reasons_with_source_and_date() -> None:
    scene = Scene().refuse("auth", IONOS)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    texts = [item.text for item in diagnosis.evidence]
    assert texts[0] == f'smtp.ionos.com:587 answered AUTH PLAIN with "{IONOS}"'
    known = next(text for text in texts if text.startswith("IONOS's help says: "))
    for reason in ("IONOS account's password", "full address", "Microsoft 365", "2026-11-22"):
        assert reason in known


def test_positive_the_fix_names_the_users_own_variables() -> None:
    scene = Scene.of(
        "SMTP_SERVER=smtp.ionos.de\nSMTP_USERNAME=info@example.com\nSMTP_PASSWORD=wrong-one\n"
    )
    first = scene.refuse("auth", IONOS).diagnosis(CODE).fixes[0]
    assert first.settings == {}
    assert "SMTP_USERNAME (.env:2) and SMTP_PASSWORD (.env:3)" in first.steps[1]


def test_positive_another_servers_words() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "535 Incorrect authentication data")
    diagnosis = scene.diagnosis(CODE)
    assert not any(item.kind == "known" for item in diagnosis.evidence)
    assert "webmail" in diagnosis.fixes[0].steps[0]


def test_positive_the_librarys_words_have_the_code_of_this_reply() -> None:
    scene = Scene(host="mail.example.net", client="nodemailer").refuse("auth", "571 go away")
    texts = [item.text for item in scene.diagnosis(CODE).evidence if item.kind == "prints"]
    assert texts == ["Nodemailer prints for this: Invalid login: 571"]


def test_positive_no_library_is_quoted_where_none_is_known() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "571 go away")
    assert not [item for item in scene.diagnosis(CODE).evidence if item.kind == "prints"]


def test_positive_one_url_is_one_place_to_write_to() -> None:
    scene = Scene.of("SMTP_URL=smtp://info%40example.com:geheim-12@smtp.ionos.de:587\n")
    last = scene.refuse("auth", IONOS).diagnosis(CODE).fixes[0].steps[-1]
    assert last == "Write the values that work into SMTP_URL (.env:1)."


def test_positive_a_password_that_goes_on_behind_a_hash() -> None:
    scene = Scene.of(
        "SMTP_HOST=smtp.ionos.de\nSMTP_USER=info@example.com\nSMTP_PASS=geheim # 12\n",
        beside=PYTHON,
    )
    first = scene.refuse("auth", IONOS).diagnosis(CODE).fixes[0].steps[0]
    assert first.startswith("SMTP_PASS (.env:3): python-dotenv takes what is behind #")
    assert "12" not in first


def test_positive_a_reply_that_says_less_is_likely_only() -> None:
    scene = Scene(host="smtp.office365.com").refuse("auth", "535 5.7.3 Authentication unsuccessful")
    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_a_code_that_is_none_of_auths_own() -> None:
    scene = Scene(host="mail.example.net").refuse("auth", "571 go away")
    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_a_token() -> None:
    scene = Scene(host="mail.example.net", password=False, token=True)
    scene.refuse("auth", "535 5.7.8 Bad token", mechanism="XOAUTH2")
    first = scene.diagnosis(CODE).fixes[0]
    assert first.title == "get a new token"


def test_positive_both_attempts_are_explained_where_a_mechanism_was_refused_first() -> None:
    scene = Scene()
    session = scene.session().up_to("auth").auth("504 unrecognized authentication type")
    session.auth(IONOS, mechanism="LOGIN").quit()
    judgement = scene.judge()
    assert [item.code for item in judgement.diagnoses] == [CODE]
    assert len(judgement.diagnoses[0].explains) == 2
    assert judgement.unexplained == ()


def test_positive_a_long_reply_is_quoted_in_part() -> None:
    scene = Scene().refuse("auth", f"535 {'x' * 3000}")
    assert len(scene.diagnosis(CODE).evidence[0].text) < 400


def test_negative_the_login_worked() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_the_same_words_to_a_user_name_without_a_domain() -> None:
    scene = Scene(username="info").refuse("auth", IONOS)
    assert scene.codes() == ["username-not-address"]
    assert scene.diagnosis("username-not-address").consequences == (CODE,)


def test_lookalike_the_same_words_to_a_quoted_password() -> None:
    scene = Scene(password_shape=("double-quoted",)).refuse("auth", IONOS)
    assert scene.codes() == ["password-suspicious"]


def test_lookalike_535_with_words_of_its_own() -> None:
    text = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled"
    scene = Scene(host="smtp.office365.com").refuse("auth", text)
    assert scene.codes() == ["basic-auth-disabled"]


def test_lookalike_the_words_in_another_stage() -> None:
    """The same text in answer to MAIL is no judgement of the password."""
    scene = Scene(host="mail.example.net").refuse("mail", f"550 {IONOS[4:]}")
    assert CODE not in scene.codes()


GOOGLE = "535 5.7.8 Username and Password not accepted. For more information, go to"
WANTED = TokenChallenge(status="400", schemes="Bearer", scope="https://mail.google.com/")


def test_positive_the_challenge_names_the_scope_that_is_wanted() -> None:
    scene = Scene(host="smtp.gmail.com", password=False, token=True)
    scene.refuse("auth", GOOGLE, mechanism="XOAUTH2", challenge=WANTED)
    diagnosis = scene.diagnosis(CODE)
    assert "https://mail.google.com/" in diagnosis.fixes[0].title
    assert any(
        '"status 400, schemes Bearer, scope https://mail.google.com/"' in item.text
        for item in diagnosis.evidence
    )
    assert "does not say" not in diagnosis.explanation


def test_positive_a_refresh_token() -> None:
    scene = Scene(host="smtp.gmail.com", password=False, token=True, token_signs=("refresh-token",))
    scene.refuse("auth", GOOGLE, mechanism="XOAUTH2", challenge=WANTED)
    diagnosis = scene.diagnosis(CODE)
    assert "refresh token" in diagnosis.explanation
    assert "access token" in diagnosis.fixes[0].title


@pytest.mark.parametrize("host", ["smtp.office365.com", "smtp-mail.outlook.com"])
def test_positive_a_token_for_another_service_of_microsoft(host: str) -> None:
    scene = Scene(host=host, password=False, token=True, token_signs=("not-for-outlook",))
    scene.refuse("auth", "535 5.7.3 Authentication unsuccessful", mechanism="XOAUTH2")
    assert "SMTP.Send" in scene.diagnosis(CODE).fixes[0].steps[0]


def test_lookalike_the_same_audience_at_a_server_of_its_own() -> None:
    scene = Scene(
        host="mail.example.net", password=False, token=True, token_signs=("not-for-outlook",)
    )
    scene.refuse("auth", "535 5.7.8 Bad token", mechanism="XOAUTH2")
    assert scene.diagnosis(CODE).fixes[0].title == "get a new token"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("535 5.7.8 Error: authentication failed", "does not say which"),
        ("535 Invalid username or password", "does not say which"),
        ("535 no such user", "knows no such user"),
        ("535 5.7.8 Incorrect password", "the password is wrong"),
        ("535 5.7.8 Sorry, ask the help desk about ticket 12", "own words"),
    ],
)
def test_it_says_what_the_reply_tells(text: str, told: str) -> None:
    scene = Scene(host="mail.example.net").refuse("auth", text)
    assert told in scene.diagnosis(CODE).explanation


@pytest.mark.parametrize(
    ("host", "words", "other"),
    [
        ("smtp.mail.me.com", "an app-specific password", "webmail"),
        ("smtp.fastmail.com", "an app password with access to SMTP", "webmail"),
        ("email-smtp.eu-west-1.amazonaws.com", "not the secret key itself", "webmail"),
    ],
)
def test_positive_where_programs_have_a_password_of_their_own_the_web_site_proves_nothing(
    host: str, words: str, other: str
) -> None:
    scene = Scene(host=host, username="info@example.com").refuse(
        "auth", "535 5.7.8 Error: authentication failed"
    )
    steps = scene.diagnosis(CODE).fixes[0].steps
    assert words in steps[0]
    assert other not in " ".join(steps)


def test_lookalike_the_mailboxes_own_password_is_tried_in_its_webmail() -> None:
    scene = Scene(host="smtp.gandi.net").refuse("auth", "535 5.7.8 Error: authentication failed")
    assert "webmail" in " ".join(scene.diagnosis(CODE).fixes[0].steps)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("530 5.7.0 Must issue a STARTTLS command first", "tls-required"),
        ("538 5.7.11 Encryption required", "tls-required"),
        ("530 5.7.0 Authentication required", "auth-mechanism-unsupported"),
    ],
)
def test_lookalike_a_demand_that_is_met_already(answer: str, code: str) -> None:
    """Inside TLS the words can't mean what they say: nothing of the login was judged."""
    scene = Scene(host="mail.example.net").refuse("auth", answer)
    assert scene.codes("error") == [code]
    assert scene.judge().verdict == "broken"


REFUSED = "535 5.7.8 Error: authentication failed"
SES, BREVO = "email-smtp.eu-west-1.amazonaws.com", "smtp-relay.brevo.com"


@pytest.mark.parametrize(
    ("host", "text", "title"),
    [
        (SES, "535 Authentication Credentials Invalid", "make the SMTP password for this host"),
        (BREVO, "535 5.7.8 Authentication failed", "copy login and SMTP key from Brevo's page"),
        ("smtp.fastmail.com", REFUSED, "use an app password with access to SMTP"),
        ("smtp.mail.me.com", REFUSED, "use an app-specific password"),
        ("mail.example.net", "535 5.7.0 Your password has expired", "set a new password"),
        ("smtp.postmarkapp.com", REFUSED, "use the Server API token, the same as the user name"),
    ],
)
def test_positive_what_to_do_is_said_in_the_fix_s_one_line(
    host: str, text: str, title: str
) -> None:
    scene = Scene(host=host, username="info@example.com").refuse("auth", text)
    assert scene.diagnosis(CODE).fixes[0].title.startswith(title)


@pytest.mark.parametrize("host", ["mail.example.net", "smtp.gandi.net"])
def test_lookalike_nothing_better_is_known(host: str) -> None:
    scene = Scene(host=host).refuse("auth", REFUSED)
    assert scene.diagnosis(CODE).fixes[0].title == "check user name and password"


@pytest.mark.parametrize(
    ("host", "shape", "what"),
    [
        (SES, "aws-secret-key", "an AWS secret access key"),
        (BREVO, "api-key", "a key for an HTTPS API"),
    ],
)
def test_positive_a_secret_of_the_provider_s_that_is_none_for_mail(
    host: str, shape: PasswordShape, what: str
) -> None:
    scene = Scene(host=host, username="info@example.com", password_shape=(shape,))
    found = scene.refuse("auth", REFUSED).diagnosis(CODE)
    assert any(item.text.endswith(f"is {what}") for item in found.evidence)
    assert "in place of" in found.fixes[0].title


@pytest.mark.parametrize(
    ("host", "shape"), [("smtp.sendgrid.net", "api-key"), (BREVO, "aws-secret-key"), (SES, "hash")]
)
def test_lookalike_a_secret_of_that_form_elsewhere(host: str, shape: PasswordShape) -> None:
    scene = Scene(host=host, username="info@example.com", password_shape=(shape,))
    assert "by its form" not in repr(scene.refuse("auth", REFUSED).judge())


@pytest.mark.parametrize(
    "text",
    [
        "535 5.7.8 Incorrect password",
        "535 5.7.8 Invalid or expired password",
        "535 5.7.8 User name or password expired or invalid",
    ],
)
def test_lookalike_a_password_that_may_be_wrong_has_not_expired(text: str) -> None:
    scene = Scene(host="mail.example.net").refuse("auth", text)
    found = scene.diagnosis(CODE)
    assert found.fixes[0].title == "check user name and password"
    assert "has expired" not in found.explanation


def test_positive_letters_beyond_ascii_are_named_before_what_helps_anywhere() -> None:
    scene = Scene(host="mail.example.net", password_shape=("non-ascii",))
    found = scene.refuse("auth", "535 5.7.8 Error: authentication failed").diagnosis(CODE)
    assert "outside ASCII" in found.fixes[0].steps[0]
    assert any("has characters outside ASCII" in item.text for item in found.evidence)


@pytest.mark.parametrize("shape", [(), ("blank-at-end",)])
def test_lookalike_a_password_of_ascii_alone(shape: tuple[PasswordShape, ...]) -> None:
    scene = Scene(host="mail.example.net", password_shape=shape)
    found = scene.refuse("auth", "535 5.7.8 Error: authentication failed").judge().diagnoses
    assert "outside ASCII" not in repr(found)


def test_negative_letters_beyond_ascii_that_the_server_took() -> None:
    assert "outside ASCII" not in repr(Scene.healthy(password_shape=("non-ascii",)).judge())


def cram(mechanisms: str, used: str) -> Scene:
    """A login of PHPMailer that is refused, by one of these mechanisms."""
    scene = Scene(host="mail.example.net", client="phpmailer")
    talk = scene.session().up_to("ehlo-in-tls").ehlo(f"AUTH {mechanisms}")
    talk.auth("535 5.7.8 Error: authentication failed", mechanism=used).quit()
    return scene


def test_positive_a_mechanism_that_the_server_may_not_be_able_to_check() -> None:
    first, second = cram("CRAM-MD5 LOGIN PLAIN", "CRAM-MD5").diagnosis(CODE).fixes
    assert first.title == "check user name and password"
    assert second.title == "if the values are right, log in by LOGIN in place of CRAM-MD5"
    assert "AuthType" in second.steps[1]


@pytest.mark.parametrize(
    ("mechanisms", "used"), [("CRAM-MD5", "CRAM-MD5"), ("CRAM-MD5 LOGIN PLAIN", "PLAIN")]
)
def test_lookalike_no_simpler_mechanism_is_left(mechanisms: str, used: str) -> None:
    assert len(cram(mechanisms, used).diagnosis(CODE).fixes) == 1
