-- Why a capture exists that nobody started on a page: an alert, a schedule, a deploy, a chat. Null: a person pressed Start.
ALTER TABLE captures ADD COLUMN reason JSONB CHECK (jsonb_typeof(reason) = 'object');
