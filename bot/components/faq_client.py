"""The FAQ service as Rasa uses it: blocking calls over kept connections, bounded in time."""

import json
import os
import threading
import time
from http import HTTPStatus
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

from components.understanding import FaqUnavailable, Understanding, decode_vector, parse_understanding

BATCH = 256  # texts that POST /v1/embed takes at once
TRAINING_TIMEOUT = 60.0
FAILURES_IN_A_ROW = 3
FIRST_ABROAD = 15.0  # seconds that the first question in another language may take: its encoder may have to be opened


class FaqClient:
    """`timeout` bounds one call; after three failures in a row calls fail at once for `pause` seconds.

    So a service that hangs does not hold up every conversation again and again.
    """

    def __init__(
        self, url: str, secret: str, *, timeout: float = 1.5, pause: float = 2.0, connections: int = 16
    ) -> None:
        headers = {"X-Aftercare-Secret": secret, "Content-Type": "application/json"}
        self._url = url.rstrip("/")
        self._pool = urllib3.PoolManager(maxsize=connections, headers=headers, retries=False)
        self._timeout = timeout
        self._pause = pause
        self._failures = 0
        self._closed_until = 0.0
        self._was_abroad = False
        self._lock = threading.Lock()

    @classmethod
    def from_environment(cls, **options: Any) -> "FaqClient":
        """Address and secret never go into config.yml: Rasa would store them in the model."""
        url = os.environ.get("AFTERCARE_FAQ_URL", "http://127.0.0.1:5056")
        return cls(url, os.environ.get("AFTERCARE_INTERNAL_SECRET", ""), **options)

    def understand(
        self, text: str, *, signed_in: bool = False, tier: str = "", language: Optional[str] = None
    ) -> Understanding:
        """For a customer who is logged in or not; entries for others stay unknown. Raises FaqUnavailable.

        `language`: the customer's, None for the one of the examples.
        """
        if time.monotonic() < self._closed_until:
            raise FaqUnavailable("it failed a moment ago")
        try:
            body = {"text": text, "signed_in": signed_in, "tier": tier, "language": language}
            timeout = self._timeout if language is None or self._was_abroad else max(self._timeout, FIRST_ABROAD)
            understanding = parse_understanding(self._call("POST", "/v1/understand", body, timeout))
            self._was_abroad = self._was_abroad or language is not None
        except FaqUnavailable:
            self._failed()
            raise
        self._failures = 0
        return understanding

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                self._closed_until = time.monotonic() + self._pause

    def encoder(self) -> str:
        """Identity of the encoder. Raises FaqUnavailable."""
        return self._encoder()[0]

    def embed(self, texts: List[str]) -> Tuple[np.ndarray, str]:
        """Vectors of shape (len(texts), dimension) and the encoder's identity. Raises FaqUnavailable."""
        model, dimension = self._encoder()
        rows = [np.zeros((0, dimension), dtype=np.float32)]
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            payload = self._call("POST", "/v1/embed", {"texts": batch}, TRAINING_TIMEOUT)
            vectors = [decode_vector(vector) for vector in _member(payload, "vectors", list)]
            if len(vectors) != len(batch) or any(vector.size != dimension for vector in vectors):
                raise FaqUnavailable("not one vector for each text")
            rows.append(np.stack(vectors))
        return np.concatenate(rows), model

    def _encoder(self) -> Tuple[str, int]:
        payload = self._call("GET", "/v1/encoder", None, 5.0)
        return _member(payload, "model", str), _member(payload, "dimension", int)

    def _call(self, method: str, path: str, body: Optional[Dict[str, Any]], timeout: float) -> Any:
        try:
            response = self._send(method, path, body, timeout)
            if response.status != HTTPStatus.OK:
                raise FaqUnavailable(f"{path} answered {response.status}")
            return json.loads(response.data)
        except (HTTPError, OSError) as error:
            raise FaqUnavailable(f"no answer from {self._url} ({type(error).__name__})") from error
        except ValueError as error:
            raise FaqUnavailable(f"{path} answered something that is not JSON") from error

    def _send(self, method: str, path: str, body: Optional[Dict[str, Any]], timeout: float) -> urllib3.BaseHTTPResponse:
        options: Dict[str, Any] = {"timeout": urllib3.Timeout(total=timeout), "redirect": False}
        if body is not None:
            options["body"] = json.dumps(body)
        try:
            return self._pool.request(method, self._url + path, **options)
        except ProtocolError:  # the service closed the kept connection just then; all these calls only read
            return self._pool.request(method, self._url + path, **options)


def _member(payload: Any, name: str, kind: type) -> Any:
    value = payload.get(name) if isinstance(payload, dict) else None
    if not isinstance(value, kind):
        raise FaqUnavailable(f"an answer without `{name}`")
    return value
