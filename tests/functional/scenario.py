"""What a file of scenarios says. docs/reference/scenarios.md describes it for people who write them."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent / "scenarios"
PAGES = Path(__file__).parents[2] / "docs" / "reference" / "skills"
# The examples on a skill's page are scenarios, too.
_EXAMPLE = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(Spec):
    """One message of the assistant. What is left out may be anything.

    `text` and the values of `card` are regular expressions.
    """

    template: str | None = None
    faq: str | None = None
    call: str | None = None
    text: str = ""
    buttons: tuple[str, ...] = ()
    card: dict[str, str] = Field(default_factory=dict)
    # Labels that no card may have: what the shop doesn't run is never mentioned.
    card_without: tuple[str, ...] = ()


def _read_answer(value: Any) -> Any:
    """`utter_greet`, or `faq shipping-times`."""
    if not isinstance(value, str):
        return value
    return {"faq": value.removeprefix("faq ")} if value.startswith("faq ") else {"template": value}


class Handoff(Spec):
    reason: str
    skill: str | None = None
    summary: str = ""


class Turn(Spec):
    """The customer says something, presses the button with this title, or types the code that was sent.

    `later`: so many hours pass before. `asks_for_people`: with the chat's own button, past the
    assistant. `waits_no_longer`: for a person who was fetched.
    Without `handoff` nobody may be.
    """

    says: str | None = None
    presses: str | None = None
    types_code: Literal["right", "wrong"] | None = None
    later: int = 0
    asks_for_people: bool = False
    waits_no_longer: bool = False
    expects: tuple[Annotated[Answer, BeforeValidator(_read_answer)], ...]
    handoff: Handoff | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> "Turn":
        if sum(done is not None for done in (self.says, self.presses, self.types_code)) != 1:
            raise ValueError("a turn says, presses or types_code: one of them")
        return self


class Aftermath(Spec):
    """How many there are at the shop when the scenario has ended; `cancelled`: numbers of orders."""

    returns: int | None = None
    refunds: int | None = None
    vouchers: int | None = None
    points: int | None = None
    cancelled: tuple[str, ...] | None = None


class Scenario(Spec):
    """`customer`: of backends/sandbox/seed/people.yaml or people.yml here. `visitor`: not logged in."""

    name: str
    customer: str = ""
    visitor: bool = False
    turns: tuple[Turn, ...]
    leaves: Aftermath = Aftermath()


def read_scenarios() -> dict[str, Scenario]:
    """By folder, file and name; those of the skills' pages by page and name."""
    texts = {str(file.relative_to(FOLDER).with_suffix("")): _text(file) for file in sorted(FOLDER.rglob("*.yml"))}
    texts |= {f"page/{page.stem}": "".join(_EXAMPLE.findall(_text(page))) for page in sorted(PAGES.glob("*.md"))}
    found: dict[str, Scenario] = {}
    for place, text in texts.items():
        for raw in yaml.safe_load(text) or ():
            scenario = Scenario.model_validate(raw)
            name = f"{place}: {scenario.name}"
            if name in found:
                raise ValueError(f"{name} stands there twice")
            found[name] = scenario
    return found


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
