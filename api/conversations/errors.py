"""What can go wrong with a conversation.

ConversationError
├── UnknownConversation
├── StateChanged          somebody else moved the conversation first
├── AnotherCustomer       it is linked to a different customer already
└── LeaseLost             the turn was taken over by another process, or the bot no longer owns the conversation
"""

from uuid import UUID


class ConversationError(Exception):
    pass


class UnknownConversation(ConversationError):
    def __init__(self, conversation_id: UUID) -> None:
        super().__init__(str(conversation_id))


class StateChanged(ConversationError):
    """`actual` is the state that was found instead of the expected one."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"expected {expected}, found {actual}")
        self.actual = actual


class AnotherCustomer(ConversationError):
    pass


class LeaseLost(ConversationError):
    pass
