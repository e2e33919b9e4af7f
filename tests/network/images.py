"""Images and containers as podman has them, without a registry: what the Dockerfile builds, run.

The image that the Dockerfile starts from is one made here, of the Python that runs the tests, under
the name that the Dockerfile gives. Knows buildah, podman and runc; must not know mail.
"""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE = ROOT / "Dockerfile"
PROGRAMS = ("buildah", "podman", "runc", "busybox")
#: Less than podman's own defaults, which a machine need not be allowed to give.
LIMITS = ("--ulimit=nofile=1024:1024", "--ulimit=nproc=512:512")
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"

#: Of the standard library, what no installation by pip needs.
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "config-*", "idlelib", "site-packages", "test", "tkinter", "turtledemo", "*.a"
)


def bases() -> set[str]:
    """The images that the Dockerfile starts from."""
    return set(re.findall(r"^FROM (\S+)", DOCKERFILE.read_text(), re.MULTILINE))


class Engine:
    """Builds and runs, with a store of its own in the folder. Every container is in a network
    namespace that was made before, or in none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "storage.conf").write_text(
            '[storage]\ndriver = "overlay"\n'
            f'graphroot = "{folder}/store"\nrunroot = "{folder}/run"\n'
        )
        self._environ = os.environ | {"CONTAINERS_STORAGE_CONF": str(folder / "storage.conf")}

    def build(self, dockerfile: Path, context: Path, name: str) -> None:
        """Build an image. Its steps run in a chroot with this machine's network."""
        command = ["buildah", "build", "--isolation", "chroot", "--pull=never", "--tag", name]
        self._run([*command, "--file", str(dockerfile), str(context)], seconds=300)

    def podman(self, *words: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
        """`podman WORDS`. What begins with `run` gets no more than this machine may give."""
        command, *rest = map(str, words)
        limits = LIMITS if command == "run" else ()
        return self._run([*self._podman, command, *limits, *rest], given=given, check=False)

    @property
    def _podman(self) -> list[str]:
        mine = [f"--tmpdir={self.folder}/tmp", "--cgroup-manager=cgroupfs", "--runtime=runc"]
        return ["podman", *mine]

    def program(self, folder: Path) -> Path:
        """The same as a program, for others to call."""
        lines = (
            "#!/bin/sh",
            f"export CONTAINERS_STORAGE_CONF={self.folder}/storage.conf",
            'case $1 in (run|create) command=$1; shift; set -- "$command"'
            f' {" ".join(LIMITS)} "$@";; esac',
            f'exec {" ".join(self._podman)} "$@"',
        )
        path = folder / "podman"
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o755)
        return path

    def run(
        self, *words: str | Path, given: str = "", more: Iterable[str | Path] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a container to its end, with podman's options `more`: by itself with a root that
        can't be written and no capability."""
        strict = ("--rm", "--interactive", "--read-only", "--cap-drop=all")
        return self.podman("run", *strict, *more, *words, given=given)

    def _run(
        self, command: list[str], *, given: str = "", check: bool = True, seconds: float = 90
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            env=self._environ,
            input=given,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done


def make_base(folder: Path) -> Path:
    """A folder with a Dockerfile of a Python image: this Python, pip, a shell, CA certificates."""
    root = folder / "root"
    for name in ("bin", "etc/ssl/certs", "tmp", "usr/local"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    shutil.copy(str(shutil.which("busybox")), root / "bin" / "busybox")
    (root / "bin" / "sh").symlink_to("busybox")
    (root / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    shutil.copy(f"/{CERTIFICATES}", root / CERTIFICATES)
    looked_for = root / ssl.get_default_verify_paths().openssl_cafile.lstrip("/")
    looked_for.parent.mkdir(parents=True, exist_ok=True)
    looked_for.symlink_to(f"/{CERTIFICATES}")
    # pip's own certificates don't have those of this machine's way to the package index
    (root / "etc" / "pip.conf").write_text(f"[global]\ncert = /{CERTIFICATES}\n")

    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    home = Path(sys.base_prefix)
    library = root / "usr" / "local" / "lib" / version
    shutil.copytree(home / "lib" / version, library, symlinks=True, ignore=LEFT_OUT)
    (root / "usr" / "local" / "bin").mkdir()
    shutil.copy(os.path.realpath(sys.executable), root / "usr" / "local" / "bin" / "python")
    for file in (home / "lib").glob("libpython*.so*"):
        shutil.copy(file, library.parent)
    objects = [os.path.realpath(sys.executable), *(home / "lib" / version).rglob("*.so")]
    told = subprocess.run(["ldd", *objects], capture_output=True, text=True, check=False).stdout
    for library_file in set(re.findall(r"(/\S+\.so\S*) \(0x", told)):
        copy = root / library_file.lstrip("/")
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library_file, copy)
    (folder / "Dockerfile").write_text(
        "FROM scratch\nCOPY root/ /\n"
        "ENV PATH=/usr/local/bin:/bin LD_LIBRARY_PATH=/usr/local/lib\n"
        "RUN python -m ensurepip && ln -s pip3 /usr/local/bin/pip\n"
        'CMD ["python"]\n'
    )
    return folder
