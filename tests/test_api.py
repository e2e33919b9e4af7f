"""The Python interface: the same run as the command's, with the same refusals."""

from __future__ import annotations

import asyncio
import inspect
import json
import pydoc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import smtpdoctor
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME, Act, Behaviour

from . import fake_network
from .fake_network import FakeNetwork
from .rules.scene import Scene
from .runs import ADDRESS, HOST, one_host


@pytest.fixture
def network(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    made = one_host(authority)
    monkeypatch.setattr("smtpdoctor.api.SystemNetwork", lambda nameservers: made)
    monkeypatch.setattr(asyncio, "run", fake_network.run)
    return made


@pytest.fixture
def arguments(authority: Authority, tmp_path: Path) -> dict[str, Any]:
    return {
        "host": HOST,
        "user": USERNAME,
        "password": PASSWORD,
        "environ": {},
        "folder": tmp_path,
        "cafile": authority.cafile,
    }


def test_check_and_acheck_give_the_same_report(
    network: FakeNetwork, arguments: Mapping[str, Any]
) -> None:
    report = smtpdoctor.check(**arguments)
    again = fake_network.run(smtpdoctor.acheck(**arguments))
    assert report.verdict == again.verdict == "healthy"
    assert report.checks == again.checks
    assert inspect.signature(smtpdoctor.check) == inspect.signature(smtpdoctor.acheck)
    assert not inspect.iscoroutinefunction(smtpdoctor.check)
    assert "Sends no message" in str(smtpdoctor.check.__doc__)


def test_diagnose_judges_without_a_network(
    network: FakeNetwork, arguments: Mapping[str, Any]
) -> None:
    network.servers[ADDRESS, 587] = "refused"
    report = smtpdoctor.check(**arguments)
    network.knocks.clear()
    again = smtpdoctor.diagnose(report.observations, started=report.started, seconds=report.seconds)
    assert again == report
    assert network.knocks == []


def test_settings_come_from_the_environment_and_the_folder(
    network: FakeNetwork, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"SMTP_HOST={HOST}\nSMTP_USER={USERNAME}\nSMTP_PASS=wrong-one\n")
    found = {"environ": {}, "folder": str(tmp_path), "cafile": str(authority.cafile)}
    assert smtpdoctor.check(**found).diagnoses[0].code == "credentials-rejected"
    found["environ"] = {"SMTP_HOST": HOST, "SMTP_PASS": PASSWORD}
    assert smtpdoctor.check(**found).verdict == "healthy"


@pytest.mark.parametrize("password", ["line one\nline two", "ends with a line end\n", "tab\t", " "])
def test_a_password_goes_out_as_it_is(
    network: FakeNetwork, arguments: dict[str, Any], password: str
) -> None:
    network.server(ADDRESS, 587).behaviour = Behaviour(
        certificate=network.server(ADDRESS, 587).behaviour.certificate, users={USERNAME: password}
    )
    report = smtpdoctor.check(**{**arguments, "password": password})
    login = next(check for check in report.checks if check.name == "auth")
    assert login.status == "passed", login.summary


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"port": 99999}, "99999"),
        ({"port": "five"}, "five"),
        ({"host": "a b"}, "--host"),
        ({"tls": "maybe"}, "--tls"),
        ({"size": -1}, "--size"),
        ({"password": ""}, "password"),
        ({"cafile": "nowhere.pem"}, "nowhere.pem"),
        ({"connect_to": ["nonsense"]}, "--connect-to"),
        ({"nameservers": ["dns.example"]}, "dns.example"),
        ({"only": ["everything"]}, "none of settings, dns"),
        ({"skip": ["nothing"]}, "none of settings, dns"),
        ({"timeout": 0}, "--timeout"),
        ({"timeout": float("nan")}, "--timeout"),
        ({"timeout": float("inf")}, "--timeout"),
        ({"env_file": "nowhere.env"}, "nowhere.env"),
        ({"target": HOST}, "TARGET"),
    ],
    ids=str,
)
def test_an_argument_that_cannot_be_one_is_refused(
    network: FakeNetwork, arguments: dict[str, Any], wrong: Mapping[str, Any], words: str
) -> None:
    with pytest.raises(smtpdoctor.UsageError, match=words):
        smtpdoctor.check(**{**arguments, **wrong})
    assert network.knocks == []


