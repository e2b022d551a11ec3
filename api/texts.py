"""What the gateway itself says to customers, by template name. Everything else comes from Rasa's templates."""

from typing import Any

HUMAN_PAYLOAD = "/aftercare_human"  # handled by the gateway: works while Rasa does not

TEXTS = {
    "greeting": "Hello! How can I help you today?",
    "ai_disclosure": "You are talking to an automated assistant. You can ask for a person at any time.",
    "assistant_unavailable": (
        "I'm sorry, I can't answer just now because of a technical problem on our side. Your message is saved. "
        "Please try again in a moment, or let me fetch a colleague."
    ),
    "assistant_slow": (
        "I'm sorry, this takes longer than it should, and I can't tell yet whether it worked. "
        "Please ask me for the status before you try it again, or let me fetch a colleague."
    ),
    "assistant_failed": (
        "I'm sorry, something went wrong on our side and I could not finish that. "
        "Please try once more, or let me fetch a colleague."
    ),
    "verification_unavailable": (
        "I'm sorry, I can't reach the shop's systems to check that just now. "
        "Please try again in a few minutes, or let me fetch a colleague."
    ),
    "verification_limit": (
        "That was asked for too many times in the last hour, so I can't send another code yet. "
        "Please try again later, or let me fetch a colleague."
    ),
    "another_customer": (
        "That order belongs to another customer than the one this conversation is about. "
        "Please start a new conversation for it, or let me fetch a colleague."
    ),
    "survey_csat": "How satisfied are you with this conversation?",
    "survey_nps": "How likely are you to recommend us to a friend?",
    "survey_ces": "How easy was it to get what you needed?",
    "button_human": "Talk to a person",
}


def apology(name: str) -> dict[str, Any]:
    """The body of a bot message that says what is wrong and offers a person."""
    return {
        "text": TEXTS[name],
        "buttons": [{"title": TEXTS["button_human"], "payload": HUMAN_PAYLOAD}],
        "cards": [],
        "source": {"kind": "template", "name": name},
    }
