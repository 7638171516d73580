-- A results file: the runs of a benchmark (sessions/results.h).

CREATE TABLE origin (
  id INTEGER PRIMARY KEY,
  version TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  machine TEXT NOT NULL,
  UNIQUE (version, commit_id, machine)
) STRICT;

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  task TEXT NOT NULL,
  method TEXT NOT NULL,
  protocol TEXT NOT NULL,
  teacher TEXT NOT NULL,
  prior TEXT NOT NULL,
  seed INTEGER NOT NULL,
  settings TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'running', 'done', 'failed')),
  message TEXT NOT NULL DEFAULT '',
  clock_started TEXT NOT NULL DEFAULT '',
  seconds REAL NOT NULL DEFAULT 0.0,
  origin INTEGER REFERENCES origin (id),
  UNIQUE (task, method, protocol, teacher, prior, seed, settings)
) STRICT;

-- The process that works on a running run.
CREATE TABLE claim (
  run INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
  pid INTEGER NOT NULL,
  process_start INTEGER NOT NULL,
  host TEXT NOT NULL,
  boot_id TEXT NOT NULL
) STRICT;

-- A round of teaching, the update after it, and the frozen policy that came of it with the teacher ("evaluated").
CREATE TABLE round (
  run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  round INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  teacher_steps INTEGER NOT NULL,
  surprising_steps INTEGER NOT NULL,
  episodes INTEGER NOT NULL,
  successes INTEGER NOT NULL,
  theta TEXT NOT NULL,
  outcome TEXT NOT NULL,
  update_seconds REAL NOT NULL,
  simulation_steps INTEGER NOT NULL,
  evaluated_steps INTEGER NOT NULL,
  evaluated_teacher_steps INTEGER NOT NULL,
  evaluated_surprising_steps INTEGER NOT NULL,
  evaluated_episodes INTEGER NOT NULL,
  evaluated_successes INTEGER NOT NULL,
  PRIMARY KEY (run, round)
) STRICT, WITHOUT ROWID;

-- The policy after a round alone. features: a JSON list with name, mean, quartiles and histogram of each.
CREATE TABLE alone (
  run INTEGER NOT NULL,
  round INTEGER NOT NULL,
  episodes INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  success REAL NOT NULL,
  failure REAL NOT NULL,
  base_reward REAL NOT NULL,
  base_reward_deviation REAL NOT NULL,
  teacher_reward REAL NOT NULL,
  teacher_reward_deviation REAL NOT NULL,
  features TEXT NOT NULL,
  PRIMARY KEY (run, round),
  FOREIGN KEY (run, round) REFERENCES round (run, round) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
