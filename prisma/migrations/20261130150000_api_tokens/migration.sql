-- Tokens that programs use in a person's name (docs/decisions/017-a-token-is-its-person-with-less.md). Only hashes are stored.
CREATE TABLE api_tokens (
  id           TEXT PRIMARY KEY,
  user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  name         TEXT NOT NULL,
  token_hash   TEXT NOT NULL,
  prefix       TEXT NOT NULL,
  scopes       TEXT[] NOT NULL CHECK (cardinality(scopes) > 0),
  created_at   TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at   TIMESTAMPTZ(3) NOT NULL,
  last_used_at TIMESTAMPTZ(3),
  revoked_at   TIMESTAMPTZ(3)
);
CREATE UNIQUE INDEX api_tokens_token_hash_key ON api_tokens (token_hash);
CREATE INDEX api_tokens_user_id_created_at_idx ON api_tokens (user_id, created_at);

-- Programs that wait for a person to let them in (RFC 8628). Rows live for ten minutes.
CREATE TABLE device_logins (
  id             TEXT PRIMARY KEY,
  device_hash    TEXT NOT NULL,
  user_code      TEXT NOT NULL,
  device_name    TEXT NOT NULL,
  scopes         TEXT[] NOT NULL CHECK (cardinality(scopes) > 0),
  state          TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'allowed', 'denied', 'used')),
  answered_by_id TEXT REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  created_at     TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at     TIMESTAMPTZ(3) NOT NULL,
  polled_at      TIMESTAMPTZ(3),
  -- Seconds that the program must leave between two polls: five more each time it does not
  interval_s     INTEGER NOT NULL DEFAULT 5,
  CHECK (state IN ('waiting') OR answered_by_id IS NOT NULL)
);
CREATE UNIQUE INDEX device_logins_device_hash_key ON device_logins (device_hash);
CREATE UNIQUE INDEX device_logins_user_code_key ON device_logins (user_code);
CREATE INDEX device_logins_expires_at_idx ON device_logins (expires_at);
