addresses: list[str] = []  # of webhooks; a list that is changed while the helpdesk runs


def current() -> list[str]:
    return list(addresses)
