"""Small pieces that every service needs: settings base, logs, problem documents, database pool, internal secret.

Nothing here knows the product; it imports none of our packages.
"""
