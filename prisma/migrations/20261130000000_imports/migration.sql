-- A file that a person imported is a capture like any other (docs/decisions/009-a-file-is-a-capture.md). `source` says which file;
-- null: hosts recorded it.
ALTER TABLE captures ADD COLUMN source JSONB CHECK (jsonb_typeof(source) = 'object');

-- What the file says about hosts is a host of that capture alone: a removed one, so that it has a name and nothing else.
ALTER TABLE hosts ADD COLUMN imported_with_id TEXT REFERENCES captures (id) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE hosts ADD CONSTRAINT hosts_imported_check CHECK (imported_with_id IS NULL OR removed_at IS NOT NULL);
CREATE INDEX hosts_imported_with_id_idx ON hosts (imported_with_id);

-- They go with their capture, in one statement with its targets: what still points at a host is checked at its end.
ALTER TABLE targets DROP CONSTRAINT targets_host_id_fkey;
ALTER TABLE targets ADD CONSTRAINT targets_host_id_fkey
  FOREIGN KEY (host_id) REFERENCES hosts (id) ON DELETE NO ACTION ON UPDATE CASCADE;
