"""The action server: what the assistant does and says. One module per skill, forms of their own, no prose.

Sentences are responses in `bot/domain/<skill>.yml`; words on cards and buttons are in `labels/en.yml`.
"""
