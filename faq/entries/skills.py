"""The skills that a button below an answer may start: intents of the bot that begin something by themselves."""

SKILLS = {
    "return_start": "Start a return",
    "exchange": "Start an exchange",
    "return_status": "See a return",
    "return_cancel": "Cancel a return",
    "refund_request": "Ask for a refund",
    "refund_status": "See a refund",
    "order_status": "Where is my order?",
    "order_list": "See my orders",
    "order_cancel": "Cancel an order",
    "order_change": "Change an order",
    "loyalty_balance": "See my points",
    "loyalty_history": "See my points' history",
    "loyalty_tier": "See my tier",
    "loyalty_rewards": "See the rewards",
    "loyalty_redeem": "Redeem points",
    "human": "Talk to a person",
}
