from actions.context import Handler
from actions.skills import (
    answers,
    faq,
    forms,
    human,
    loyalty,
    orders,
    privacy,
    refunds,
    returns,
    smalltalk,
    verification,
)

SKILLS: dict[str, Handler] = {
    name: handler
    for module in (answers, faq, forms, human, loyalty, orders, privacy, refunds, returns, smalltalk, verification)
    for name, handler in module.HANDLERS.items()
}
