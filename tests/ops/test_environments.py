from pathlib import Path

import pytest

from ops.environments import Environment, SetupFailed, digest, environments, install, run


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    lock = tmp_path / "lock.txt"
    lock.write_text("")
    return Environment(tmp_path / "venv", lock, disk=1)


def test_an_environment_is_installed_again_only_if_its_lock_changed(environment: Environment):
    assert not environment.is_current()
    environment.folder.mkdir()
    environment.stamp.write_text(digest(environment.lock))
    assert environment.is_current()
    environment.lock.write_text("httpx==0.28.1\n")
    assert not environment.is_current()


def test_the_developers_environment_serves_for_running_too(environment: Environment, tmp_path: Path):
    larger = tmp_path / "dev.txt"
    larger.write_text("pytest==9.2.0\n")
    environment.folder.mkdir()
    environment.stamp.write_text(digest(larger))
    assert environment.is_current([larger])


def test_too_little_disk_is_said_before_anything_is_installed(environment: Environment):
    huge = Environment(environment.folder, environment.lock, disk=10**18)
    with pytest.raises(SetupFailed, match="disk is too full"):
        install(huge, "python-is-not-called")
    assert not huge.folder.exists()


def test_a_failing_installation_says_its_last_line(environment: Environment):
    with pytest.raises(SetupFailed, match="no such package"):
        run(["/bin/sh", "-c", "echo 'ERROR: no such package' >&2; exit 1"], environment)


def test_a_full_disk_during_installation_is_named(environment: Environment):
    with pytest.raises(SetupFailed, match="disk is full"):
        run(["/bin/sh", "-c", "echo 'OSError: [Errno 28] No space left on device' >&2; exit 1"], environment)


def test_the_other_products_that_tests_talk_to_are_for_developers_only():
    assert [other.folder.name for other in environments(dev=True)[2]] == [".venv-helpdesk"]
    assert environments(dev=False)[2] == []
