from actions.context import Context


def facts_of(context: Context, **facts: str) -> str:
    """What was found out in this turn, in the form of a summary (actions/summary.py)."""
    return "; ".join(f"{name}={value}" for name, value in {**facts, "auth": context.turn.auth_level}.items() if value)
