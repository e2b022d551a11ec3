"""A small FAQ service that can be well, slow, down or out of its mind; it counts what it was asked."""

import base64
import contextlib
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List, Optional

import numpy as np

DIMENSION = 16
SECRET = "for-tests"


def vector(text: str) -> np.ndarray:
    """Of length 1, made of the words: texts that share words are near each other."""
    total = np.zeros(DIMENSION, dtype=np.float32)
    for word in text.lower().replace("?", "").split():
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
        total += np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    return total / (np.linalg.norm(total) or 1.0)


def encoded(text: str) -> str:
    return base64.b64encode(vector(text).astype("<f4").tobytes()).decode()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class FakeFaq:
    """`probability` is what it answers; `delay` in seconds; `raw`, if set, is sent instead of any answer."""

    def __init__(self) -> None:
        self.asked: List[Dict[str, Any]] = []
        self.probability = 0.9
        self.model = "fake-encoder"
        self.delay = 0.0
        self.raw: Optional[bytes] = None
        self.status = 200
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._reply({"model": fake.model, "dimension": DIMENSION})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.asked.append({"path": self.path, "connection": self.client_address[1], **body})
                time.sleep(fake.delay)
                self._reply(fake.answer(self.path, body))

            def _reply(self, payload: Dict[str, Any]) -> None:
                allowed = self.headers["X-Aftercare-Secret"] == SECRET
                content = fake.raw if fake.raw is not None else json.dumps(payload).encode()
                self.send_response(fake.status if allowed else 401)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # who asked has given up
                    self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, path: str, body: Dict[str, Any]) -> Dict[str, Any]:
        if path == "/v1/embed":
            vectors = [encoded(text) for text in body["texts"]]
            return {"vectors": vectors, "dimension": DIMENSION, "model": self.model}
        candidate = {
            "entry": "shipping-cost", "version": 3, "question": "What does delivery cost?",
            "probability": self.probability, "answer": "It is {{ standard_shipping }}.", "category": "shipping",
        }  # fmt: skip
        return {
            "vector": encoded(body["text"]),
            "decision": "answer" if self.probability > 0.5 else "abstain",
            "probability": self.probability,
            "candidates": [candidate],
            "model": self.model,
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
