-- From format 2 on, a BLOB of step_chunk may be packed: its first byte is then 2 (sessions/packing.h says how
-- it is unpacked). Format byte 1 still means plain numbers.

-- Several people may teach in one lesson; lesson.teacher is the one who teaches now.
ALTER TABLE episode ADD COLUMN teacher TEXT NOT NULL DEFAULT '';
UPDATE episode SET teacher = (SELECT teacher FROM lesson);

CREATE TABLE recording_trouble (    -- steps that reached this file late, or not at all
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('late', 'refused')),
  episode INTEGER NOT NULL,         -- where it began; not a reference, for a refused episode has no row
  first_step INTEGER NOT NULL,      -- index in that episode
  steps INTEGER NOT NULL CHECK (steps > 0),                      -- how many, perhaps in later episodes too
  message TEXT NOT NULL,            -- why
  clock_delay_s REAL NOT NULL,      -- the longest that a step waited in memory; 0 for refused ones
  clock_noticed TEXT NOT NULL       -- UTC, ISO 8601
) STRICT;
