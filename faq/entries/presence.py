import psycopg


def has_entries(url: str) -> bool:
    """Whether anything was ever written: `import` leaves the table alone then. Raises psycopg.Error."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT EXISTS (SELECT FROM faq.entries)").fetchone()
    return bool(found and found[0])
