"""An anonymous report: nothing that tells whose it is stands in any format, in any form."""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Literal, Union, get_args, get_origin
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtpdoctor.api import diagnose, run_all
from smtpdoctor.cli import run as run_command
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, Behaviour
from smtpdoctor.diagnosis.model import Acceptance, Edit, Location
from smtpdoctor.observations import (
    AnyObservation,
    Hop,
    Observations,
    PathTrace,
    Place,
    SettingsRead,
)
from smtpdoctor.plans import make_lint_plans, make_plans
from smtpdoctor.report import formats
from smtpdoctor.report.anonymous import anonymous
from smtpdoctor.report.model import NotChecked, Notice, Report, join
from smtpdoctor.report.saved import SavedRunError, read
from smtpdoctor.settings.model import SetupIdentity
from tests.examples import examples

from ..fake_network import FakeNetwork, run
from ..runs import CONTROL_ADDRESSES, CONTROLS, with_options
from . import sarif

PACKAGE = '{"dependencies": {"nodemailer": "^6.9.0", "dotenv": "16.4.0"}}'
#: No word of any language that a report has: where one stands, it came from the run.
WORD = st.text("bcdfghjkmnpqrtvwxz", min_size=7, max_size=12)


class Private(msgspec.Struct, frozen=True, kw_only=True):
    """What is private in one run."""

    domain: str
    label: str
    user: str
    address: str
    hop: str
    folder: str
    file: str
    machine: str

    @property
    def host(self) -> str:
        return f"{self.label}.{self.domain}"

    @property
    def mailbox(self) -> str:
        return f"{self.user}@{self.domain}"

    def forms(self) -> Iterator[str]:
        """Everything that must not stand there, in lower case."""
        whole = (self.mailbox, self.host, self.domain, self.machine, self.user)
        yield from (*whole, self.label, self.domain.partition(".")[0], self.folder, self.file)
        for text in whole:
            yield base64.b64encode(text.encode()).decode().rstrip("=")
            yield quote(text, safe="")
            yield text.encode().hex()
        for address in (self.address, self.hop):
            yield address
            yield ipaddress.ip_address(address).reverse_pointer
            yield address.replace(".", "-")


PRIVATE = st.builds(
    Private,
    domain=st.builds("{}.{}".format, WORD, st.sampled_from(["de", "com", "co.uk", "local"])),
    label=WORD,
    user=st.one_of(WORD, st.builds("{}.{}".format, WORD, WORD)),
    address=st.sampled_from(["5.9.17.33", "93.184.215.14", "2a01:4f8:1:2::37"]),
    hop=st.sampled_from(["10.77.31.9", "100.64.12.7", "62.53.9.241"]),
    folder=WORD,
    file=WORD,
    machine=st.builds("{}.{}.com".format, WORD, WORD),
)


def write(folder: Path, private: Private) -> None:
    root = folder / private.folder
    root.mkdir(exist_ok=True)
    (folder / "package.json").write_text(PACKAGE, "utf-8")
    (root / f"{private.file}.js").write_text(
        "const nodemailer = require('nodemailer');\nnodemailer.createTransport({\n"
        f"  host: '{private.host}', port: 587, secure: false,\n"
        "  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },\n});\n",
        "utf-8",
    )
    (folder / ".env").write_text(
        f"SMTP_HOST={private.host}\nSMTP_USER={private.mailbox}\nSMTP_PASS={PASSWORD}\n", "utf-8"
    )


def server(private: Private, authority: Authority) -> Behaviour:
    """One that refuses the login, and says all it knows of whoever came."""
    encoded = base64.b64encode(private.mailbox.encode()).decode()
    return Behaviour(
        certificate=authority.issue([private.host, private.domain]),
        hostname=private.host,
        auth_failure=f"535-{private.mailbox} ({private.user.upper()}) from [{private.address}]\n"
        f"535-x{encoded} y{private.user.encode().hex()}\n"
        f"535 {encoded} {quote(private.mailbox, safe='')}: see {private.host.upper()}",
    )


