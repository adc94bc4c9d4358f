-- What can be probed, named by its content: hosts with the same kernel or build refer to the same row.

CREATE TABLE catalogues (
  key            TEXT PRIMARY KEY CHECK (key ~ '^[0-9a-f]{64}$'),
  kind           TEXT NOT NULL CHECK (kind IN ('kernel', 'modules', 'pmu', 'binary')),
  header         JSONB NOT NULL CHECK (jsonb_typeof(header) = 'object'),
  uploaded_by_id TEXT REFERENCES hosts (id) ON DELETE SET NULL ON UPDATE CASCADE,
  created_at     TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  size_bytes     INTEGER NOT NULL CHECK (size_bytes > 0),
  data           BYTEA NOT NULL CHECK (octet_length(data) = size_bytes)
);
-- The bytes are gzip already: compressing them again would only cost CPU.
ALTER TABLE catalogues ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE INDEX catalogues_uploaded_by_id_idx ON catalogues (uploaded_by_id);

-- Which catalogues hold for a host. A host names one before it uploads it, so the key is no foreign key.

CREATE TABLE host_catalogues (
  host_id       TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE ON UPDATE CASCADE,
  kind          TEXT NOT NULL CHECK (kind IN ('kernel', 'modules', 'pmu', 'binary')),
  ref           TEXT NOT NULL DEFAULT '',
  catalogue_key TEXT NOT NULL CHECK (catalogue_key ~ '^[0-9a-f]{64}$'),
  facts         JSONB,
  seen_at       TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (host_id, kind, ref, catalogue_key),
  CHECK ((kind = 'binary') = (ref <> ''))
);
CREATE INDEX host_catalogues_catalogue_key_idx ON host_catalogues (catalogue_key);

ALTER TABLE hosts ADD COLUMN catalogue_state TEXT CHECK (catalogue_state IN ('building', 'ready', 'failed'));
ALTER TABLE hosts ADD COLUMN catalogue_message TEXT;
