"""What the assistant can do: one module per skill, each with `HANDLERS`, action name → handler."""
