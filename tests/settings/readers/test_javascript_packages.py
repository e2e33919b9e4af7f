"""Packages of the same folder that are imported by their names."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers.model import Unknown

from .support import known, project

ROOT = '{"private": true, "workspaces": ["apps/*", "packages/*", "tools"]}'
CODE = "export const host = 'smtp.ionos.com';\nexport default { host };\n"


@pytest.mark.parametrize(
    ("files", "imported"),
    [
        (
            {"packages/config/package.json": '{"name": "@acme/config", "main": "lib/main.js"}',
             "packages/config/lib/main.js": CODE},
            "@acme/config",
        ),
        (  # what is built is not there
            {"packages/config/package.json": '{"name": "@acme/config", "main": "dist/main.js"}',
             "packages/config/src/index.ts": CODE},
            "@acme/config",
        ),
        (
            {"packages/config/package.json": '{"name": "@acme/config"}',
             "packages/config/src/mail.ts": CODE},
            "@acme/config/mail",
        ),
        (  # pnpm's workspaces are in another file
            {"package.json": "{}", "libs/mailing/package.json": '{"name": "mailing"}',
             "libs/mailing/index.js": CODE},
            "mailing",
        ),
        ({"apps/api/package.json": "{}", "apps/api/src/config.ts": CODE}, "@/config"),
    ],
)  # fmt: skip
def test_a_package_of_the_folder(files: dict[str, str], imported: str) -> None:
    code = f"import config from '{imported}';\nconst host = config.host;\n"
    found = project({"package.json": ROOT, "apps/api/src/mail.ts": code, **files})
    module = found.module("apps/api/src/mail.ts")
    assert not isinstance(module, Unknown)
    assert known(module.value("host")) == "smtp.ionos.com"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"packages/config/package.json": '{"name": "other"}', "packages/config/index.js": CODE},
        {"packages/config/package.json": "[1, 2", "packages/config/index.js": CODE},
        {"packages/config/index.js": CODE},
    ],
)
def test_another_package_is_not_taken_for_it(files: dict[str, str]) -> None:
    code = "import config from '@acme/config';\nconst host = config.host;\n"
    found = project({"package.json": ROOT, "apps/api/mail.js": code, **files})
    module = found.module("apps/api/mail.js")
    assert not isinstance(module, Unknown)
    assert isinstance(module.value("host"), Unknown)
