"""Don't import other vendors' channels: the gateway is the only way in.

Rasa imports every channel that it ships, and with them the clients of Telegram, Slack, Webex, Twilio and others: about
a seventh of the time of its imports. Those modules are replaced by empty ones that hold a class of the expected name,
which is refused at once where credentials.yml names it.
"""

from typing import Any, NoReturn

from patches import absent

# Modules of rasa.core.channels, by whose names credentials.yml knows them, too.
CHANNELS = {
    "botframework": "BotFrameworkInput",
    "facebook": "FacebookInput",
    "hangouts": "HangoutsInput",
    "mattermost": "MattermostInput",
    "rocketchat": "RocketChatInput",
    "slack": "SlackInput",
    "telegram": "TelegramInput",
    "twilio": "TwilioInput",
    "twilio_voice": "TwilioVoiceInput",
    "webexteams": "WebexTeamsInput",
}


class AbsentChannel:
    """Stands for a channel of another vendor."""

    @classmethod
    def name(cls) -> str:
        return cls.__module__.rsplit(".", 1)[-1]

    @classmethod
    def from_credentials(cls, _credentials: Any) -> NoReturn:
        """Raises InvalidConfigException, which Rasa shows as one line."""
        from rasa.shared.exceptions import InvalidConfigException

        name = cls.name()
        raise InvalidConfigException(f"Rasa's channel {name!r} is not part of this assistant: see bot/credentials.yml.")


def apply() -> None:
    """Must run before Rasa is imported."""
    absent.put({f"rasa.core.channels.{module}": {name: AbsentChannel} for module, name in CHANNELS.items()})
