from actions.context import Handler
from actions.skills import (
    answers,
    faq,
    forms,
    human,
    languages,
    loyalty,
    orders,
    privacy,
    refunds,
    returns,
    smalltalk,
    verification,
)

_MODULES = (
    answers,
    faq,
    forms,
    human,
    languages,
    loyalty,
    orders,
    privacy,
    refunds,
    returns,
    smalltalk,
    verification,
)

SKILLS: dict[str, Handler] = {name: handler for module in _MODULES for name, handler in module.HANDLERS.items()}
