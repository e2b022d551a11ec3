import subprocess
import sys
from pathlib import Path

import pytest
from start import with_defaults

BOT = Path(__file__).resolve().parents[1]


def test_rasa_listens_on_loopback_at_our_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_RASA_PORT", "6005")
    arguments = with_defaults(["run"])
    assert arguments[arguments.index("--interface") + 1] == "127.0.0.1"
    assert arguments[arguments.index("--port") + 1] == "6005"


def test_what_the_caller_says_wins() -> None:
    arguments = with_defaults(["run", "--port", "7005", "--interface=::1"])
    assert arguments.count("--port") == 1
    assert "127.0.0.1" not in arguments
    assert "--port" not in with_defaults(["run", "-p", "7005"])


def test_understanding_is_measured_on_the_messages_that_are_held_out() -> None:
    arguments = with_defaults(["test", "nlu"])
    assert arguments[arguments.index("--nlu") + 1] == "evaluation/messages.yml"
    assert "data" in with_defaults(["test", "nlu", "--nlu", "data"])
    assert "evaluation/messages.yml" not in with_defaults(["test", "nlu", "--nlu", "data"])


@pytest.mark.parametrize("arguments", [[], ["--help"], ["test"], ["test", "core"]])
def test_other_commands_stay_as_they_are(arguments: list) -> None:
    assert with_defaults(arguments) == arguments


@pytest.mark.slow
def test_the_domain_rules_and_examples_are_valid_together() -> None:
    command = [sys.executable, "-W", "ignore", "-m", "start", "data", "validate"]
    done = subprocess.run(command, cwd=BOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = [line for line in (done.stdout + done.stderr).splitlines() if "UserWarning:" in line]
    # The actions say the templates; the validator looks for them in stories and rules.
    said = [line for line in said if not line.endswith("is not used in any story or rule.")]
    # Comes from a button alone: what is written to the same end the gateway reads before Rasa does.
    assert [line for line in said if "The intent 'choose_language' is listed in the domain file" not in line] == []


@pytest.mark.slow
def test_a_training_that_cannot_embed_ends_with_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_FAQ_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RASA_CACHE_DIRECTORY", str(tmp_path / "cache"))
    command = [sys.executable, "-W", "ignore", "-m", "start", "train", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=BOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Training needs the FAQ service" in done.stdout + done.stderr
    assert not list(tmp_path.glob("*.tar.gz"))
