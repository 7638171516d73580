CREATE TABLE lesson (               -- one row: what holds for the whole file
  -- A Nudge lesson: how a person taught a robot, step by step, and what the robot learned from it.
  -- Columns that begin with "clock_" are readings of a clock; but for them, the same command with the
  -- same seed gives the same content. Seeds are unsigned 64-bit, stored as the signed number with the
  -- same bits. Lists of names and numbers in TEXT columns are JSON.
  id INTEGER PRIMARY KEY CHECK (id = 1),
  model INTEGER NOT NULL REFERENCES model (id),                  -- the world of new episodes
  seed INTEGER NOT NULL,
  control_rate_hz REAL NOT NULL CHECK (control_rate_hz > 0),     -- steps a second
  observation TEXT NOT NULL,        -- names, in the order of the arrays in step_chunk
  action TEXT NOT NULL,
  features TEXT NOT NULL,
  reaction_s REAL NOT NULL CHECK (reaction_s >= 0),              -- time before a take-over that counts as bad
  target_rate REAL NOT NULL,        -- share of steps driven by the teacher below which the lesson is done
  teacher TEXT NOT NULL,            -- who taught, free text
  active_version INTEGER NOT NULL REFERENCES policy_version (version),  -- the policy of the next episode
  clock_created TEXT NOT NULL       -- UTC, ISO 8601
) STRICT;

CREATE TABLE model (                -- the worlds this lesson was taught in; a later program may add one
  id INTEGER PRIMARY KEY,
  task TEXT NOT NULL,               -- task id, for example 'bottle'
  mjcf TEXT NOT NULL,               -- the world as MuJoCo XML
  mujoco_version TEXT NOT NULL,
  nudge_version TEXT NOT NULL,      -- program that wrote this row
  state_size INTEGER NOT NULL CHECK (state_size > 0)
) STRICT;

CREATE TABLE policy_version (       -- every policy the robot has had
  version INTEGER PRIMARY KEY CHECK (version >= 0),              -- 0 = the prior, before any teaching
  parent INTEGER REFERENCES policy_version (version),            -- NULL for the prior
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),              -- of weights, hexadecimal
  weights BLOB NOT NULL CHECK (length(weights) > 0),             -- a safetensors file
  theta TEXT NOT NULL,              -- weights of the learned reward, one for each of lesson.features
  clock_created TEXT NOT NULL,      -- UTC, ISO 8601
  CHECK ((parent IS NULL) = (version = 0)),
  CHECK (parent < version)
) STRICT;

CREATE TABLE episode (              -- one try at the task
  number INTEGER PRIMARY KEY CHECK (number >= 1),
  model INTEGER NOT NULL REFERENCES model (id),
  seed INTEGER NOT NULL,
  policy_version INTEGER NOT NULL REFERENCES policy_version (version),  -- what the robot used
  round INTEGER NOT NULL CHECK (round >= 1),                     -- grows with every update of the policy
  outcome TEXT NOT NULL DEFAULT 'running'
    CHECK (outcome IN ('running', 'time limit', 'terminated', 'reset', 'diverged')),
  success INTEGER NOT NULL DEFAULT 0 CHECK (success IN (0, 1)),
  max_tilt_rad REAL NOT NULL DEFAULT 0,
  steps INTEGER NOT NULL DEFAULT 0 CHECK (steps >= 0),           -- sums over its step_chunk rows
  teacher_steps INTEGER NOT NULL DEFAULT 0 CHECK (teacher_steps >= 0),
  take_overs INTEGER NOT NULL DEFAULT 0 CHECK (take_overs >= 0), -- times the teacher took the wheel
  final_observation BLOB,           -- float32 [observation] after the last step; NULL while it runs, and
  final_state BLOB,                 -- float64 [state] after the last step; when recording broke off
  clock_started TEXT NOT NULL       -- UTC, ISO 8601
) STRICT;

