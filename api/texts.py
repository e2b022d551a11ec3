"""What the gateway itself says to customers, by template name. Everything else comes from Rasa's templates."""

from typing import Any

from api.texts_abroad import ABROAD

# Of buttons that the gateway handles: they work while Rasa does not.
HUMAN_PAYLOAD = "/aftercare_human"
KEPT_PAYLOAD, NOT_KEPT_PAYLOAD = "/aftercare_kept/", "/aftercare_not_kept/"  # the number of a complaint follows
OWN_PAYLOADS = (HUMAN_PAYLOAD, KEPT_PAYLOAD, NOT_KEPT_PAYLOAD)

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
    "write_checking": (
        "I am checking whether that went through: the shop's system hasn't confirmed it yet. I'll tell you here as "
        "soon as I know. You needn't do anything, and it won't be done twice."
    ),
    "write_done_create_return": "I've checked: your return {number} is registered.",
    "write_done_request_refund": "I've checked: your refund {number} has been asked for.",
    "write_done_redeem": "I've checked: your points are redeemed for {number}.",
    "write_done_cancel_order": "I've checked: your order {number} is cancelled.",
    "write_done_change_address": "I've checked: your order {number} goes to the new address.",
    "write_done_cancel_return": "I've checked: your return {number} is cancelled.",
    "privacy_recorded": (
        "Your request has the reference {reference}. You'll hear from us within a month, and mostly sooner."
    ),
    "privacy_done_access": (
        "Your request {reference} for a copy of your data has been dealt with. If the copy has not reached you, just "
        "ask for a colleague here."
    ),
    "privacy_done_erase": (
        "Your request {reference} to delete your data has been dealt with. If you have a question about it, just ask "
        "for a colleague here."
    ),
    "privacy_declined": (
        "We have looked at your request {reference} about your data, and could not do what you asked for. A colleague "
        "can tell you why, and what else is possible."
    ),
    "privacy_erased": (
        "Your request {reference} is done: everything that we kept about you in our chat is deleted, this address "
        "included as soon as this e-mail has left. Your orders stay with the shop."
    ),
    "write_what_create_return": "the return",
    "write_what_request_refund": "the refund",
    "write_what_redeem": "the reward",
    "write_what_cancel_order": "the cancellation of your order",
    "write_what_change_address": "the new delivery address",
    "write_what_cancel_return": "the cancellation of your return",
    "write_refused": (
        "I've checked: {what} that you confirmed did not go through, because the shop's rules don't allow it any more. "
        "Nothing was changed. A colleague can look at it with you."
    ),
    "write_given_up": (
        "I could not find out whether {what} that you confirmed went through. I'm handing it to a colleague, who has "
        "the facts and will make sure that it's done exactly once."
    ),
    "label_order": "Order",
    "label_amount": "Amount",
    "label_send_by": "Send by",
    "label_expected": "Expected",
    "label_code": "Code",
    "label_valid_until": "Valid until",
    "label_link": "Return label",
    "label_code_page": "Show the code",
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
    "consent_survey": (
        "May we ask you one short question about how we did, now and when other conversations end? It's up to you, and "
        "you can change your mind at any time: just tell me to stop asking."
    ),
    "consent_follow_up": (
        "May we write to you in a few days, or after the day that we agreed on, to ask whether this is settled, here "
        "and at the e-mail address that you left us, if you did? It's up to you, and you can change your mind at any "
        "time: just tell me not to write."
    ),
    "consent_marketing": (
        "May the shop send you news and offers? It's up to you, and you can change your mind at any time: just tell me "
        "that you don't want them any more."
    ),
    "follow_up_complaint": (
        "A few days ago a colleague looked at your complaint ({reference}). Is everything settled now? If it isn't, "
        "just write what is still missing, or let me fetch a colleague."
    ),
    "follow_up_agreement": (
        "We agreed on this with you ({reference}): {agreed}, by {day}. Was that done? If something is still missing, "
        "just write what it is."
    ),
    "complaint_agreed": "We agreed: {agreed}, by {day}. The reference is {reference}.",
    "complaint_changed": "What we agreed has changed. It is now: {agreed}, by {day}. The reference is {reference}.",
    "complaint_kept": "Thank you for telling us, that's good to hear.",
    "complaint_broken": (
        "I'm sorry: we had agreed on that with you, and should have kept it. A colleague gets all of it at once."
    ),
    "complaint_noted": "Thank you, I have noted that already ({reference}).",
    "complaint_summary": "Agreed under {reference}, by {day}, and not kept: {agreed}",
    "photo": "Photo",
    "photo_kept": "Kept for the colleagues who deal with it: I can't look at photos myself.",
    "photo_shown": "A colleague can see it.",
    "button_kept": "Yes, it was",
    "button_not_kept": "No, it wasn't",
    "button_human": "Talk to a person",
}


def promise(name: str, language: str = "", **values: str) -> dict[str, Any]:
    """The body of a bot message that asks nothing and needs no answer."""
    said = text(name, language)
    said = said.format(**values) if values else said
    return {"text": said, "buttons": [], "cards": [], "source": {"kind": "template", "name": name}}


def text(name: str, language: str = "") -> str:
    """In English where it is not written in the language."""
    return ABROAD.get(language, TEXTS).get(name, TEXTS[name])


def apology(name: str, language: str = "") -> dict[str, Any]:
    """The body of a bot message that says what is wrong and offers a person, both in one language."""
    written = language if name in ABROAD.get(language, ()) else ""
    return {
        "text": text(name, written),
        "buttons": [{"title": text("button_human", written), "payload": HUMAN_PAYLOAD}],
        "cards": [],
        "source": {"kind": "template", "name": name},
    }
