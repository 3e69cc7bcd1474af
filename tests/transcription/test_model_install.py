"""Fetching and installing a model: from a web server, from a file, and everything that must leave all as it was."""

import hashlib
import http.server
import shutil
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from ivr.settings import Settings, load_settings
from transcription.errors import DownloadError, ModelError
from transcription.model_fetch import OFFICIAL, SMALL, VENDOR, check_sum, fetch
from transcription.model_folder import STARTER, Origin, default_model, get_model
from transcription.model_install import install_model


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The starter model packed the way the vendor packs his: one folder with the model's name."""
    folder = Path(shutil.copytree(STARTER, tmp_path / "pack" / OFFICIAL.name))
    (folder / "starter.toml").unlink()
    return Path(shutil.make_archive(str(tmp_path / "served" / OFFICIAL.name), "zip", folder.parent))


@pytest.fixture
def server(archive: Path) -> Iterator[str]:
    """A web server on loopback that offers the archive; its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(archive.parent))) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_address[1]}/"
        serving.shutdown()
        thread.join()


def _packed(path: Path, write: Callable[[zipfile.ZipFile], None]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        write(packed)
    return path


def _untouched(settings: Settings) -> bool:
    left = list(default_model(settings).parent.iterdir())
    return left == [] and get_model(settings).origin is Origin.EMBEDDED


def test_vendors_addresses() -> None:
    assert OFFICIAL.address == f"{VENDOR}vosk-model-vn-0.4.zip"
    assert SMALL.address == f"{VENDOR}vosk-model-small-vn-0.4.zip"


def test_fetched_model_comes_in_force(settings: Settings, server: str, archive: Path, said: list[str]) -> None:
    model = install_model(settings, OFFICIAL, f"{server}{archive.name}", "", said.append)
    assert (model.name, model.version, model.starter) == ("vosk-model-vn", "0.4", False)
    assert get_model(settings) == model
    got = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert any("SHA-256" in line and got in line for line in said), "without a pin the sum received is told"
    assert default_model(settings).readlink() == Path("vosk-model-vn-0.4")
    assert sorted(path.name for path in default_model(settings).parent.iterdir()) == ["default", "vosk-model-vn-0.4"]


def test_installing_again_replaces_the_folder(settings: Settings, archive: Path, said: list[str]) -> None:
    pinned = hashlib.sha256(archive.read_bytes()).hexdigest().upper()
    install_model(settings, OFFICIAL, str(archive), pinned, said.append)
    (default_model(settings) / "README.md").write_text("changed")
    model = install_model(settings, OFFICIAL, str(archive), pinned, said.append)
    assert (model.path / "README.md").read_text() != "changed"
    assert len(list(default_model(settings).parent.iterdir())) == 2


def test_wrong_sum_installs_nothing(settings: Settings, archive: Path, said: list[str]) -> None:
    with pytest.raises(DownloadError, match="SHA-256"):
        install_model(settings, OFFICIAL, str(archive), "0" * 64, said.append)
    assert _untouched(settings)


@pytest.mark.parametrize("source", ["http://127.0.0.1:{port}/a.zip", "nowhere.zip", "http://[bad/"])
def test_unreachable_source_is_one_line_with_a_way_on(
    settings: Settings, tmp_path: Path, said: list[str], source: str
) -> None:
    with socket.socket() as bound:  # bound but not listening: refused at once
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(DownloadError, match="--from") as caught:
            install_model(settings, OFFICIAL, source.format(port=bound.getsockname()[1]), "", said.append)
    assert "\n" not in str(caught.value)
    assert _untouched(settings)


def test_missing_page_is_told(settings: Settings, server: str, said: list[str]) -> None:
    with pytest.raises(DownloadError, match=r"404|File not found"):
        install_model(settings, OFFICIAL, f"{server}none.zip", "", said.append)
    assert _untouched(settings)


def test_long_fetch_tells_its_progress(tmp_path: Path, said: list[str]) -> None:
    large = tmp_path / "large.zip"
    with large.open("wb") as file:
        file.truncate(40 << 20)
    fetch(str(large), tmp_path / "copy", said.append)
    assert said == ["  16 / 40 MiB", "  32 / 40 MiB"]


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:evil.txt"])
def test_archive_that_leads_outside_is_refused(settings: Settings, tmp_path: Path, said: list[str], name: str) -> None:
    bad = _packed(tmp_path / "bad.zip", lambda packed: packed.writestr(name, "x"))
    with pytest.raises(DownloadError, match="evil"):
        install_model(settings, OFFICIAL, str(bad), "", said.append)
    assert _untouched(settings)


def test_archive_with_a_link_is_refused(settings: Settings, tmp_path: Path, said: list[str]) -> None:
    link = zipfile.ZipInfo("model/link")
    link.external_attr = 0o120777 << 16
    bad = _packed(tmp_path / "bad.zip", lambda packed: packed.writestr(link, "/etc/passwd"))
    with pytest.raises(DownloadError, match="model/link"):
        install_model(settings, OFFICIAL, str(bad), "", said.append)
    assert _untouched(settings)


def test_what_is_no_archive_is_refused(settings: Settings, tmp_path: Path, said: list[str]) -> None:
    page = tmp_path / "page.zip"
    page.write_text("<html>sign in to the guest network</html>")
    with pytest.raises(DownloadError, match="zip"):
        install_model(settings, OFFICIAL, str(page), "", said.append)
    assert _untouched(settings)


def test_archive_without_a_model_is_refused(settings: Settings, tmp_path: Path, said: list[str]) -> None:
    empty = _packed(tmp_path / "empty.zip", lambda packed: packed.writestr("x/README", "nothing here"))
    with pytest.raises(ModelError, match=r"final\.mdl"):
        install_model(settings, OFFICIAL, str(empty), "", said.append)
    assert _untouched(settings)


def test_folder_put_there_by_hand_is_never_removed(settings: Settings, archive: Path, said: list[str]) -> None:
    own = default_model(settings)
    shutil.copytree(STARTER, own)
    with pytest.raises(DownloadError, match="default"):
        install_model(settings, OFFICIAL, str(archive), "", said.append)
    assert (own / "am/final.mdl").is_file()


def test_right_sum_is_told(said: list[str]) -> None:
    check_sum("abc", "ABC", said.append)
    assert "abc" in said[0]
