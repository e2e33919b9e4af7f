"""Where the options of Ansible's mail tasks are from."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.setups import find_setups
from tests.settings.dialects.support import apply, one, prepared, workspace, write
from tests.settings.dialects.ways import came_to, password

TASK = """\
- name: tell
  community.general.mail:
    host: "{{ smtp_host }}"
    port: '{{ smtp_port | default(587) | int }}'
    username: "{{ smtp_user | default(omit) }}"
    password: "{{ smtp_password }}"
    secure: '{{ smtp_secure }}'
    from: "{{ smtp_user }}"
    subject: done
"""
VARS = "smtp_host: smtp.ionos.com\nsmtp_user: u@example.com\nsmtp_secure: always\n"


@pytest.mark.parametrize(
    ("at", "held"),
    [
        ("roles/notify/tasks/main.yml", "roles/notify/defaults/main.yml"),
        ("roles/notify/handlers/main.yaml", "roles/notify/vars/main.yml"),
        ("roles/notify/tasks/mail.yml", "group_vars/all.yml"),
        ("ansible/site.yml", "ansible/group_vars/all/mail.yml"),
        ("tasks.yml", "group_vars/all/vars.yml"),
    ],
)
def test_variables_are_read_where_ansible_has_them(at: str, held: str, tmp_path: Path) -> None:
    root = write(tmp_path, {at: TASK, held: VARS + "smtp_password: word\n"})
    setup = one(root, "ansible-mail")
    assert (setup.settings.host, setup.settings.port) == ("smtp.ionos.com", 587)
    assert (setup.settings.tls, setup.settings.sender) == ("implicit", "u@example.com")
    apply(root, prepared(setup.settings, 587, "starttls"))
    assert "smtp_secure: starttls\n" in (root / held).read_text()
    assert (root / at).read_text() == TASK


def test_a_play_stands_before_the_group_and_names_files(tmp_path: Path) -> None:
    play = (
        "- hosts: all\n  vars:\n    smtp_host: a.example.com\n    smtp_secure: never\n"
        "  vars_files: [vars/mail.yml]\n  tasks:\n    - block:\n"
        + "".join(f"        {line}\n" for line in TASK.splitlines())
    )
    files = {
        "site.yml": play,
        "vars/mail.yml": "smtp_host: b.example.com\n",
        "group_vars/all.yml": VARS,
    }
    settings = one(write(tmp_path, files), "ansible-mail").settings
    assert (settings.host, settings.tls) == ("b.example.com", "none")


def test_a_roles_variables_stand_before_the_groups_and_its_defaults_behind(tmp_path: Path) -> None:
    files = {
        "roles/notify/tasks/main.yml": TASK,
        "roles/notify/vars/main.yml": "smtp_host: vars.example.com\n",
        "group_vars/all.yml": VARS,
        "roles/notify/defaults/main.yml": "smtp_host: defaults.example.com\nsmtp_secure: never\n"
        "smtp_password: word\n",
    }
    setup = one(write(tmp_path, files), "ansible-mail")
    assert came_to(setup) == ("vars.example.com", 587, "implicit")
    assert password(setup) == "word"


@pytest.mark.parametrize(
    "place",
    [
        "pre_tasks",
        "tasks",
        "post_tasks",
        "handlers",
        "tasks block",
        "tasks rescue",
        "handlers block always",
    ],
)
def test_wherever_a_play_has_tasks(place: str, tmp_path: Path) -> None:
    lines = TASK.splitlines()
    for word in reversed(place.split()):
        lines = [f"- {word}:", *(f"    {line}" for line in lines)]
    play = "\n".join(["- hosts: all", "  " + lines[0].removeprefix("- "), *lines[1:]])
    root = write(tmp_path, {"site.yml": play, "group_vars/all.yml": VARS})
    assert came_to(one(root, "ansible-mail")) == ("smtp.ionos.com", 587, "implicit")


def test_what_can_not_be_told(tmp_path: Path) -> None:
    held = VARS + "smtp_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n"
    files = {"roles/x/tasks/main.yml": TASK, "group_vars/all.yml": held}
    settings = one(write(tmp_path / "a", files), "ansible-mail").settings
    assert [each.field for each in settings.untellable] == ["password"]
    files = {"roles/x/tasks/main.yml": TASK}
    settings = one(write(tmp_path / "b", files), "ansible-mail").settings
    assert "host" in [each.field for each in settings.untellable]
    task = TASK.replace("{{ smtp_host }}", "{{ lookup('env', 'MAIL_SERVER') }}")
    root = write(tmp_path / "c", {"tasks.yml": task, "group_vars/all.yml": VARS})
    assert one(root, "ansible-mail", MAIL_SERVER="x.example.com").settings.host == "x.example.com"
    assert one(root, "ansible-mail").settings.untellable


@pytest.mark.parametrize(
    "text",
    [
        "- hosts: all\n  tasks:\n    - debug: {msg: x}\n      # community.general.mail:\n",
        "mail:\n  host: smtp.ionos.com\n  port: 465\n",
        "- mail: false\n- mail:\n    subject: x\n",
        "- [community.general.mail:",
    ],
)
def test_lookalikes(text: str, tmp_path: Path) -> None:
    assert find_setups(workspace(write(tmp_path, {"playbook.yml": text}))).setups == ()