def failing(folder: Path, private: Private, authority: Authority) -> Report:
    write(folder, private)
    network = FakeNetwork(
        names={private.host: (private.address,), **CONTROLS},
        ports={
            (private.address, 587): server(private, authority),
            **{(address, 443): Behaviour() for address in CONTROL_ADDRESSES},
        },
        policies={
            (private.domain, "TXT"): f"v=spf1 ip4:5.9.17.33 a:{private.host} -all",
            (private.domain, "MX"): f"10 {private.host}",
            (
                f"_dmarc.{private.domain}",
                "TXT",
            ): f"v=DMARC1; p=reject; rua=mailto:{private.mailbox}",
        },
    )
    plans = make_plans(
        with_options(None, environ={}, folder=folder, cafile=authority.cafile, setup=["nodemailer"])
    )
    report = run(run_all(plans, environ={}, network=network))
    return with_machine(report, private)


def with_machine(report: Report, private: Private) -> Report:
    """With a name of this machine, and the way through its network."""
    items = [
        msgspec.structs.replace(item, fqdn=private.machine, container="container 3f2a99bb01cd")
        if isinstance(item, Place)
        else item
        for item in report.observations
    ]
    trace = PathTrace(
        id="trace-1",
        check="reach",
        host=private.host,
        address=private.address,
        port=587,
        family="IPv4" if "." in private.address else "IPv6",
        hops=(Hop(ttl=1, outcome="time-exceeded", sender=private.hop),),
        source="10.77.31.8",
    )
    made = diagnose(Observations([*items, trace]), started=report.started, seconds=report.seconds)
    place = f"{private.folder}/deep/{private.file}.yml:2"
    left = NotChecked(
        setup=f"django {private.folder}/{private.file}.py:3", why=f"EMAIL_HOST ({place}): computed"
    )
    return join(made.targets, started=made.started, seconds=1.0, not_checked=[left])


def looked_at(folder: Path, private: Private) -> Report:
    """Without a network: the mode doesn't fit the port."""
    write(folder, private)
    path = folder / private.folder / f"{private.file}.js"
    path.write_text(path.read_text("utf-8").replace("secure: false", "secure: true"), "utf-8")
    plans = make_lint_plans(with_options(None, environ={}, folder=folder))
    return run(run_all(plans, environ={}, network=FakeNetwork()))


def everything(report: Report) -> dict[str, str]:
    """The report in every format, as much as each shows."""
    return {
        f"{name} {verbose}": formats.render(
            name, report, formats.Options(verbose=verbose, width=400)
        )
        for name in formats.names()
        for verbose in (False, True)
    }


