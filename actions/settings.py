from typing import Literal

from backends.http.settings import CommerceSettings


class ActionSettings(CommerceSettings):
    # Where Rasa finds the action server, on loopback.
    actions_port: int = 5055
    # The gateway, where a confirmed request is written down before it is sent to the shop.
    api_url: str = "http://127.0.0.1:8000"
    # The FAQ service, asked for one entry when a customer picks it from a choice.
    faq_url: str = "http://127.0.0.1:5056"
    # Seconds that one action may take in all. Rasa's lock expires after 60 s and a turn runs up to three actions.
    action_timeout: float = 14.0
    # Words on cards and buttons: actions/labels/<language>.yml.
    label_language: str = "en"
    # How customers are spoken to. With formal, a response is said in its variant <name>_formal where it has one.
    tone: Literal["informal", "formal"] = "informal"
