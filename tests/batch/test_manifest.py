"""The manifest for Kubernetes says what the command takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

MANIFEST = Path(__file__).parents[2] / "docs" / "kubernetes-job.yaml"


def test_the_job_of_the_manifest_has_as_many_shares_as_pods(tmp_path: Path) -> None:
    spec = yaml.safe_load(MANIFEST.read_text("utf-8"))["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    assert spec["completionMode"] == "Indexed"
    assert f"--shard=index/{spec['completions']}" in container["args"]
    (tmp_path / "list.csv").write_text("host\n")
    arguments = [
        each.replace("/list/customers.csv", "list.csv").replace("/results/", "")
        for each in (*container["command"], *container["args"])
    ]
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"JOB_COMPLETION_INDEX": "9"},
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "no targets\n")