@given(private=PRIVATE)
@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_private_stands_in_any_format(
    private: Private, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> None:
    report = failing(tmp_path_factory.mktemp("folder"), private, authority)
    assert report.verdict == "broken"
    real = everything(report)
    assert private.host in real["terminal False"]
    assert private.mailbox in real["json True"]
    for name, text in everything(anonymous(report)).items():
        for form in private.forms():
            assert form.lower() not in text.lower(), (name, form)
        assert PASSWORD not in text


@given(private=PRIVATE)
@settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_private_stands_in_what_lint_says(
    private: Private, tmp_path_factory: pytest.TempPathFactory
) -> None:
    report = looked_at(tmp_path_factory.mktemp("folder"), private)
    assert [item.code for item in report.diagnoses] != []
    for name, text in everything(anonymous(report)).items():
        for form in private.forms():
            assert form.lower() not in text.lower(), (name, form)


def test_every_part_of_a_report_is_of_a_kind_that_is_gone_through() -> None:
    """A text in a container of another kind would pass as it is."""
    known = {str, bytes, int, float, bool, type(None), date, Observations, ...}
    containers = {tuple, list, dict, Literal, Union, UnionType}
    met: set[type] = set()
    open_ = [Report, *get_args(AnyObservation)]
    while open_:
        hint = open_.pop()
        if get_origin(hint) is not None:
            assert get_origin(hint) in containers, hint
            open_ += [] if get_origin(hint) is Literal else get_args(hint)
        elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            if hint not in met:
                met.add(hint)
                open_ += [field.type for field in msgspec.structs.fields(hint)]
        else:
            assert hint in known, hint
    assert len(met) > 40


PERSON = Private(
    domain="brombeer-verlag.de",
    label="postausgang",
    user="konrad.zwieback",
    address="93.184.215.14",
    hop="10.77.31.9",
    folder="werkstatt",
    file="versand",
    machine="kellerkind.brombeer-verlag.de",
)


def test_what_it_came_to_stays(tmp_path: Path, authority: Authority) -> None:
    report = failing(tmp_path, PERSON, authority)
    made = anonymous(report)
    assert [item.code for item in made.diagnoses] == [item.code for item in report.diagnoses]
    assert (made.verdict, made.seconds) == (report.verdict, report.seconds)
    assert made.target.host == "name-1.host-1.example"
    assert made.target.username == "user-1@host-1.example"
    assert made.target.setup is not None
    assert made.target.setup.name == "nodemailer folder-1/file-1.js:2"
    assert made.not_checked[0].setup == "django folder-1/file-3.py:3"
    assert [item.status for item in made.checks] == [item.status for item in report.checks]


def test_the_same_run_gets_the_same_stand_ins(tmp_path: Path, authority: Authority) -> None:
    report = failing(tmp_path, PERSON, authority)
    assert everything(anonymous(report)) == everything(anonymous(report))


def test_annotations_keep_the_files_of_the_repository(tmp_path: Path) -> None:
    report = anonymous(looked_at(tmp_path, PERSON), files=False)
    annotation = formats.render("github", report).splitlines()[0]
    assert annotation.startswith("::error file=werkstatt/versand.js,line=3,col=")
    (result,) = sarif.read(formats.render("sarif", report))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "werkstatt/versand.js"
    assert place["region"]["startLine"] == 3
    assert result["fixes"]  # nothing of the edit was replaced: it can be applied
    assert "brombeer" not in formats.render("sarif", report)


def test_an_edit_with_a_stand_in_is_none(tmp_path: Path) -> None:
    report = looked_at(tmp_path, PERSON)
    (diagnosis,) = [item for item in report.diagnoses if item.severity == "error"]
    edit = Edit(
        file="werkstatt/versand.js",
        line=3,
        columns=(10, 40),
        replace=f"'{PERSON.host}'",
        with_=f"'mail.{PERSON.domain}'",
        exact=True,
    )
    fix = msgspec.structs.replace(diagnosis.fixes[0], edits=(edit,))
    changed = msgspec.structs.replace(diagnosis, fixes=(fix,))
    target = msgspec.structs.replace(report.target, diagnoses=(changed,))
    made = anonymous(msgspec.structs.replace(report, targets=(target,)), files=False)
    assert not made.diagnoses[0].fixes[0].edits[0].exact
    assert "fixes" not in sarif.read(formats.render("sarif", made))["runs"][0]["results"][0]


def test_columns_fit_the_changed_text(tmp_path: Path) -> None:
    report = looked_at(tmp_path, PERSON)
    line = f"  host: '{PERSON.host}', port: 587, secure: true,"
    start = line.index("true") + 1
    location = Location(file="a.js", line=3, columns=(start, start + 4), text=line)
    diagnosis = msgspec.structs.replace(report.diagnoses[0], locations=(location,))
    target = msgspec.structs.replace(report.target, diagnoses=(diagnosis,))
    made = anonymous(msgspec.structs.replace(report, targets=(target,)))
    (moved,) = made.diagnoses[0].locations
    assert moved.columns is not None
    assert moved.text[moved.columns[0] - 1 : moved.columns[1] - 1] == "true"
    assert len(moved.text) != len(line)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("smtp.ionos.com", "smtp.ionos.com"),
        ("help at www.ionos.com", "help at www.ionos.com"),
        ("w0123456.kundenserver.de", "name-2.kundenserver.de"),
        ("127.0.0.1", "127.0.0.1"),
        ("10.0.0.0/8 is private", "10.0.0.0/8 is private"),
        ("a fe80::1 b", "a 2001:db8::"),
        ("5.7.1 refused", "5.7.1 refused"),
        ("v1.2 of settings.py:7", "v1.2 of settings.py:7"),
    ],
)
def test_what_everybody_knows_stays(text: str, shown: str, tmp_path: Path) -> None:
    report = looked_at(tmp_path, PERSON)
    setup = SetupIdentity(name="django a/settings.py:7", dialect="django", files=("a/settings.py",))
    target = msgspec.structs.replace(report.target, setup=setup, faults=())
    diagnosis = msgspec.structs.replace(report.diagnoses[0], explanation=text)
    place = Place(id="p", system=text)
    observations = Observations([*report.observations, place])
    target = msgspec.structs.replace(target, diagnoses=(diagnosis,), observations=observations)
    made = anonymous(msgspec.structs.replace(report, targets=(target,)), files=False)
    assert made.diagnoses[0].explanation.startswith(shown)


