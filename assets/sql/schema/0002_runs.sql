-- Runs may be calibrations and comparisons of heads, too.
CREATE TABLE run_2 (
  run      INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL CHECK (kind IN ('train', 'eval', 'calibrate', 'compare')),
  settings TEXT NOT NULL,       -- JSON
  inputs   TEXT NOT NULL,       -- JSON: digests
  results  TEXT NOT NULL,       -- JSON
  model    TEXT,                -- path of the head file
  model_sha256 TEXT,
  seed     INTEGER,
  created  INTEGER NOT NULL
) STRICT;
INSERT INTO run_2 (run, kind, settings, inputs, results, model, model_sha256, seed, created)
SELECT run, kind, settings, inputs, results, model, model_sha256, seed, created FROM run;
DROP TABLE run;
ALTER TABLE run_2 RENAME TO run;
