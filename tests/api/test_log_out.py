"""How long it is known who a customer is, and where."""

from typing import Any
from uuid import uuid4

from tests.api.conftest import Customer, Gateway
from tests.api.test_customers import token


async def who(gateway: Gateway, customer: Customer) -> dict[str, Any]:
    """What Rasa is told of them."""
    await customer.say(f"hello {uuid4().hex}")
    await customer.reply()
    metadata: dict[str, Any] = gateway.rasa.calls[-1]["metadata"]
    return metadata


NOBODY = {"assertion": "", "auth_level": "anonymous", "first_name": ""}


async def logged_in(gateway: Gateway) -> Customer:
    customer = await gateway.customer(customer_token=token(sub="cust-1"))
    assert (await who(gateway, customer))["auth_level"] == "customer"
    return customer


async def log_out(customer: Customer) -> dict[str, Any]:
    answer = await customer.http.delete(f"{customer.path}/identify", headers=customer.headers)
    assert answer.status_code == 200
    return dict(answer.json())


async def test_after_a_log_out_nobody_is_known_until_the_same_customer_comes_back(gateway: Gateway) -> None:
    customer = await logged_in(gateway)
    assert await log_out(customer) == {"auth_level": "anonymous", "first_name": None, "language": "en"}
    assert NOBODY.items() <= (await who(gateway, customer)).items()
    path, headers = f"{customer.path}/identify", customer.headers
    other = await customer.http.post(path, json={"customer_token": token(sub="cust-2")}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "another_customer")
    await customer.http.post(path, json={"customer_token": token(sub="cust-1")}, headers=headers)
    assert (await who(gateway, customer))["auth_level"] == "customer"


async def test_a_log_out_can_be_repeated_and_needs_no_log_in(gateway: Gateway) -> None:
    customer = await gateway.customer()
    for _ in range(2):
        assert (await log_out(customer))["auth_level"] == "anonymous"


async def test_a_log_in_ends_by_itself(gateway: Gateway) -> None:
    customer = await logged_in(gateway)
    [(hours,)] = await gateway.sql(
        "SELECT extract(epoch FROM identified_until - identified_at) / 3600 FROM conversations WHERE id = %s",
        customer.id,
    )
    assert round(hours) == 12
    await gateway.sql("UPDATE conversations SET identified_until = now() WHERE id = %s", customer.id)
    assert NOBODY.items() <= (await who(gateway, customer)).items()


async def test_what_was_proved_in_one_conversation_says_nothing_in_another(gateway: Gateway) -> None:
    await logged_in(gateway)
    assert NOBODY.items() <= (await who(gateway, await gateway.customer())).items()


async def test_a_log_out_ends_the_codes_that_are_underway(gateway: Gateway) -> None:
    customer = await logged_in(gateway)
    await gateway.sql(
        "INSERT INTO challenges (id, conversation_id, order_number, email, email_hash, client, expires_at)"
        " VALUES (%s, %s, 'JL-1', 'a@example.com', '', '', now() + interval '10 minutes')",
        uuid4(),
        customer.id,
    )
    await log_out(customer)
    assert await gateway.sql("SELECT state, email FROM challenges WHERE conversation_id = %s", customer.id) == [
        ("replaced", "")
    ]


async def test_log_in_and_log_out_are_written_down(gateway: Gateway) -> None:
    customer = await logged_in(gateway)
    await log_out(customer)
    await log_out(customer)
    rows = await gateway.sql(
        "SELECT actor_id, action, outcome FROM audit WHERE conversation_id = %s ORDER BY id", customer.id
    )
    assert rows == [("cust-1", "identity.log_in", "customer"), ("cust-1", "identity.log_out", "logged_out")]
