-- Comments on captures (docs/decisions/014-a-pin-names-what-it-is-on.md). Threads have one level: what answers a comment answers one that answers none.
CREATE TABLE comments (
  id TEXT PRIMARY KEY,
  capture_id TEXT NOT NULL REFERENCES captures (id) ON DELETE CASCADE ON UPDATE CASCADE,
  author_id TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  text TEXT NOT NULL CHECK (length(text) <= 10000),
  pin JSONB NOT NULL CHECK (jsonb_typeof(pin) = 'object'),
  reply_to_id TEXT REFERENCES comments (id) ON DELETE CASCADE ON UPDATE CASCADE,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  edited_at TIMESTAMPTZ(3),
  deleted_at TIMESTAMPTZ(3),
  resolved_at TIMESTAMPTZ(3),
  resolved_by_id TEXT REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  version INTEGER NOT NULL DEFAULT 1,
  -- What was deleted is gone: only its place in the thread stays.
  CONSTRAINT comments_deleted_check CHECK (deleted_at IS NULL OR text = ''),
  CONSTRAINT comments_resolved_check CHECK (resolved_at IS NULL OR reply_to_id IS NULL)
);
CREATE INDEX comments_capture_id_created_at_idx ON comments (capture_id, created_at);
CREATE INDEX comments_author_id_idx ON comments (author_id);
CREATE INDEX comments_reply_to_id_idx ON comments (reply_to_id);
CREATE INDEX comments_resolved_by_id_idx ON comments (resolved_by_id);

-- Who is mentioned in a comment, and whether they have seen it.
CREATE TABLE mentions (
  comment_id TEXT NOT NULL REFERENCES comments (id) ON DELETE CASCADE ON UPDATE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  seen_at TIMESTAMPTZ(3),
  PRIMARY KEY (comment_id, user_id)
);
CREATE INDEX mentions_user_id_created_at_idx ON mentions (user_id, created_at);