CREATE TABLE step_chunk (           -- about a second of consecutive steps; never changed once written
  -- Each BLOB holds [n] numbers a step, one step after another, little-endian, after one byte that says
  -- the format: 1 = plain numbers of the type named at the column.
  episode INTEGER NOT NULL REFERENCES episode (number),
  first_step INTEGER NOT NULL CHECK (first_step >= 0),           -- index in the episode, from 0
  steps INTEGER NOT NULL CHECK (steps > 0),
  driver BLOB NOT NULL,             -- uint8 [1]: who drove, 0 = robot, 1 = teacher
  clock_s BLOB NOT NULL,            -- float64 [1]: seconds since recording started
  observation BLOB NOT NULL,        -- float32 [observation] before the action
  proposal BLOB NOT NULL,           -- float32 [action] that the robot's policy proposed
  action BLOB NOT NULL,             -- float32 [action] that was carried out
  features BLOB NOT NULL,           -- float32 [features] of the observation and the action, each in 0…1
  state BLOB NOT NULL,              -- float64 [state_size] the full simulator state before the action
  PRIMARY KEY (episode, first_step)
) STRICT;

CREATE TABLE mark (                 -- what a person said about steps, in order; also the undo log
  revision INTEGER PRIMARY KEY AUTOINCREMENT,
  episode INTEGER NOT NULL REFERENCES episode (number),
  kind TEXT NOT NULL CHECK (kind IN ('paint', 'cut', 'restore')),
                                    -- paint: steps get the verdict; cut: a border before begin_step;
                                    -- restore: back to the automatic verdict
  begin_step INTEGER NOT NULL CHECK (begin_step >= 0),
  end_step INTEGER NOT NULL CHECK (end_step >= begin_step),      -- exclusive
  verdict TEXT NOT NULL CHECK (verdict IN ('expert', 'good', 'bad', 'excluded')),
  text TEXT NOT NULL,               -- what undo calls it
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),    -- 0 = undone
  clock_made TEXT NOT NULL          -- UTC, ISO 8601
) STRICT;

CREATE TABLE segment (              -- what the marks come to: runs of one verdict that cover each episode
  episode INTEGER NOT NULL REFERENCES episode (number),
  begin_step INTEGER NOT NULL CHECK (begin_step >= 0),
  end_step INTEGER NOT NULL CHECK (end_step > begin_step),       -- exclusive
  verdict TEXT NOT NULL CHECK (verdict IN ('expert', 'good', 'bad', 'excluded')),
  by_person INTEGER NOT NULL CHECK (by_person IN (0, 1)),        -- 0 = made by the automatic rules alone
  PRIMARY KEY (episode, begin_step)
) STRICT;

CREATE TABLE policy_update (        -- every run of the learner
  id INTEGER PRIMARY KEY,
  outcome TEXT NOT NULL CHECK (outcome IN ('running', 'new policy', 'nothing to correct', 'cancelled',
                                           'failed', 'base task kept')),
  base_version INTEGER NOT NULL REFERENCES policy_version (version),
  result_version INTEGER REFERENCES policy_version (version),    -- NULL when no policy came of it
  round INTEGER NOT NULL,
  theta TEXT NOT NULL,              -- weights of the learned reward, one for each of lesson.features
  theta_half_width TEXT NOT NULL,   -- half the width of their 95 % intervals
  expert_steps INTEGER NOT NULL,    -- how many steps of each verdict it used
  good_steps INTEGER NOT NULL,
  bad_steps INTEGER NOT NULL,
  last_episode INTEGER NOT NULL,    -- the newest step it used
  last_step INTEGER NOT NULL,
  settings TEXT NOT NULL,           -- JSON
  report TEXT NOT NULL,             -- JSON: what the learner measured
  message TEXT NOT NULL,            -- for people
  clock_seconds REAL NOT NULL,      -- how long it took
  clock_started TEXT NOT NULL       -- UTC, ISO 8601
) STRICT;

CREATE TABLE setting (              -- named facts about the lesson: notes, tags, device
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE recorder (             -- at most one row: the program that is recording into this file
  id INTEGER PRIMARY KEY CHECK (id = 1),
  pid INTEGER NOT NULL,
  process_start INTEGER NOT NULL,   -- tells a process from a later one with the same pid
  token INTEGER NOT NULL,           -- tells two open files of one process apart
  host TEXT NOT NULL,
  boot_id TEXT NOT NULL,            -- a restart of the computer ends every recording
  clock_since TEXT NOT NULL         -- UTC, ISO 8601
) STRICT;
