"""Entries, their versions, what was published when, and the vectors of what is asked."""

from alembic import op

revision = "0001"
down_revision = None

UP = """
CREATE TABLE entries (
    id            text PRIMARY KEY,
    version       integer NOT NULL,              -- the newest saved one
    live_version  integer,                       -- the one customers get; null: none
    published_at  timestamptz,                   -- last time it went live; null: never
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE versions (
    entry      text NOT NULL REFERENCES entries ON DELETE CASCADE,
    version    integer NOT NULL,
    question   text NOT NULL,
    phrasings  text[] NOT NULL,
    answer     text NOT NULL,
    category   text,
    language   text NOT NULL,
    author     text,
    note       text,                             -- such as "rolled back to version 3"
    saved_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (entry, version)
);

ALTER TABLE entries ADD FOREIGN KEY (id, version) REFERENCES versions (entry, version) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE entries ADD FOREIGN KEY (id, live_version) REFERENCES versions (entry, version)
    DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE publications (
    revision  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry     text NOT NULL REFERENCES entries ON DELETE CASCADE,
    version   integer,                           -- null: taken offline
    author    text,
    at        timestamptz NOT NULL DEFAULT now()
);

-- One row: counted up in the transaction of every publication, so that a reader sees it together with the change.
CREATE TABLE live_revision (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    revision  bigint NOT NULL
);
INSERT INTO live_revision (revision) VALUES (0);

CREATE TABLE vectors (
    model    text NOT NULL,                      -- the encoder's fingerprint
    text     text NOT NULL,
    vector   bytea NOT NULL,                     -- little-endian float32
    PRIMARY KEY (model, text)
);
"""

DOWN = "DROP TABLE vectors, live_revision, publications, versions, entries CASCADE;"


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
