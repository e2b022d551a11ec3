"""The baseline: an assistant as `rasa init` makes it (its default pipeline and policies), for the same job.

It learns the same intents from the same examples, answers the same FAQ through a ResponseSelector (one retrieval intent
an entry, its phrasings as examples), and has a return form. The default configuration is
what `rasa init` lays down.
"""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
ENVIRONMENT = {"RASA_TELEMETRY_ENABLED": "false", "PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "2"}
FORM_SLOTS = ("order", "item", "reason")


@dataclass(frozen=True)
class StockProject:
    folder: Path

    @property
    def model(self) -> Path:
        return self.folder / "models" / "stock.tar.gz"

    @property
    def train_command(self) -> list[str]:
        return [
            str(RASA_PYTHON),
            "-m",
            "rasa",
            "train",
            "--force",
            "--out",
            "models",
            "--fixed-model-name",
            "stock.tar.gz",
        ]

    def run_command(self, port: int) -> list[str]:
        options = ["--enable-api", "--interface", "127.0.0.1", "--port", str(port), "--model", str(self.model)]
        return [str(RASA_PYTHON), "-m", "rasa", "run", *options]


def create(folder: Path, epochs: int | None = None) -> StockProject:
    """What `rasa init` lays down (without its first training), then our examples instead of its own.

    With `epochs` the default pipeline and policies that its config.yml names in comments train for fewer than 100.
    """
    scaffold = "import sys; from rasa.cli.scaffold import create_initial_project as c; c(sys.argv[1])"
    subprocess.run([str(RASA_PYTHON), "-c", scaffold, str(folder)], env=ENVIRONMENT, check=True, capture_output=True)
    if epochs:
        config = folder / "config.yml"
        named = config.read_text().replace("\n#   ", "\n  ").replace("epochs: 100", f"epochs: {epochs}")
        config.write_text(named)
    shutil.rmtree(folder / "tests", ignore_errors=True)
    intents = read_intents()
    entries = read_entries()
    write_yaml(folder / "data" / "nlu.yml", {"nlu": nlu(intents, entries)})
    write_yaml(folder / "data" / "rules.yml", {"rules": rules(intents)})
    write_yaml(folder / "data" / "stories.yml", {"stories": stories(intents)})
    write_yaml(folder / "domain.yml", domain(intents, entries))
    return StockProject(folder)


def write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump({"version": "3.1", **content}, sort_keys=False, allow_unicode=True))


def read_intents() -> dict[str, str]:
    """Intent → its examples as Rasa writes them, without `faq`: the retrieval intents take its place."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml")):
        for item in yaml.safe_load(path.read_text())["nlu"]:
            if item.get("intent", "faq") != "faq":
                found[item["intent"]] = found.get(item["intent"], "") + item["examples"]
    return found


def read_entries() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ROOT / "faq" / "content" / "entries.jsonl").read_text().splitlines()]


def nlu(intents: dict[str, str], entries: list[dict[str, Any]]) -> list[dict[str, str]]:
    items = [{"intent": name, "examples": examples} for name, examples in intents.items()]
    for entry in entries:
        phrasings = "".join(f"- {text}\n" for text in [entry["question"], *entry["phrasings"]])
        items.append({"intent": f"faq/{entry['id']}", "examples": phrasings})
    return items


def rules(intents: dict[str, str]) -> list[dict[str, Any]]:
    answered = [name for name in intents if name not in {"return_start", "inform", "restart"}]
    items = [
        {"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]} for name in (*answered, "nlu_fallback")
    ]
    items.append({"rule": "faq", "steps": [{"intent": "faq"}, {"action": "utter_faq"}]})
    items.append(
        {
            "rule": "start the return form",
            "steps": [{"intent": "return_start"}, {"action": "return_form"}, {"active_loop": "return_form"}],
        }
    )
    items.append(
        {
            "rule": "submit the return form",
            "condition": [{"active_loop": "return_form"}],
            "steps": [{"action": "return_form"}, {"active_loop": None}, {"action": "utter_return_start"}],
        }
    )
    return items


def stories(intents: dict[str, str]) -> list[dict[str, Any]]:
    """A few short ones, so that the default machine-learning policies have something to learn from."""
    followers = [name for name in ("order_status", "loyalty_balance", "refund_status", "human") if name in intents]
    return [
        {
            "story": f"greet, {name}, thank",
            "steps": [
                {"intent": "greet"},
                {"action": "utter_greet"},
                {"intent": name},
                {"action": f"utter_{name}"},
                {"intent": "thank"},
                {"action": "utter_thank"},
            ],
        }
        for name in followers
    ]


def domain(intents: dict[str, str], entries: list[dict[str, Any]]) -> dict[str, Any]:
    responses: dict[str, list[dict[str, str]]] = {
        f"utter_{name}": [{"text": f"({name})"}] for name in (*intents, "nlu_fallback")
    }
    responses |= {f"utter_ask_{slot}": [{"text": f"Which {slot}?"}] for slot in FORM_SLOTS}
    responses |= {f"utter_faq/{entry['id']}": [{"text": entry["answer"]}] for entry in entries}
    from_text = {"type": "from_text", "conditions": [{"active_loop": "return_form"}]}
    return {
        "intents": [*intents, "faq"],
        "entities": ["order_number", "return_number", "email", "quantity"],
        "slots": {
            slot: {
                "type": "text",
                "influence_conversation": False,
                "mappings": [from_text | {"conditions": [{"active_loop": "return_form", "requested_slot": slot}]}],
            }
            for slot in FORM_SLOTS
        },
        "forms": {"return_form": {"required_slots": list(FORM_SLOTS)}},
        "responses": responses,
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }
