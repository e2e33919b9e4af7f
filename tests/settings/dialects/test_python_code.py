"""Which variables a Python program sees, by what its code loads; and versions in requirements."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.dialects.python_code import is_below, python_variables
from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.workspace import Workspace

from .support import write


def seen(root: Path, near: str, name: str, **environ: str) -> object:
    """What a variable is for the program of a file; None where nobody sets it."""
    value = python_variables(Workspace(Folder(root), environ), near).lookup(name)
    return value.value if isinstance(value, Known) else value


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from dotenv import load_dotenv\nload_dotenv()\n", "a#b"),
        ("from dotenv import load_dotenv\nload_dotenv('conf/mail.env')\n", "mail"),
        ("load_dotenv(dotenv_path=os.path.join(BASE, '.env.production'))\n", "prod"),
        ("load_dotenv(BASE / '.env.production')\nload_dotenv()\n", "prod"),
        ("import environ\nenviron.Env.read_env(BASE_DIR / '.env')\n", "a#b"),
        ("from environs import Env\nenv = Env()\nenv.read_env()\n", "a#b"),
        ("from decouple import config\n", "a#b # c"),
        (
            "class S(BaseSettings):\n    model_config = SettingsConfigDict("
            "env_file=('.env', '.env.production'))\n",
            "prod",
        ),
        ("print('nothing loads it')\n", "a#b"),
    ],
)
def test_the_file_that_is_loaded(tmp_path: Path, code: str, expected: str) -> None:
    files = {
        "app/main.py": f"import os\n{code}",
        ".env": "X=a#b # c\n",
        ".env.production": "X=prod\n",
        "conf/mail.env": "X=mail\n",
    }
    found = seen(write(tmp_path, files), "app/main.py", "X")
    if "environ" in code and "environs" not in code:
        assert str(found).startswith(expected)  # django-environ keeps what is behind a value
    else:
        assert found == expected
    assert seen(tmp_path, "app/main.py", "X", X="process") == "process"


def test_a_load_that_overrides_the_process(tmp_path: Path) -> None:
    code = "load_dotenv(override=True)\n"
    write(tmp_path, {"main.py": code, ".env": "X=file\n"})
    assert seen(tmp_path, "main.py", "X", X="process") == "file"


def test_decouple_reads_settings_ini_before_the_env_file(tmp_path: Path) -> None:
    files = {
        "main.py": "from decouple import config\n",
        "settings.ini": "[settings]\nX = ini\n",
        ".env": "X=file\n",
    }
    assert seen(write(tmp_path, files), "main.py", "X") == "ini"


def test_programs_of_a_monorepo_have_their_own_files(tmp_path: Path) -> None:
    files = {
        **{f"{name}/requirements.txt": "flask\n" for name in "ab"},
        **{f"{name}/main.py": "load_dotenv()\n" for name in "ab"},
        **{f"{name}/.env": f"X={name}\n" for name in "ab"},
    }
    write(tmp_path, files)
    assert [seen(tmp_path, f"{name}/main.py", "X") for name in "ab"] == ["a", "b"]


def test_a_loader_that_another_file_has_counts_too(tmp_path: Path) -> None:
    files = {
        "backend/manage.py": "from dotenv import load_dotenv\nload_dotenv('.env.production')\n",
        "backend/site/settings.py": "import os\n",
        "backend/.env.production": "X=prod\n",
        "backend/.env": "X=dev\n",
    }
    assert seen(write(tmp_path, files), "backend/site/settings.py", "X") == "prod"


@pytest.mark.parametrize(
    ("version", "below"),
    [
        ("==4.1.13", True),
        ("4.1.13", True),
        ("==4.1.*", True),
        ("~=4.1.0", True),
        ("~=4.0", False),
        ("<4.2", True),
        (">=3.2,<4.2", True),
        (">=3.2,<5", False),
        ("<=4.1", True),
        ("^3.2", True),
        ("^4.0", False),
        ("~4.1", True),
        (">=3.2", False),
        ("==4.2", False),
        ("==5.0.1", False),
        ("", False),
        ("*", False),
    ],
)
def test_versions(version: str, below: bool) -> None:
    assert is_below(version, (4, 2)) is below
