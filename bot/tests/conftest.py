"""Run from the repository: `.venv-rasa/bin/python -m pytest bot/tests`."""

import os
import sys
import warnings
from pathlib import Path
from typing import Any, Dict, Iterator

import pytest

BOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BOT))
os.environ.update(RASA_TELEMETRY_ENABLED="false", SQLALCHEMY_SILENCE_UBER_WARNING="1")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Rasa's pinned libraries at import
    import patches

    patches.apply()

import yaml  # noqa: E402 - patches come first
from components.faq_client import FaqClient  # noqa: E402
from tests.fake_faq import SECRET, FakeFaq  # noqa: E402


@pytest.fixture
def faq() -> Iterator[FakeFaq]:
    fake = FakeFaq()
    yield fake
    fake.close()


@pytest.fixture
def client(faq: FakeFaq) -> FaqClient:
    return FaqClient(faq.url, SECRET, timeout=3, pause=1)


@pytest.fixture(scope="session")
def config() -> Dict[str, Any]:
    return yaml.safe_load((BOT / "config.yml").read_text(encoding="utf-8"))