@pytest.mark.parametrize(
    "name",
    [
        "target", "host", "port", "tls", "user", "sender", "to", "ehlo", "size", "env_file",
        "profile", "client", "cafile", "setup", "only", "skip", "connect_to", "nameservers",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["{}", "smtp://u:{}@h.example", "/tmp/{}", "{}:1:2:3", "a b {}"])
def test_an_error_says_no_argument_back(
    network: FakeNetwork, arguments: dict[str, Any], name: str, form: str
) -> None:
    given: Any = form.format("q7Geheim!x#99Z")
    if name in ("setup", "only", "skip", "connect_to", "nameservers"):
        given = [given]
    refused: smtpdoctor.UsageError | None = None
    try:
        smtpdoctor.check(**{**arguments, name: given})
    except smtpdoctor.UsageError as error:
        refused = error
    if refused is not None:
        assert "q7Geheim" not in f"{refused} {refused!r}"
        assert refused.__context__ is None


@pytest.mark.parametrize("wrong", [
    smtpdoctor.sender,
    lambda secret: smtpdoctor.sender("info@example.com", through=secret),
    lambda secret: smtpdoctor.sender("info@example.com", ip=secret),
    lambda secret: smtpdoctor.sender("info@example.com", nameservers=[secret]),
    lambda secret: smtpdoctor.explain("535 5.7.8 no", host=secret),
    lambda secret: smtpdoctor.explain("535 5.7.8 no", secure=secret),
    lambda secret: smtpdoctor.explain("535 5.7.8 no", client=secret),
])  # fmt: skip
def test_no_other_function_says_its_arguments_back(wrong: Callable[[str], object]) -> None:
    with pytest.raises(smtpdoctor.UsageError) as caught:
        wrong(SECRET)
    assert SECRET not in _all_that_a_traceback_has(caught.value)


def test_an_unknown_argument_is_python_s_own_error(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        smtpdoctor.check(hots=HOST)  # type: ignore[call-arg]


def _all_that_a_traceback_has(error: BaseException | None) -> str:
    """What a test runner or a service could print of it: the values in all frames but these tests'
    own, also of the errors that it came from."""
    found = ""
    while error is not None:
        trace = error.__traceback__
        found += repr(error)
        while trace is not None:
            if trace.tb_frame.f_code.co_filename != __file__:
                found += repr(
                    {name: repr(value) for name, value in trace.tb_frame.f_locals.items()}
                )
            trace = trace.tb_next
        error = error.__cause__ or error.__context__
    return found


SECRET = "q7Geheim!x#99Z"


@pytest.mark.parametrize(
    "wrong",
    [{"port": "x"}, {"passwort": SECRET}, {"env_file": "nowhere.env"}],
    ids=str,
)
def test_no_frame_of_a_traceback_has_an_argument(
    arguments: dict[str, Any], wrong: dict[str, Any]
) -> None:
    given = {**arguments, "password": SECRET, "environ": {"A": SECRET}, **wrong}
    with pytest.raises((smtpdoctor.UsageError, TypeError)) as caught:
        smtpdoctor.check(**given)
    assert SECRET not in _all_that_a_traceback_has(caught.value)


def test_nor_has_one_inside_of_an_event_loop(arguments: dict[str, Any]) -> None:
    async def inside() -> None:
        smtpdoctor.check(**{**arguments, "password": SECRET})

    with pytest.raises(RuntimeError) as caught:
        asyncio.run(inside())
    assert SECRET not in _all_that_a_traceback_has(caught.value)


@pytest.mark.parametrize("place", ["smtpdoctor.api.examine", "smtpdoctor.api.make_plans"])
def test_a_fault_of_its_own_leaves_by_its_kind_and_place_alone(
    arguments: dict[str, Any], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object, **more: object) -> object:
        held = {"environ": SECRET}
        raise KeyError(repr((given, more, held)))

    monkeypatch.setattr(place, broken)
    with pytest.raises(RuntimeError, match=r"own, please report it: KeyError at test_api\.py:\d+$"):
        smtpdoctor.check(**{**arguments, "password": SECRET, "environ": {"SMTP_PASS": SECRET}})
    with pytest.raises(RuntimeError) as caught:
        smtpdoctor.check(**{**arguments, "password": SECRET, "environ": {"SMTP_PASS": SECRET}})
    assert SECRET not in _all_that_a_traceback_has(caught.value)


@pytest.mark.parametrize("wrong", [{"client": "nobody"}, {"timeout": 0}, {"jobs": "x"}], ids=str)
def test_nor_has_one_a_target_of_a_list(wrong: dict[str, Any]) -> None:
    async def read() -> None:
        async for _ in smtpdoctor.check_many([{"host": HOST, "password": SECRET}], **wrong):
            pass

    with pytest.raises((smtpdoctor.UsageError, TypeError)) as caught:
        asyncio.run(read())
    assert SECRET not in _all_that_a_traceback_has(caught.value)


def test_what_a_list_of_targets_raises_is_its_own(arguments: dict[str, Any]) -> None:
    def targets() -> Iterator[dict[str, object]]:
        yield {"host": "a b", "password": SECRET}
        raise ZeroDivisionError

    async def read() -> None:
        async for _ in smtpdoctor.check_many(targets(), nameservers=["127.0.0.1:1"]):
            pass

    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(read())
    assert caught.traceback[-1].name == "targets"
    assert SECRET not in _all_that_a_traceback_has(caught.value)


def test_runs_beside_each_other(network: FakeNetwork, arguments: Mapping[str, Any]) -> None:
    async def both() -> list[smtpdoctor.Report]:
        return await asyncio.gather(
            smtpdoctor.acheck(**arguments), smtpdoctor.acheck(**arguments, port=465)
        )

    assert [report.verdict for report in fake_network.run(both())] == ["healthy", "healthy"]


def test_a_cancelled_run_leaves_nothing_behind(
    network: FakeNetwork, arguments: Mapping[str, Any]
) -> None:
    network.server(ADDRESS, 587).behaviour = Behaviour(on_accept=Act.SILENCE)

    async def cancelled() -> set[asyncio.Task[Any]]:
        before = asyncio.all_tasks()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                await smtpdoctor.acheck(**arguments)
        return asyncio.all_tasks() - before - network.tasks

    assert fake_network.run(cancelled()) == set()
    assert all(knock.stream.closed for knock in network.knocks if knock.stream)


def test_a_listener_sees_each_observation_once(
    network: FakeNetwork, arguments: Mapping[str, Any]
) -> None:
    from smtpdoctor.api import run
    from smtpdoctor.examination.options import CheckOptions
    from smtpdoctor.plans import make_plan

    plan = make_plan(CheckOptions(host=HOST, environ={}, folder=arguments["folder"], only=["dns"]))
    seen: list[Any] = []
    report = fake_network.run(run(plan, environ={}, listener=seen.append))
    assert seen == list(report.observations)


def test_a_report_shows_itself() -> None:
    report = smtpdoctor.diagnose(Scene(tls="implicit").observations())
    assert repr(report).startswith(f"<Report {report.verdict}")
    assert len(repr(report)) < 200
    assert str(report).splitlines()[0].startswith("smtp.ionos.com:587 with implicit TLS")
    assert json.loads(report.to_json())["verdict"] == report.verdict


def test_the_package_lists_what_it_loads_late() -> None:
    assert set(smtpdoctor.__all__) <= set(dir(smtpdoctor))
    assert "check(" in pydoc.render_doc(smtpdoctor, renderer=pydoc.plaintext)


def test_inside_an_event_loop_the_other_function_is_named() -> None:
    async def inside() -> None:
        smtpdoctor.check("smtp.ionos.com")

    with pytest.raises(RuntimeError, match=r"await smtpdoctor\.acheck"):
        asyncio.run(inside())
