"""Corrections to Rasa 3.6.21, each in a module of its own with its reason; docs/reference/bot.md has the measurements.

A correction changes how fast Rasa does something or how loudly it fails, never what it decides.
"""


def apply(*, without_tensorflow: bool = True) -> None:
    """Must run before Rasa is imported; a second call changes nothing."""
    from patches import channels, no_tensorflow

    channels.apply()
    if without_tensorflow:
        no_tensorflow.apply()
    from patches import action_calls, domains, events, graph, rules, sessions, slot_log, slots, trackers

    for correction in (action_calls, domains, events, graph, rules, sessions, slot_log, slots, trackers):
        correction.apply()
