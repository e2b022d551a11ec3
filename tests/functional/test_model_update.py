"""Another trained model is put in while customers are in the middle of something."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ops.processes import Process
from ops.stack import Stack
from tests.fakes.server import loopback_client
from tests.functional.customer import Customer
from tests.functional.twins import FIRST_NUMBER, Twins, add_to_shop, customer_token

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


async def test_a_return_goes_on_where_it_was(stack: Stack, tmp_path: Path):
    twin = Twins(FIRST_NUMBER - 100).of("liam")
    await add_to_shop(stack.environment, [twin])
    async with loopback_client(stack.url("api")) as http:
        customer = await Customer.arrive(http, customer_token(stack.environment, twin))
        await customer.says("I want to return the sneakers, too small")
        put_in_a_new_model(stack, tmp_path)
        (question,) = await customer.says("refund")
        assert question["source"]["name"] == "utter_question_return_method"
        (recap,) = await customer.says("with the label")
        fields = {field["label"]: field["value"] for field in recap["cards"][0]["fields"]}
        assert fields["Reason"] == "Too small"
        assert "Canvas sneakers" in fields["Items"]


def put_in_a_new_model(stack: Stack, folder: Path) -> None:
    """As the launcher does after a training: Rasa is started anew, with the file of the new model."""
    rasa = stack.processes["rasa"]
    model = next(Path(part) for part in rasa.command if part.endswith(".tar.gz"))
    new = Path(shutil.copy(model, folder / "new.tar.gz"))
    rasa.stop()
    stack.processes["rasa"] = renewed = with_model(rasa, new)
    renewed.start()
    renewed.wait_ready(stack.settings.start_timeout)


def with_model(rasa: Process, model: Path) -> Process:
    command = [str(model) if part.endswith(".tar.gz") else part for part in rasa.command]
    return replace(rasa, command=command)
