"""Which model is in force, what it says of itself, and the message when it is missing or broken."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.settings import Settings, load_settings
from transcription.errors import ModelError
from transcription.model_folder import STARTER, Origin, get_model, read_model
from transcription.probe import probe_model
from transcription.vosk_recogniser import VoskRecogniser


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home")


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of the starter model under another name."""

    def make(name: str) -> Path:
        return Path(shutil.copytree(STARTER, tmp_path / name))

    return make


def test_embedded_model_serves_where_nothing_else_is(settings: Settings) -> None:
    model = get_model(settings)
    assert (model.origin, model.starter, model.rate) == (Origin.EMBEDDED, True, 8_000)
    assert (model.name, model.version) == ("tongdai-starter-vi", "1")


def test_setting_wins_over_home_wins_over_embedded(
    settings: Settings, copy: Callable[[str], Path], tmp_path: Path
) -> None:
    official = copy("vosk-model-vn-0.4")
    (official / "starter.toml").unlink()
    default = settings.home / "models" / "default"
    default.parent.mkdir(parents=True)
    default.symlink_to(official)
    model = get_model(settings)
    assert (model.origin, model.name, model.version, model.starter) == (Origin.HOME, "vosk-model-vn", "0.4", False)
    own = copy("ours")
    (own / "starter.toml").unlink()
    (own / "conf/mfcc.conf").write_text("--num-ceps=60\n")
    model = get_model(load_settings(home=settings.home, vosk_model=own))
    assert (model.origin, model.name, model.rate) == (Origin.SETTING, "ours", 16_000)
    assert len(model.version) == 12, "a model without a version in its name is identified by its content"


def test_copy_of_the_starter_is_still_the_starter(copy: Callable[[str], Path]) -> None:
    assert read_model(copy("vosk-model-vn-9.9"), Origin.SETTING).starter


def test_flat_layout_is_a_model(copy: Callable[[str], Path], tmp_path: Path) -> None:
    flat = tmp_path / "vosk-model-flat-0.1"
    flat.mkdir()
    for part in ("am/final.mdl", "conf/mfcc.conf", "graph/words.txt", "graph/HCLr.fst", "graph/Gr.fst"):
        shutil.copy(STARTER / part, flat)
    assert read_model(flat, Origin.SETTING).rate == 8_000


@pytest.mark.parametrize("part", ["am/final.mdl", "conf/mfcc.conf", "graph/words.txt", "graph/Gr.fst"])
def test_missing_or_empty_part_is_named(copy: Callable[[str], Path], part: str) -> None:
    folder = copy("vosk-model-x-1")
    (folder / part).write_bytes(b"")
    with pytest.raises(ModelError) as caught:
        read_model(folder, Origin.SETTING)
    assert Path(part).name in str(caught.value)
    assert "TONGDAI_VOSK_MODEL" in str(caught.value)


def test_named_but_missing_model_is_not_replaced(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="TONGDAI_VOSK_MODEL"):
        get_model(load_settings(home=settings.home, vosk_model=tmp_path / "nowhere"))
    default = settings.home / "models" / "default"
    default.parent.mkdir(parents=True)
    default.symlink_to(tmp_path / "gone")
    with pytest.raises(ModelError, match="tongdai model get"):
        get_model(settings)


def test_whole_model_passes_the_probe() -> None:
    probe_model(read_model(STARTER, Origin.EMBEDDED))


def _scribble(folder: Path) -> None:
    """Eight wrong bytes deep in the weights: libvosk aborts the process on it."""
    with (folder / "am/final.mdl").open("r+b") as file:
        file.seek(5_000_000)
        file.write(b"\xff" * 8)


def _cut_weights(folder: Path) -> None:
    with (folder / "am/final.mdl").open("r+b") as file:
        file.truncate(3_000_000)


def _cut_graph(folder: Path) -> None:
    with (folder / "graph/Gr.fst").open("r+b") as file:
        file.truncate(1_000_000)


def _wrong_option(folder: Path) -> None:
    (folder / "conf/mfcc.conf").write_text("--nonsense=1\n")


@pytest.mark.parametrize("damage", [_scribble, _cut_weights, _cut_graph, _wrong_option])
def test_broken_model_fails_the_probe_not_the_process(
    copy: Callable[[str], Path], damage: Callable[[Path], None]
) -> None:
    folder = copy("vosk-model-broken-1")
    damage(folder)
    with pytest.raises(ModelError, match="vosk-model-broken-1"):
        probe_model(read_model(folder, Origin.SETTING))


def test_model_libvosk_refuses_is_a_model_error(copy: Callable[[str], Path], capfd: pytest.CaptureFixture[str]) -> None:
    folder = copy("vosk-model-cut-1")
    _cut_weights(folder)
    with pytest.raises(ModelError, match="vosk-model-cut-1"):
        VoskRecogniser(read_model(folder, Origin.HOME))
    capfd.readouterr()  # libvosk writes its own line to standard error
