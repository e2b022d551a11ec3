"""Domain, rules, documents and code name the same things."""

from pathlib import Path
from typing import Any

import yaml

from actions.draft import OPENING
from actions.forms.catalogue import FORMS
from actions.forms.form import WITHOUT
from actions.skills.answers import REJECTED
from actions.skills.catalogue import SKILLS
from actions.skills.smalltalk import EXPLAINED, SUBJECTS

ROOT = Path(__file__).parents[2]


def merged(section: str) -> dict[str, Any] | list[Any]:
    parts = [yaml.safe_load(file.read_text(encoding="utf-8")).get(section) for file in ROOT.glob("bot/domain/*.yml")]
    if any(isinstance(part, dict) for part in parts):
        return {name: value for part in parts if part for name, value in part.items()}
    return [item for part in parts if part for item in part]


def test_the_server_has_exactly_the_actions_of_the_domain():
    assert set(merged("actions")) == set(SKILLS)


def test_each_form_has_the_slots_that_it_fills():
    forms = merged("forms")
    assert isinstance(forms, dict)
    assert set(forms) == set(FORMS)
    for name, form in FORMS.items():
        assert forms[name]["required_slots"] == [step.slot for step in form.steps]
        assert {*form.slots, OPENING} <= set(merged("slots"))


def test_no_slot_takes_part_in_predicting_actions():
    slots = merged("slots")
    assert isinstance(slots, dict)
    assert all(slot["influence_conversation"] is False for slot in slots.values())


def test_every_form_that_waits_can_be_offered_and_every_question_explained():
    responses = set(merged("responses"))
    assert {f"utter_{what}_{name}" for name in FORMS for what in ("resume", "stopped")} <= responses
    assert {f"utter_why_{slot}" for slot in EXPLAINED} <= responses


def test_every_answer_that_can_be_corrected_is_echoed():
    responses = set(merged("responses"))
    correctable = {step.slot for form in FORMS.values() for step in form.steps if step.correctable}
    assert {f"utter_changed_{slot}" for slot in correctable} <= responses


def test_what_is_said_of_missing_and_rejected_answers_is_written():
    responses = set(merged("responses"))
    slots = {step.slot for form in FORMS.values() for step in form.steps}
    assert slots >= WITHOUT | REJECTED
    assert {f"utter_without_{slot}" for slot in WITHOUT} <= responses
    assert {f"utter_rejected_{slot}" for slot in REJECTED} <= responses


def test_every_grave_subject_has_its_words():
    assert {f"utter_sensitive_{subject}" for subject in SUBJECTS} <= set(merged("responses"))


def test_every_formal_response_has_one_without_the_ending():
    responses = set(merged("responses"))
    formal = {name for name in responses if name.endswith("_formal")}
    assert formal
    assert {name.removesuffix("_formal") for name in formal} <= responses


def test_every_intent_has_a_rule():
    rules = "\n".join(file.read_text(encoding="utf-8") for file in ROOT.glob("bot/data/rules/*.yml"))
    missing = [intent for intent in merged("intents") if f"intent: {intent}\n" not in rules]
    assert missing == ["restart"]  # Rasa's own


def test_buttons_of_responses_carry_intents_of_the_domain():
    responses = merged("responses")
    assert isinstance(responses, dict)
    payloads = {
        button["payload"] for variants in responses.values() for each in variants for button in each.get("buttons", [])
    }
    assert {payload.removeprefix("/").partition("{")[0] for payload in payloads} <= set(merged("intents"))


def test_the_reference_names_every_skill():
    page = (ROOT / "docs/reference/skills.md").read_text(encoding="utf-8")
    named = [name for name in (*SKILLS, *FORMS) if not name.startswith("validate_")]
    assert [name for name in named if f"`{name}`" not in page] == []
    assert [intent for intent in merged("intents") if f"`{intent}`" not in page] == []
