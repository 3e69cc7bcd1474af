"""Which Asterisk serves: named, installed, or unpacked by set-up."""

from pathlib import Path

import pytest

from ivr.asterisk.install import AsteriskMissing, find_asterisk, get_asterisk
from ivr.settings import load_settings


def fake_root(root: Path, version: str) -> Path:
    """A root whose loader prints a version, shaped like Debian's."""
    modules = root / "usr/lib/x86_64-linux-gnu/asterisk/modules"
    modules.mkdir(parents=True)
    (modules / "pbx_config.so").touch()
    (root / "usr/lib64").mkdir()
    loader = root / "usr/lib64/ld-linux-x86-64.so.2"
    loader.write_text(f"#!/bin/sh\necho 'Asterisk {version}'\n")
    loader.chmod(0o755)
    return root


def test_a_named_root_wins(tmp_path: Path) -> None:
    root = fake_root(tmp_path / "root", "20.5.0~dfsg-1")
    found = get_asterisk(load_settings(home=tmp_path, astroot=root))
    assert (found.major, found.root) == (20, root)
    assert found.program[1:3] == ("--library-path", f"{root}/usr/lib/x86_64-linux-gnu:{root}/usr/lib")


@pytest.mark.parametrize("version", ["16.2.1", "nonsense"])
def test_a_named_root_that_is_too_old_is_an_error(tmp_path: Path, version: str) -> None:
    root = fake_root(tmp_path / "root", version)
    with pytest.raises(AsteriskMissing, match="TONGDAI_ASTROOT"):
        find_asterisk(load_settings(home=tmp_path, astroot=root))


def test_a_named_root_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AsteriskMissing, match="TONGDAI_ASTROOT"):
        find_asterisk(load_settings(home=tmp_path, astroot=tmp_path / "nowhere"))


def test_without_any_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("shutil.which", lambda *_args, **_kwargs: None)
    settings = load_settings(home=tmp_path)
    assert find_asterisk(settings) is None
    with pytest.raises(AsteriskMissing, match="make asterisk"):
        get_asterisk(settings)


def test_set_ups_root_is_found_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("shutil.which", lambda *_args, **_kwargs: None)
    fake_root(tmp_path / "tongdai-1022/asterisk/current", "22.10.1")
    assert get_asterisk(load_settings(home=tmp_path)).major == 22
