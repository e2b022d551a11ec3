from uuid import UUID

from api.conversations.models import Event, State
from api.conversations.service import ConversationService
from api.handoff.models import Agent, Handoff
from api.handoff.service import HandoffService
from api.handoff.voice import Voice
from common.database import Connection


class AgentService:
    """What people at another desk do with conversations.

    They know no claim: whoever answers has the conversation, and it is told so before the first word.
    """

    def __init__(self, conversations: ConversationService, handoff: HandoffService, voice: Voice) -> None:
        self._conversations = conversations
        self._handoff = handoff
        self._voice = voice

    async def answered(self, connection: Connection, conversation_id: UUID, agent: Agent, text: str) -> Event:
        """Say it to the customer in the agent's name. Needs an open hand-off (`HandoffService.renew`)."""
        conversation = await self._conversations.lock(connection, conversation_id)
        if conversation.state is not State.ASSIGNED:
            await self._handoff.claim(connection, conversation_id, agent)
        elif conversation.advisor_id != agent.id:
            await self._handoff.take_over(connection, conversation_id, agent)
        handoff = await self._handoff.current(connection, conversation_id)
        assert handoff is not None, "an assigned conversation has an open hand-off"
        return await self._voice.say(connection, handoff, agent.first_name, text)

    async def closed(self, connection: Connection, handoff: Handoff, agent: Agent) -> None:
        """The matter is closed there. Repeatable."""
        conversation = await self._conversations.lock(connection, handoff.conversation_id)
        current = await self._handoff.current(connection, handoff.conversation_id)
        if current is None or current.id != handoff.id:
            return
        if conversation.state is State.QUEUED:
            await self._handoff.claim(connection, handoff.conversation_id, agent)
            await self._handoff.resolve(connection, handoff.conversation_id, agent)
        elif conversation.state is State.ASSIGNED:
            owner = Agent(conversation.advisor_id or "", agent.first_name)
            await self._handoff.resolve(connection, handoff.conversation_id, owner)
        else:
            await self._handoff.settle(connection, handoff)
