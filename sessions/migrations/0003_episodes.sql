-- From format 3 on an episode says whether it was practice, how quick its teacher is, and how late their commands
-- came. lesson.reaction_s is that of whoever teaches now.
ALTER TABLE episode ADD COLUMN practice INTEGER NOT NULL DEFAULT 0 CHECK (practice IN (0, 1));
                                    -- 1 = recorded apart: never counted, never learned from
ALTER TABLE episode ADD COLUMN reaction_s REAL NOT NULL DEFAULT 0 CHECK (reaction_s >= 0);
                                    -- time before a take-over that counts as bad
UPDATE episode SET reaction_s = (SELECT reaction_s FROM lesson);
ALTER TABLE episode ADD COLUMN clock_commands INTEGER NOT NULL DEFAULT 0 CHECK (clock_commands >= 0);
                                    -- new commands of the teacher's devices that were carried out, and
ALTER TABLE episode ADD COLUMN clock_lag_median_s REAL NOT NULL DEFAULT 0;  -- their age then, since the hand moved
ALTER TABLE episode ADD COLUMN clock_lag_p99_s REAL NOT NULL DEFAULT 0;