def test_what_a_program_calls_its_own_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(PACKAGE, "utf-8")
    (tmp_path / "mailer.js").write_text(
        "const nodemailer = require('nodemailer'); function quokkaMail() {"
        " const wombatOptions = {host: 'smtp.gmail.com', port: 465, secure: false, auth: {user:"
        " process.env.NUMBAT_USER || 'u@gmail.com', pass: process.env.NUMBAT_PASS}};\n"
        "return nodemailer.createTransport(wombatOptions); }\n"
        "quokkaMail().sendMail({from: bilby.address});\n",
        "utf-8",
    )
    plans = make_lint_plans(with_options(None, environ={}, folder=tmp_path))
    report = run(run_all(plans, environ={}, network=FakeNetwork()))
    real, made = everything(report), everything(anonymous(report))
    for name in ("quokka", "wombat", "numbat"):
        assert name in real["json True"].lower()
        assert [each for each, text in made.items() if name in text.lower()] == []
    assert "require(••••••); function name-1() { const name-2" in made["markdown False"]


def test_names_of_settings_are_no_hosts(tmp_path: Path) -> None:
    """`.host` and `.to` are top-level domains."""
    root = tmp_path / "src/main/resources"
    root.mkdir(parents=True)
    (tmp_path / "pom.xml").write_text("<artifactId>spring-boot-starter-mail</artifactId>", "utf-8")
    (root / "application.properties").write_text(
        "spring.mail.host=post.brombeer-verlag.de\nspring.mail.port=465\n"
        "spring.mail.properties.mail.smtp.starttls.enable=true\n",
        "utf-8",
    )
    plans = make_lint_plans(with_options(None, environ={}, folder=tmp_path))
    report = run(run_all(plans, environ={}, network=FakeNetwork()))
    assert [item.code for item in report.diagnoses]
    text = formats.render("terminal", anonymous(report), formats.Options(verbose=True))
    assert "brombeer" not in text
    assert "spring.mail." in text


def noisy(text: str) -> str:
    """What a server may say at most, in lines as long as it may."""
    line = (text * 4096)[:4000]
    return "\n".join(f"535-{line}" for _ in range(15)) + "\n535 no"


@pytest.mark.parametrize(
    "text", ["a", "1.", pytest.param("a1b2.c3d4@e5f6.de ", marks=pytest.mark.hostile)]
)
def test_long_texts_hold_nothing_up(text: str, tmp_path: Path, authority: Authority) -> None:
    """Each takes a second at the most on any machine; with a pattern that takes back, minutes."""
    report = failing(tmp_path, PERSON, authority)
    place = next(item for item in report.observations if isinstance(item, Place))
    grown = msgspec.structs.replace(place, system=noisy(text).replace("\n", ""))
    numbered = " ".join(f"x{number}@y{number}.de" for number in range(3000))
    more = msgspec.structs.replace(place, id="p2", system=numbered)
    observations = Observations([*report.observations, grown, more])
    target = msgspec.structs.replace(report.target, observations=observations)
    made = anonymous(msgspec.structs.replace(report, targets=(target,)))
    shown = [item.system for item in made.target.observations if isinstance(item, Place)]
    assert not any("y2999.de" in item for item in shown)


def test_it_says_that_it_is_anonymous(tmp_path: Path, authority: Authority) -> None:
    report = failing(tmp_path, PERSON, authority)
    made = anonymous(report)
    for name in ("terminal", "markdown", "html", "concise", "github", "ticket"):
        assert "anonymous" not in formats.render(name, report), name
        assert "anonymous: names and addresses are stand-ins" in formats.render(name, made), name
    assert json.loads(formats.render("json", made))["anonymous"] is True
    assert json.loads(formats.render("json", report))["anonymous"] is False


