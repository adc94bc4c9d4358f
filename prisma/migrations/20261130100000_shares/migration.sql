-- Links that show one capture to whoever has them (docs/decisions/012-a-share-is-an-actor.md). Only the hash of a token is kept.
CREATE TABLE shares (
  id            TEXT PRIMARY KEY,
  capture_id    TEXT REFERENCES captures (id) ON DELETE SET NULL ON UPDATE CASCADE,
  token_hash    TEXT NOT NULL UNIQUE CHECK (token_hash ~ '^[0-9a-f]{64}$'),
  title         TEXT NOT NULL,
  view          TEXT NOT NULL CHECK (length(view) <= 8000),
  hosts         BOOLEAN NOT NULL DEFAULT false,
  args          BOOLEAN NOT NULL DEFAULT false,
  created_by_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  created_at    TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at    TIMESTAMPTZ(3) NOT NULL,
  revoked_at    TIMESTAMPTZ(3),
  last_read_at  TIMESTAMPTZ(3),
  reads         INTEGER NOT NULL DEFAULT 0 CHECK (reads >= 0)
);
CREATE INDEX shares_capture_id_idx ON shares (capture_id);
CREATE INDEX shares_created_by_id_idx ON shares (created_by_id);
