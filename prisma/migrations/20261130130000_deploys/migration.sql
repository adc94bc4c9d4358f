-- Deploys are markers in time (docs/decisions/015-a-deploy-is-a-marker.md). Who marks one says what; an agent that saw another build
-- only proposes, so nobody made it.

CREATE TABLE deploys (
  id            TEXT PRIMARY KEY,
  service       TEXT NOT NULL,
  version       TEXT NOT NULL,
  sha           TEXT,
  state         TEXT NOT NULL CHECK (state IN ('proposed', 'started', 'finished', 'dismissed')),
  source        TEXT NOT NULL CHECK (source IN ('api', 'web', 'noticed')),
  note          TEXT,
  url           TEXT CHECK (url ~ '^https?://'),
  -- What a repeated call is known by.
  key           TEXT UNIQUE,
  labels        JSONB CHECK (jsonb_typeof(labels) = 'object'),
  noticed       JSONB CHECK (jsonb_typeof(noticed) = 'object'),
  started_at    TIMESTAMPTZ(3),
  finished_at   TIMESTAMPTZ(3),
  created_by_id TEXT REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
  created_at    TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  -- What the list is ordered by: when it began, as far as anybody said so.
  at            TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CHECK ((source = 'noticed') = (noticed IS NOT NULL))
);
CREATE INDEX deploys_at_id_idx ON deploys (at, id);
CREATE INDEX deploys_service_at_idx ON deploys (service, at);
CREATE INDEX deploys_created_by_id_idx ON deploys (created_by_id);

CREATE TABLE deploy_hosts (
  deploy_id TEXT NOT NULL REFERENCES deploys (id) ON DELETE CASCADE ON UPDATE CASCADE,
  host_id   TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE ON UPDATE CASCADE,
  PRIMARY KEY (deploy_id, host_id)
);
CREATE INDEX deploy_hosts_host_id_idx ON deploy_hosts (host_id);

-- Two captures with the same settings on the same hosts, around a deploy. `after_due_at` is when the second one starts; it is started in
-- the transaction that sets `after_capture_id`, so once and never twice.
CREATE TABLE deploy_pairs (
  id                TEXT PRIMARY KEY,
  deploy_id         TEXT NOT NULL REFERENCES deploys (id) ON DELETE CASCADE ON UPDATE CASCADE,
  rule_id           TEXT,
  person_id         TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  title             TEXT NOT NULL,
  spec              JSONB CHECK (jsonb_typeof(spec) = 'object'),
  warm_up_ms        INTEGER NOT NULL DEFAULT 0 CHECK (warm_up_ms >= 0),
  host_ids          TEXT[] NOT NULL,
  before_capture_id TEXT REFERENCES captures (id) ON DELETE SET NULL ON UPDATE CASCADE,
  before_note       TEXT,
  after_capture_id  TEXT REFERENCES captures (id) ON DELETE SET NULL ON UPDATE CASCADE,
  after_note        TEXT,
  after_due_at      TIMESTAMPTZ(3),
  verdict           JSONB CHECK (jsonb_typeof(verdict) = 'object'),
  created_at        TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX deploy_pairs_deploy_id_rule_id_key ON deploy_pairs (deploy_id, rule_id);
CREATE INDEX deploy_pairs_after_due_at_idx ON deploy_pairs (after_due_at);
CREATE INDEX deploy_pairs_before_capture_id_idx ON deploy_pairs (before_capture_id);
CREATE INDEX deploy_pairs_after_capture_id_idx ON deploy_pairs (after_capture_id);
CREATE INDEX deploy_pairs_person_id_idx ON deploy_pairs (person_id);

-- Builds of programs that a host runs or ran, as its agent says. `seen_at`: since when without a break. `pending`: it came while another
-- build of the same program was known, and no deploy was proposed for it yet.
CREATE TABLE host_builds (
  host_id   TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE ON UPDATE CASCADE,
  name      TEXT NOT NULL,
  path      TEXT NOT NULL,
  build_id  TEXT NOT NULL,
  service   TEXT,
  processes INTEGER NOT NULL,
  seen_at   TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  gone_at   TIMESTAMPTZ(3),
  pending   BOOLEAN NOT NULL DEFAULT false,
  PRIMARY KEY (host_id, name, path, build_id)
);
