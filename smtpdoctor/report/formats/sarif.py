"""SARIF 2.1.0 (OASIS), for code scanning: each diagnosis a result, the first fix as its fix."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urljoin

from smtpdoctor import pages
from smtpdoctor.report.acceptance import notice_words, shown_notices
from smtpdoctor.report.findings import Finding, Place, findings, target_name
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import Notice, Report
from smtpdoctor.settings.model import Edit
from smtpdoctor.text import as_json, visible

FOR_PROGRAMS = True
IN_THE_REPOSITORY = True

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
HOME = "https://github.com/smtpdoctor/smtpdoctor"
#: Paths are relative to the folder that was checked, which whoever uploads the file knows.
ROOT = "%SRCROOT%"
#: What a link of a page leads to.
_LINK = re.compile(r"(?<=\]\()[^)\s]+(?=\))")


def render(report: Report, options: Options) -> str:
    """One run of SARIF."""
    found = list(findings(report))
    codes = list(dict.fromkeys(item.diagnosis.code for item in found))
    rules = [_rule(next(each for each in found if each.diagnosis.code == code)) for code in codes]
    status = report.command_status(strict=options.strict)
    suppresses = any(item.diagnosis.accepted is not None for item in found)
    return as_json(
        {
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "smtpdoctor",
                            "version": report.tool.version,
                            "informationUri": HOME,
                            "rules": rules,
                        }
                    },
                    "columnKind": "unicodeCodePoints",
                    "invocations": [
                        {
                            "executionSuccessful": status in (0, 1),
                            "exitCode": status,
                            "startTimeUtc": report.started,
                            "toolConfigurationNotifications": [
                                _notification(item) for item in shown_notices(report)
                            ],
                            "toolExecutionNotifications": [
                                {
                                    "level": "warning",
                                    "message": {"text": f"{item.setup} not checked: {item.why}"},
                                }
                                for item in report.not_checked
                            ],
                        }
                    ],
                    "results": [
                        {**_result(item, codes), **_suppressions(item, any_=suppresses)}
                        for item in found
                    ],
                    **({"properties": {"anonymous": True}} if report.anonymous else {}),
                }
            ],
        }
    )


def _rule(finding: Finding) -> dict[str, Any]:
    diagnosis = finding.diagnosis
    return {
        "id": diagnosis.code,
        # of a result's own words the values differ from run to run
        "shortDescription": {"text": diagnosis.code.replace("-", " ")},
        **_described(diagnosis.code, diagnosis.docs),
        "helpUri": diagnosis.docs,
        "defaultConfiguration": {"level": diagnosis.severity},
        "properties": {"tags": ["smtp", diagnosis.area]},
    }


def _described(code: str, address: str) -> dict[str, Any]:
    """What the code's page says, for whoever reads the alert: GitHub's code scanning shows it,
    away from the files beside the page, and calls a rule without it incomplete (rule GH2012 of
    Microsoft's validator). A report of another version may have a code without a page."""
    page = pages.read(code)
    if page is None:
        return {}
    paragraph = page.partition("\n")[2].strip().partition("\n\n")[0]
    linked = _LINK.sub(lambda link: urljoin(address, link[0]), page)
    return {
        "fullDescription": {"text": " ".join(paragraph.split())},
        "help": {"text": page, "markdown": linked},
    }


def _result(finding: Finding, codes: list[str]) -> dict[str, Any]:
    diagnosis = finding.diagnosis
    result: dict[str, Any] = {
        "ruleId": diagnosis.code,
        "ruleIndex": codes.index(diagnosis.code),
        "level": diagnosis.severity,
        "message": {"text": finding.message},
        "locations": _locations(finding),
        "partialFingerprints": {"smtpdoctor/v1": finding.fingerprint},
        "properties": {"confidence": diagnosis.confidence},
    }
    if len(finding.places) > 1:
        result["relatedLocations"] = [_physical(place) for place in finding.places[1:]]
    if finding.edits:
        result["fixes"] = [
            {
                "description": {"text": diagnosis.fixes[0].title},
                "artifactChanges": [
                    {
                        "artifactLocation": _artifact(file),
                        "replacements": [
                            _replacement(edit) for edit in finding.edits if edit.file == file
                        ],
                    }
                    for file in dict.fromkeys(edit.file for edit in finding.edits)
                ],
            }
        ]
    return result


def _suppressions(finding: Finding, *, any_: bool) -> dict[str, Any]:
    """Where one result has them, all of them say whether they are suppressed (§3.27.23)."""
    accepted = finding.diagnosis.accepted
    if accepted is None:
        return {"suppressions": []} if any_ else {}
    place = Place(file=accepted.file, line=accepted.line)
    until = {"properties": {"until": f"{accepted.until}"}} if accepted.until is not None else {}
    told = {
        "kind": "external",
        "status": "accepted",
        "justification": visible(accepted.reason),
        "location": _physical(place),
    }
    return {"suppressions": [{**told, **until}]}


def _notification(notice: Notice) -> dict[str, Any]:
    told: dict[str, Any] = {
        "level": notice.severity,
        "descriptor": {"id": notice.kind},
        "message": {"text": visible(notice_words(notice))},
    }
    if notice.file is None or notice.line is None:
        return told
    return {**told, "locations": [_physical(Place(file=notice.file, line=notice.line))]}


def _locations(finding: Finding) -> list[dict[str, Any]]:
    name = {"fullyQualifiedName": target_name(finding.target), "kind": "resource"}
    location = _physical(finding.places[0]) if finding.places else {}
    return [{**location, "logicalLocations": [name]}]


def _physical(place: Place) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": place.line}
    if place.columns is not None:
        region |= {"startColumn": place.columns[0], "endColumn": place.columns[1]}
    return {"physicalLocation": {"artifactLocation": _artifact(place.file), "region": region}}


def _artifact(file: str) -> dict[str, str]:
    return {"uri": quote(file, errors="surrogateescape"), "uriBaseId": ROOT}


def _replacement(edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": {
            "startLine": edit.line,
            "startColumn": edit.columns[0],
            "endColumn": edit.columns[1],
        },
        "insertedContent": {"text": edit.with_},
    }
