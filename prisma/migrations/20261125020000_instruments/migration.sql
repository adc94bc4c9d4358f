-- Results of every collector: more kinds of chunk, counted per kind on their target.

ALTER TABLE chunks DROP CONSTRAINT chunks_kind_check;
ALTER TABLE chunks ADD CONSTRAINT chunks_kind_check
  CHECK (kind IN ('profile', 'syscalls', 'offcpu', 'counts', 'latency', 'events', 'counters'));

-- An object kind → number, so that another kind needs no other column. Kinds without a chunk have no key.
ALTER TABLE targets ADD COLUMN chunk_counts JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(chunk_counts) = 'object');
UPDATE targets SET chunk_counts = jsonb_strip_nulls(jsonb_build_object(
  'profile', nullif(profile_chunks, 0),
  'syscalls', nullif(syscalls_chunks, 0)));
ALTER TABLE targets DROP COLUMN profile_chunks, DROP COLUMN syscalls_chunks;

-- Specs of version 1 ({recipe, durationMs, rateHz, filter?}) as version 2: what a recipe meant is written out as instruments.
UPDATE captures SET spec = jsonb_strip_nulls(jsonb_build_object(
  'version', 2,
  'recipe', spec->'recipe',
  'instruments',
    CASE WHEN spec->>'recipe' IN ('cpu-and-syscalls', 'cpu-profile') THEN jsonb_build_array(jsonb_build_object(
      'collector', 'stacks',
      'probe', jsonb_build_object('kind', 'pmu', 'event', 'cpu'),
      'sample', jsonb_build_object('by', 'frequency', 'hz', spec->'rateHz'),
      'sides', 'both',
      'when', '[]'::jsonb)) ELSE '[]'::jsonb END
    || CASE WHEN spec->>'recipe' IN ('cpu-and-syscalls', 'syscall-breakdown') THEN '[{"collector": "syscalls"}]'::jsonb ELSE '[]'::jsonb END,
  'durationMs', spec->'durationMs',
  'filter', spec->'filter'))
WHERE NOT spec ? 'version';

-- Questions live for a minute; those under way may hold a spec of version 1.
DELETE FROM host_queries;
