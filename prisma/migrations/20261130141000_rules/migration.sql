-- Rules start captures while nobody looks: at a time, at an alert, at a threshold of a host, at a deploy (docs/decisions/016-rules-start-captures.md).

CREATE TABLE rules (
  id              TEXT PRIMARY KEY,
  name            TEXT NOT NULL,
  enabled         BOOLEAN NOT NULL,
  trigger         JSONB NOT NULL CHECK (trigger->>'kind' IN ('schedule', 'alert', 'threshold', 'deploy')),
  spec            JSONB NOT NULL CHECK (jsonb_typeof(spec) = 'object'),
  hosts           JSONB NOT NULL CHECK (hosts->>'by' IN ('search', 'hosts')),
  max_hosts       INTEGER NOT NULL CHECK (max_hosts BETWEEN 1 AND 500),
  max_per_day     INTEGER NOT NULL CHECK (max_per_day BETWEEN 1 AND 288),
  cool_down_s     INTEGER NOT NULL CHECK (cool_down_s BETWEEN 0 AND 86400),
  created_by_id   TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  created_at      TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_by_id   TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  updated_at      TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  disabled_reason TEXT CHECK (disabled_reason IS NULL OR NOT enabled),
  last_fired_at   TIMESTAMPTZ(3),
  next_due_at     TIMESTAMPTZ(3),
  token_hash      TEXT,
  token_made_at   TIMESTAMPTZ(3)
);
CREATE INDEX rules_next_due_at_idx ON rules (next_due_at);
CREATE INDEX rules_created_by_id_idx ON rules (created_by_id);
CREATE INDEX rules_updated_by_id_idx ON rules (updated_by_id);
CREATE UNIQUE INDEX rules_token_hash_key ON rules (token_hash);

-- Every time that a rule was asked, and what became of it. Only a started one has a key: what did not start may be asked for again.
CREATE TABLE rule_firings (
  id         TEXT PRIMARY KEY,
  rule_id    TEXT NOT NULL REFERENCES rules (id) ON DELETE CASCADE ON UPDATE CASCADE,
  at         TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_at    TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  times      INTEGER NOT NULL DEFAULT 1 CHECK (times > 0),
  outcome    TEXT NOT NULL CHECK (outcome IN ('started', 'skipped', 'failed')),
  cause      TEXT NOT NULL,
  refusal    TEXT CHECK ((refusal IS NULL) = (outcome = 'started')),
  key        TEXT CHECK (key IS NULL OR outcome = 'started'),
  host_id    TEXT REFERENCES hosts (id) ON DELETE SET NULL ON UPDATE CASCADE,
  capture_id TEXT REFERENCES captures (id) ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX rule_firings_rule_id_last_at_idx ON rule_firings (rule_id, last_at);
CREATE UNIQUE INDEX rule_firings_rule_id_key_key ON rule_firings (rule_id, key);
CREATE INDEX rule_firings_capture_id_idx ON rule_firings (capture_id);
CREATE INDEX rule_firings_host_id_idx ON rule_firings (host_id);
