-- People: better-auth's four tables (1.7), plus the role.

CREATE TABLE users (
  id             TEXT PRIMARY KEY,
  name           TEXT NOT NULL,
  email          TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
  email_verified BOOLEAN NOT NULL DEFAULT false,
  image          TEXT,
  role           TEXT NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'operator', 'admin')),
  created_at     TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at     TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE sessions (
  id         TEXT PRIMARY KEY,
  token      TEXT NOT NULL UNIQUE,
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  ip_address TEXT,
  user_agent TEXT,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

CREATE TABLE accounts (
  id                       TEXT PRIMARY KEY,
  account_id               TEXT NOT NULL,
  provider_id              TEXT NOT NULL,
  user_id                  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  access_token             TEXT,
  refresh_token            TEXT,
  id_token                 TEXT,
  access_token_expires_at  TIMESTAMPTZ(3),
  refresh_token_expires_at TIMESTAMPTZ(3),
  scope                    TEXT,
  password                 TEXT,
  created_at               TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at               TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (provider_id, account_id)
);
CREATE INDEX accounts_user_id_idx ON accounts (user_id);

CREATE TABLE verifications (
  id         TEXT PRIMARY KEY,
  identifier TEXT NOT NULL UNIQUE,
  value      TEXT NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- Tokens are stored as SHA-256 (lower-case hex) of what was shown once.

CREATE TABLE invites (
  id            TEXT PRIMARY KEY,
  token_hash    TEXT NOT NULL UNIQUE CHECK (token_hash ~ '^[0-9a-f]{64}$'),
  role          TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  setup         BOOLEAN NOT NULL DEFAULT false,
  created_by_id TEXT REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  created_at    TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at    TIMESTAMPTZ(3) NOT NULL,
  used_at       TIMESTAMPTZ(3)
);

CREATE TABLE join_tokens (
  id            TEXT PRIMARY KEY,
  token_hash    TEXT NOT NULL UNIQUE CHECK (token_hash ~ '^[0-9a-f]{64}$'),
  max_uses      INTEGER NOT NULL CHECK (max_uses > 0),
  uses          INTEGER NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND max_uses),
  created_by_id TEXT REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  created_at    TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at    TIMESTAMPTZ(3) NOT NULL,
  revoked_at    TIMESTAMPTZ(3)
);
CREATE INDEX join_tokens_created_at_idx ON join_tokens (created_at);

-- Hosts

CREATE TABLE hosts (
  id               TEXT PRIMARY KEY,
  machine_key      TEXT NOT NULL UNIQUE,
  name             TEXT NOT NULL,
  labels           JSONB NOT NULL CHECK (jsonb_typeof(labels) = 'object'),
  facts            JSONB NOT NULL CHECK (jsonb_typeof(facts) = 'object'),
  load             JSONB,
  agent_token_hash TEXT UNIQUE CHECK (agent_token_hash ~ '^[0-9a-f]{64}$'),
  join_token_id    TEXT REFERENCES join_tokens (id) ON DELETE SET NULL ON UPDATE CASCADE,
  enrolled_at      TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_seen_at     TIMESTAMPTZ(3),
  removed_at       TIMESTAMPTZ(3),
  CHECK (removed_at IS NULL OR agent_token_hash IS NULL)
);
CREATE INDEX hosts_name_idx ON hosts (name);

-- Captures. A capture has no state of its own: it is derived from its targets.

CREATE TABLE captures (
  id            TEXT PRIMARY KEY,
  title         TEXT NOT NULL,
  spec          JSONB NOT NULL CHECK (jsonb_typeof(spec) = 'object'),
  created_by_id TEXT NOT NULL REFERENCES users (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  created_at    TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted_at    TIMESTAMPTZ(3)
);
CREATE INDEX captures_created_at_id_idx ON captures (created_at, id);
CREATE INDEX captures_created_by_id_idx ON captures (created_by_id);

CREATE TABLE targets (
  capture_id          TEXT NOT NULL REFERENCES captures (id) ON DELETE CASCADE ON UPDATE CASCADE,
  host_id             TEXT NOT NULL REFERENCES hosts (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  attempt             INTEGER NOT NULL DEFAULT 1 CHECK (attempt > 0),
  state               TEXT NOT NULL DEFAULT 'queued' CHECK (state IN (
                        'queued', 'offered', 'accepted', 'running', 'uploading',
                        'done', 'refused', 'failed', 'cancelled', 'expired', 'lost')),
  reason              TEXT,
  message             TEXT,
  cancel_requested_at TIMESTAMPTZ(3),
  cancel_sent_at      TIMESTAMPTZ(3),
  queued_at           TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  offered_at          TIMESTAMPTZ(3),
  accepted_at         TIMESTAMPTZ(3),
  started_at          TIMESTAMPTZ(3),
  ended_at            TIMESTAMPTZ(3),
  lease_until         TIMESTAMPTZ(3),
  recorded_ms         DOUBLE PRECISION,
  quality             JSONB,
  commands            JSONB NOT NULL DEFAULT '[]',
  profile_chunks      INTEGER NOT NULL DEFAULT 0,
  syscalls_chunks     INTEGER NOT NULL DEFAULT 0,
  stored_bytes        BIGINT NOT NULL DEFAULT 0,
  revision            INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (capture_id, host_id),
  -- A final state has an end, every other one has none; and whatever an agent works on has a lease, so that it ends.
  CHECK ((state IN ('done', 'refused', 'failed', 'cancelled', 'expired', 'lost')) = (ended_at IS NOT NULL)),
  CHECK (state NOT IN ('accepted', 'running', 'uploading') OR lease_until IS NOT NULL)
);
CREATE INDEX targets_host_id_state_idx ON targets (host_id, state);
CREATE INDEX targets_state_lease_until_idx ON targets (state, lease_until);

CREATE TABLE chunks (
  capture_id TEXT NOT NULL,
  host_id    TEXT NOT NULL,
  attempt    INTEGER NOT NULL CHECK (attempt > 0),
  seq        INTEGER NOT NULL CHECK (seq >= 0),
  kind       TEXT NOT NULL CHECK (kind IN ('profile', 'syscalls')),
  sha256     TEXT NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  created_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  data       BYTEA NOT NULL CHECK (octet_length(data) = size_bytes),
  PRIMARY KEY (capture_id, host_id, attempt, seq),
  FOREIGN KEY (capture_id, host_id) REFERENCES targets (capture_id, host_id) ON DELETE CASCADE ON UPDATE CASCADE
);
-- The bytes are gzip already: compressing them again would only cost CPU.
ALTER TABLE chunks ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE INDEX chunks_capture_id_kind_idx ON chunks (capture_id, kind);

-- Questions to live agents: rows of a minute.

CREATE TABLE host_queries (
  id          TEXT PRIMARY KEY,
  host_id     TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE ON UPDATE CASCADE,
  query       JSONB NOT NULL,
  answer      JSONB,
  created_at  TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  sent_at     TIMESTAMPTZ(3),
  answered_at TIMESTAMPTZ(3),
  expires_at  TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX host_queries_host_id_sent_at_idx ON host_queries (host_id, sent_at);
CREATE INDEX host_queries_expires_at_idx ON host_queries (expires_at);
