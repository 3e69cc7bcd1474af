"""The README promises root or a user with sudo: root makes such a user here and tries the set-up in a fresh checkout.

Cheap and telling parts only: packages, SIPp's right, a small file system. User, home and sudo rule go afterwards.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.testing import need

ROOT = Path(__file__).resolve().parents[2]
RULE_LASTS = timedelta(minutes=10)
"""After that sudo ignores the user's rule, also where a killed test has left it."""
DISK_TEST = "tests/faults/rest/test_disk_refuses.py::test_the_spool_refuses[read-only]"
"""Mounts a small file system and mounts it again read-only; the server in it is a process."""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root makes the user; any other user is one")


@dataclass(frozen=True, kw_only=True)
class User:
    """A user with sudo; ``checkout`` is a fresh one in its home."""

    name: str
    home: Path

    @property
    def checkout(self) -> Path:
        return self.home / "tongdai"

    @property
    def _environment(self) -> Mapping[str, str]:
        return {
            "HOME": str(self.home),
            "USER": self.name,
            "LOGNAME": self.name,
            "PATH": "/usr/local/bin:/usr/bin:/bin",  # Debian's for users
            "LC_ALL": "C.UTF-8",
            "TONGDAI_LANGUAGE": "en",
            "CI": "true",
        }

    def run(self, *words: str | Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """A command in the checkout, as the user, with the environment of a fresh login."""
        return self._run(words, check=check, user=self.name, group=self.name, extra_groups=[])

    def run_python(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """``.venv/bin/python`` with these words, as the user; the virtual environment is ours, mounted there.

        Making one takes minutes. Ours may stand on a Python below a folder that is closed to others (``/root``): in a
        mount namespace of its own, which ends with the command, that Python alone is seen there.
        """
        (self.checkout / ".venv").mkdir(exist_ok=True)
        base, hold = Path(sys.base_prefix).resolve(), self.home.parent / "python"
        lines = [f"mount --bind '{sys.prefix}' '{self.checkout}/.venv'"]
        closed = next((folder for folder in [*reversed(base.parents)] if not folder.stat().st_mode & 0o001), None)
        if closed is not None:
            hold.mkdir(exist_ok=True)
            lines += [f"mount --bind '{base}' '{hold}'", f"mount -t tmpfs -o mode=755 tmpfs '{closed}'"]
            lines += [f"mkdir -p '{base}'", f"mount --bind '{hold}' '{base}'"]
        ids = f"--reuid={self.name} --regid={self.name} --clear-groups"
        script = "\n".join(["set -e", *lines, f'exec setpriv {ids} .venv/bin/python "$@"'])
        return self._run(["unshare", "--mount", "sh", "-c", script, "sh", *words])

    def _run(
        self, words: "list[str] | tuple[str | Path, ...]", *, check: bool = True, **given: object
    ) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            words,
            cwd=self.checkout,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            **given,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done


@contextmanager
def temporary_user() -> Iterator[User]:
    """A user with sudo and a home below ``/tmp``, gone with the block whatever happens in it."""
    need(shutil.which("useradd"), "useradd (package passwd)")
    need(shutil.which("sudo"), "sudo")
    folder = Path(tempfile.mkdtemp(prefix="tdu", dir="/tmp"))
    user = User(name=f"tongdai-test-{os.urandom(4).hex()}", home=folder / "home")
    rule = Path("/etc/sudoers.d") / user.name
    try:
        folder.chmod(0o755)
        subprocess.run(
            ["useradd", "--create-home", "--home-dir", user.home, "--shell", "/bin/bash", user.name], check=True
        )
        until = datetime.now(UTC) + RULE_LASTS
        rule.touch(mode=0o440)
        rule.write_text(f"{user.name} ALL=(ALL) NOTAFTER={until:%Y%m%d%H%M%SZ} NOPASSWD: ALL\n")
        copy_checkout(user)
        yield user
    finally:
        rule.unlink(missing_ok=True)
        subprocess.run(["userdel", "--force", user.name], check=False, capture_output=True)
        shutil.rmtree(folder)


def copy_checkout(user: User) -> None:
    """What a fresh clone would hold if the files of this one were committed as they are."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        source, target = ROOT / name, user.checkout / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    subprocess.run(["chown", "-R", f"{user.name}:", user.checkout], check=True)


@pytest.fixture(scope="module")
def user() -> Iterator[User]:
    with temporary_user() as made:
        yield made


def test_packages_are_there_and_nothing_is_said(user: User) -> None:
    for script in ("run", "test"):
        done = user.run(".setup/system.sh", script)
        assert (done.stdout, done.stderr) == ("", "")
    assert Path(user.run(".setup/python.sh").stdout.strip()).exists()


def test_sudo_is_used_where_root_is_needed(user: User) -> None:
    assert user.run("bash", "-c", ". .setup/lib.sh && as_root id -u").stdout == "0\n"


def test_sipps_copy_gets_its_right_once(user: User) -> None:
    copy = user.home / ".cache/tongdai-1022/sipp/sipp"
    first = user.run(".setup/sipp.sh")
    assert str(copy) in first.stdout
    assert "cap_net_raw=ep" in user.run("/usr/sbin/getcap", copy).stdout
    assert copy.owner() == user.name
    made = copy.stat()
    again = user.run(".setup/sipp.sh")
    assert (again.stdout, again.stderr) == ("", "")
    assert copy.stat().st_ino == made.st_ino, "it was copied again"


def test_without_sudo_ci_fails_and_a_developer_is_told(user: User) -> None:
    copy = user.home / ".cache/other/tongdai-1022/sipp/sipp"
    fake = user.home / "bin/sudo"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    change = [f"PATH={fake.parent}:/usr/bin:/bin", f"XDG_CACHE_HOME={user.home}/.cache/other"]
    assert user.run("env", *change, ".setup/sipp.sh", check=False).returncode == 1
    developer = user.run("env", *change, "CI=", ".setup/sipp.sh")
    assert "sudo -v && .setup/sipp.sh" in developer.stderr
    assert list(copy.parent.iterdir()) == [], "a copy without its right would be taken for one with it"


def test_make_gives_sipp_its_right_before_tests(user: User) -> None:
    words = user.run("make", "-n", "setup-test").stdout
    assert words.index(".setup/system.sh test") < words.index(".setup/sipp.sh")
    for target in ("run", "demo", "test", "soak", "bench"):
        user.run("make", "-n", target)


@pytest.mark.timeout(300)
def test_a_small_file_system_is_mounted(user: User) -> None:
    where = user.run_python("-c", "import os, ivr; print(os.getuid(), ivr.__file__)").stdout.split()
    assert where == [str(pwd.getpwnam(user.name).pw_uid), str(user.checkout / "ivr/__init__.py")]
    done = user.run_python("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", DISK_TEST)
    assert "1 passed" in done.stdout


def test_nothing_of_the_user_stays() -> None:
    def fail() -> None:
        with temporary_user() as made:
            names.append(made)
            assert made.run("sudo", "-n", "id", "-u").stdout == "0\n"
            raise ZeroDivisionError

    names: list[User] = []
    with pytest.raises(ZeroDivisionError):
        fail()
    (gone,) = names
    assert gone.name not in {entry.pw_name for entry in pwd.getpwall()}
    assert not gone.home.parent.exists()
    assert not Path("/etc/sudoers.d", gone.name).exists()
