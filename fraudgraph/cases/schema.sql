-- One table, and nothing in it is ever changed: a correction is a new event.
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,            -- when it was recorded, UTC
  actor TEXT NOT NULL,
  second_actor TEXT NOT NULL,  -- empty where one person is enough
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,          -- JSON, keys sorted
  rule_set TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,          -- SHA-256
  sm3 TEXT NOT NULL            -- SM3 of the same bytes; empty where the platform has none
) STRICT;
CREATE INDEX IF NOT EXISTS events_of_subject ON events (subject, seq);
CREATE INDEX IF NOT EXISTS events_of_kind ON events (kind, seq);
CREATE TRIGGER IF NOT EXISTS events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER IF NOT EXISTS events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER IF NOT EXISTS events_follow_one_another BEFORE INSERT ON events
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events)
  OR NEW.prev_hash <> coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), '')
BEGIN SELECT RAISE(ABORT, 'events follow one another'); END;
