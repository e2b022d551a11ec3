from pathlib import Path

import pytest

from ops.interpreters import MissingInterpreter, find_rasa_python, version_of


def write_interpreter(path: Path, script: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_a_shim_without_a_version_behind_it_counts_as_missing(tmp_path: Path):
    shim = write_interpreter(tmp_path / "python3.10", 'echo "pyenv: python3.10: command not found" >&2; exit 127')
    assert version_of(shim) is None
    assert version_of(str(tmp_path / "nowhere")) is None


def test_pyenv_is_searched_when_the_shim_on_the_path_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_interpreter(tmp_path / "shims" / "python3.10", "exit 127")
    real = write_interpreter(tmp_path / ".pyenv" / "versions" / "3.10.13" / "bin" / "python", "echo 3 10")
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:/usr/bin:/bin")
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    assert find_rasa_python(home=tmp_path) == real


def test_a_python_of_another_version_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_interpreter(tmp_path / "bin" / "python3.10", "echo 3 9")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}")
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    with pytest.raises(MissingInterpreter, match=r"Python 3\.10 .* Install it with: .*uv python install 3\.10"):
        find_rasa_python(home=tmp_path)
