from actions.context import Context, Events, Handler


async def choose_language(context: Context) -> Events:
    """The gateway has set the language that the customer asked for."""
    context.say.say("utter_language")
    return []


HANDLERS: dict[str, Handler] = {"action_choose_language": choose_language}
