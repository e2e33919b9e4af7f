"""Carriers end, whatever a file says: aliases of aliases, circles, things of another form."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.support import workspace, write

WIDE = ", ".join(["*a"] * 3_000)
BOMB = "\n".join(
    ["a0: &a0 {env: {X: x}}"]
    + [f"a{n}: &a{n} {{{', '.join(f'k{i}: *a{n - 1}' for i in range(20))}}}" for n in range(1, 9)]
)


@pytest.mark.parametrize(
    "files",
    [
        {"values.yaml": BOMB},
        {"compose.yml": "include: [compose.yml, compose.yml]\nservices: {a: {extends: a}}\n"},
        {
            "compose.yml": "include: [b.yml, b.yml]\n",
            "b.yml": "include: [compose.yml, compose.yml]\n",
        },
        {
            "compose.yml": "x: &a {image: i, environment: {"
            + ", ".join(f"N{i}: $X" for i in range(3_000))
            + "}}\nservices: {"
            + ", ".join(f"s{i}: *a" for i in range(3_000))
            + "}\n"
        },
        {
            "k.yml": "kind: Pod\nx: &a {name: c, image: i, env: ["
            + ", ".join("{name: A, value: $(A)$(A)}" for _ in range(1_000))
            + f"]}}\nspec: {{containers: [{WIDE}]}}\n"
        },
        {
            ".github/workflows/deploy.yml": "x: &a {env: {A: a}}\n"
            f"jobs: {{deploy: {{steps: [{WIDE}]}}}}\n"
        },
        {"compose.yml": "services: [1, {a: b}]\n", "values.yaml": "- env\n", "fly.toml": "env=1"},
        {"compose.yml": "services: {a: 1, b: null, c: {environment: [1, [x], {y: z}]}}\n"},
        {"k.yml": "kind: Deployment\nspec: [1]\n---\nkind: [x]\n---\nkind: Secret\ndata: 5\n"},
        {"Dockerfile": "ENV A=xx\n" + "ENV A=$A$A\n" * 40},
        {"Dockerfile": "ENV\nENV A\nENV =x\nFROM\nFROM --platform=x\nARG\n"},
        {"a.tf": "environment = [" * 5_000, "b.hcl": "env {\n" + 'A = "' * 5_000},
        {"c.tf": "env {\n" + 'name = "A"\nvalue = "b"\n' * 5_000},
        {"a.json": '{"containerDefinitions": [1, {"environment": {"a": 1}, "secrets": [2]}]}'},
        {"a.service": "Environment=A=1\n[Service]\nEnvironment\nEnvironmentFile=-\n"},
        {"app.json": "[1]", "serverless.yml": "functions: [a]\nprovider: x\n", "render.yaml": "1"},
        {"compose.yml": "services: {a: {image: $" + "{A:-" * 500 + "}" * 500 + "}}\n"},
    ],
)
def test_it_ends_without_a_traceback(tmp_path: Path, files: dict[str, str]) -> None:
    found = workspace(write(tmp_path, files)).surroundings
    assert sum(len(item.variables.names) for item in found) <= 110_000
