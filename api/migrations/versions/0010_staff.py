from alembic import op

revision = "0010"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE staff (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._@-]{0,63}$'),
            first_name text NOT NULL CHECK (first_name <> ''),
            roles text[] NOT NULL CHECK (cardinality(roles) > 0 AND roles <@ ARRAY['advisor', 'curator', 'operator']),
            password_hash text NOT NULL,
            active boolean NOT NULL DEFAULT true,
            created_at timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("""
        CREATE TABLE staff_sessions (
            token_hash bytea PRIMARY KEY,
            staff_id uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
            csrf_token text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL,
            present_at timestamptz
        )
    """)
    op.execute("CREATE INDEX staff_sessions_staff_id ON staff_sessions (staff_id)")
    op.execute("CREATE INDEX staff_sessions_present_at ON staff_sessions (present_at) WHERE present_at IS NOT NULL")