def test_its_json_has_no_observations_and_is_not_judged_again(
    tmp_path: Path, authority: Authority
) -> None:
    text = formats.render("json", anonymous(failing(tmp_path, PERSON, authority)))
    (target,) = json.loads(text)["targets"]
    assert target["observations"] == {"items": []}
    with pytest.raises(SavedRunError, match="anonymous"):
        read(text.encode())


def test_the_command_writes_every_file_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, PERSON)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    names = [name for name in formats.names() if name != "terminal"]
    asked = [f"--output={name}={tmp_path / name}.out" for name in names]
    assert run_command(["lint", "--anonymous", "--format", "github", *asked]) == 0
    written = [(tmp_path / f"{name}.out").read_text("utf-8") for name in names]
    summary = (tmp_path / "summary.md").read_text("utf-8")
    for text in (capsys.readouterr().out, summary, *written):
        assert "brombeer" not in text
        assert "zwieback" not in text
        assert PERSON.label not in text


@pytest.mark.parametrize("where", [".", "werkstatt", "./werkstatt/", "/"])
def test_a_folder_is_replaced_as_a_path_alone(where: str, tmp_path: Path) -> None:
    """`.` and `/` are in every text."""
    report = looked_at(tmp_path, PERSON)
    read = [
        msgspec.structs.replace(item, settings=msgspec.structs.replace(item.settings, folder=where))
        if isinstance(item, SettingsRead)
        else item
        for item in report.observations
    ]
    diagnosis = msgspec.structs.replace(
        report.diagnoses[0], explanation=f"in {where} it says 1.5 or so, and/or not."
    )
    target = msgspec.structs.replace(
        report.target, observations=Observations(read), diagnoses=(diagnosis,)
    )
    made = anonymous(msgspec.structs.replace(report, targets=(target,)))
    text = made.diagnoses[0].explanation
    assert text.endswith(" it says 1.5 or so, and/or not.")
    assert "werkstatt" not in text


@pytest.mark.parametrize("user", ["4711081", "müller", "KELVIN-konto", "w0123456"])
def test_a_user_name_of_any_form_is_replaced(
    user: str, tmp_path: Path, authority: Authority
) -> None:
    report = failing(tmp_path, msgspec.structs.replace(PERSON, user=user), authority)
    diagnosis = msgspec.structs.replace(
        report.diagnoses[0], explanation=f"{user}, {user.replace('K', 'K')}, “{user.upper()}”"
    )
    target = msgspec.structs.replace(report.target, diagnoses=(diagnosis,))
    made = anonymous(msgspec.structs.replace(report, targets=(target,)))
    for text in everything(made).values():
        assert user.lower() not in text.lower()


def test_it_is_not_for_fixing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("check", "lint"):
        assert run_command([command, "--anonymous", "--fix", "--yes"]) == 2
        assert "not with --fix" in capsys.readouterr().err


def test_what_a_project_accepts_tells_no_reason_and_no_set_up(tmp_path: Path) -> None:
    """A reason is a person's own words: no observation shows whose they are."""
    (tmp_path / "package.json").write_text(PACKAGE, "utf-8")
    (tmp_path / "mailer.js").write_text(
        "require('nodemailer').createTransport({host: 'a.example', port: 587, secure: true});\n",
        "utf-8",
    )
    plans = make_lint_plans(with_options(None, environ={}, folder=tmp_path))
    report = run(run_all(plans, environ={}, network=FakeNetwork()))
    target = report.targets[0]
    accepted = Acceptance(code="x-y", reason="as Jane Roe said", file="sub/own.toml", line=1)
    found = [msgspec.structs.replace(item, accepted=accepted) for item in target.diagnoses]
    assert found
    notice = Notice(
        kind="set-ups-passed-over",
        severity="note",
        text="left out: nodemailer roe/secret.js:2",
        file="sub/own.toml",
        line=1,
        setups=("nodemailer roe/secret.js:2",),
    )
    target = msgspec.structs.replace(target, diagnoses=tuple(found))
    report = msgspec.structs.replace(report, targets=(target,), notices=(notice,))
    for name in formats.names():
        text = formats.render(name, anonymous(report), formats.Options(verbose=True))
        assert not re.search(r"(?i)jane|roe|secret\.js|own\.toml", text), name
