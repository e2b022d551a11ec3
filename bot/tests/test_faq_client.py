import threading
import time

import numpy as np
import pytest
from components.faq_client import FaqClient
from components.understanding import FaqUnavailable
from tests.fake_faq import DIMENSION, SECRET, FakeFaq, vector


def test_the_answer_comes_back_whole(client: FaqClient) -> None:
    understanding = client.understand("what is shipping")
    np.testing.assert_allclose(understanding.vector, vector("what is shipping"))
    assert understanding.as_faq()["candidates"][0]["entry"] == "shipping-cost"
    assert (understanding.decision, understanding.probability) == ("answer", 0.9)


def test_calls_share_one_connection(client: FaqClient, faq: FakeFaq) -> None:
    for _ in range(5):
        client.understand("what is shipping")
    assert len({asked["connection"] for asked in faq.asked}) == 1


def test_a_wrong_secret_is_a_service_that_is_not_available(faq: FakeFaq) -> None:
    with pytest.raises(FaqUnavailable, match="401"):
        FaqClient(faq.url, "wrong").understand("hi")


def test_a_slow_service_is_given_up_in_time(faq: FakeFaq) -> None:
    faq.delay = 20.0
    started = time.monotonic()
    with pytest.raises(FaqUnavailable):
        FaqClient(faq.url, SECRET, timeout=0.3).understand("hi")
    assert time.monotonic() - started < 10


def test_after_three_failures_it_is_left_alone_for_a_while_and_then_asked_again(
    client: FaqClient, faq: FakeFaq
) -> None:
    faq.status = 503
    for _ in range(5):
        with pytest.raises(FaqUnavailable):
            client.understand("hi")
    assert len(faq.asked) == 3
    faq.status = 200
    time.sleep(1.1)
    assert client.understand("hi").decision == "answer"


def test_nobody_there() -> None:
    with pytest.raises(FaqUnavailable, match="no answer"):
        FaqClient("http://127.0.0.1:9", SECRET).understand("hi")


@pytest.mark.parametrize(
    "garbage",
    [
        b"", b"<html>", b"[]", b"null", b"{}", b'{"vector": "AAAA"}', b"\xff\xfe",
        b'{"vector": "!!", "decision": "answer", "probability": 0.5, "candidates": [], "model": "m"}',
        b'{"vector": "AACAfw==", "decision": "answer", "probability": 0.5, "candidates": [], "model": "m"}',
        b'{"vector": "AACAPw==", "decision": "maybe", "probability": 0.5, "candidates": [], "model": "m"}',
        b'{"vector": "AACAPw==", "decision": "answer", "probability": 7, "candidates": [], "model": "m"}',
        b'{"vector": "AACAPw==", "decision": "answer", "probability": 0.5, "candidates": [1], "model": "m"}',
    ],
)  # fmt: skip
def test_garbage_is_a_service_that_is_not_available(client: FaqClient, faq: FakeFaq, garbage: bytes) -> None:
    faq.raw = garbage
    with pytest.raises(FaqUnavailable):
        client.understand("hi")


def test_many_texts_are_embedded_in_batches(client: FaqClient, faq: FakeFaq) -> None:
    texts = [f"text number {index}" for index in range(600)]
    vectors, model = client.embed(texts)
    assert vectors.shape == (600, DIMENSION)
    assert model == "fake-encoder"
    np.testing.assert_allclose(vectors[599], vector(texts[599]))
    assert [len(asked["texts"]) for asked in faq.asked] == [256, 256, 88]


def test_a_missing_vector_is_noticed(client: FaqClient, faq: FakeFaq) -> None:
    faq.raw = b'{"vectors": [], "dimension": 16, "model": "m"}'
    with pytest.raises(FaqUnavailable):
        client.embed(["a"])


def test_conversations_may_ask_at_the_same_time(client: FaqClient, faq: FakeFaq) -> None:
    faq.delay = 1.0
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(client.understand("hi"))) for _ in range(8)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert time.monotonic() - started < 6  # one after the other they would take eight
