-- Finding captures again: tags that people give them, and what was seen in them (docs/decisions/018-terms-of-a-capture.md).
CREATE TABLE capture_tags (
  capture_id  TEXT NOT NULL REFERENCES captures (id) ON DELETE CASCADE ON UPDATE CASCADE,
  tag         TEXT NOT NULL CHECK (tag ~ '^[a-z0-9][a-z0-9_.:/-]{0,39}$'),
  added_by_id TEXT REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  added_at    TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (capture_id, tag)
);
CREATE INDEX capture_tags_tag_idx ON capture_tags (tag);

-- Names of functions and system calls, each once for all captures: a search reads this table, not the results.
CREATE TABLE terms (
  id   SERIAL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('function', 'syscall')),
  text TEXT NOT NULL
);
CREATE UNIQUE INDEX terms_kind_text_key ON terms (kind, text);

CREATE TABLE capture_terms (
  term_id    INTEGER NOT NULL REFERENCES terms (id) ON DELETE CASCADE ON UPDATE CASCADE,
  capture_id TEXT NOT NULL REFERENCES captures (id) ON DELETE CASCADE ON UPDATE CASCADE,
  -- Share of the capture's samples that the function is on, or of its system calls, 0..1.
  share      REAL NOT NULL,
  PRIMARY KEY (term_id, capture_id)
);
CREATE INDEX capture_terms_capture_id_idx ON capture_terms (capture_id);

-- When the terms were read off; null: they are not yet, or a late result came.
ALTER TABLE captures ADD COLUMN terms_at TIMESTAMPTZ(3);
CREATE INDEX captures_without_terms_idx ON captures (created_at) WHERE terms_at IS NULL;

-- An incident collects captures, comparisons and notes on a timeline.
CREATE TABLE incidents (
  id            TEXT PRIMARY KEY,
  title         TEXT NOT NULL,
  summary       TEXT NOT NULL DEFAULT '',
  state         TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
  created_by_id TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  created_at    TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at    TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  closed_at     TIMESTAMPTZ(3)
);
CREATE INDEX incidents_state_updated_at_idx ON incidents (state, updated_at);
CREATE INDEX incidents_created_by_id_idx ON incidents (created_by_id);

CREATE TABLE incident_items (
  id          TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE ON UPDATE CASCADE,
  kind        TEXT NOT NULL CHECK (kind IN ('capture', 'comparison', 'note')),
  -- Where it stands on the timeline.
  at          TIMESTAMPTZ(3) NOT NULL,
  text        TEXT NOT NULL DEFAULT '',
  -- Of a capture; it stays as text when the capture is deleted.
  capture_id  TEXT REFERENCES captures (id) ON DELETE SET NULL ON UPDATE CASCADE,
  -- Query string of the view, or of the comparison.
  view        TEXT NOT NULL DEFAULT '',
  -- Title at the time, for when the capture is gone.
  title       TEXT NOT NULL DEFAULT '',
  added_by_id TEXT REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  added_at    TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX incident_items_incident_id_at_idx ON incident_items (incident_id, at);
CREATE INDEX incident_items_capture_id_idx ON incident_items (capture_id);
CREATE INDEX incident_items_added_by_id_idx ON incident_items (added_by_id);
