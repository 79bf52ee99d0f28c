-- Version 1: everything about one data set.
-- Times are milliseconds since 1970 UTC. Ids of prompts, responses and comparisons are the first 16 bytes of a SHA-256 of
-- their content; ids of judgements are UUIDs. Integer keys are local to this file and never leave it. Columns said to hold JSON
-- are verified by `assay check`: with an untrusted schema SQLite does not allow its JSON functions in constraints.

CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A rubric is never changed: a new text is a new version, and a judgement names the version it was made under.
CREATE TABLE rubric (
  rubric  INTEGER PRIMARY KEY,
  name    TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  body    TEXT NOT NULL,        -- JSON
  created INTEGER NOT NULL,
  UNIQUE (name, version)
) STRICT;

CREATE TABLE source (
  source  INTEGER PRIMARY KEY,
  name    TEXT NOT NULL UNIQUE,
  created INTEGER NOT NULL
) STRICT;

-- messages: canonical JSON, [{"role":…,"content":…}, …]
CREATE TABLE prompt (
  prompt   INTEGER PRIMARY KEY,
  id       BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  messages TEXT NOT NULL CHECK (messages <> '')
) STRICT;

CREATE TABLE response (
  response INTEGER PRIMARY KEY,
  id       BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  prompt   INTEGER NOT NULL REFERENCES prompt,
  text     TEXT NOT NULL CHECK (text <> ''),
  model    TEXT,              -- never shown to annotators
  language TEXT,
  tags     TEXT               -- JSON
) STRICT;
CREATE INDEX response_by_prompt ON response (prompt);

-- Two responses of one prompt. The id does not depend on their order; `first` and `second` stand as they first came in.
CREATE TABLE comparison (
  comparison INTEGER PRIMARY KEY,
  id         BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  prompt     INTEGER NOT NULL REFERENCES prompt,
  first      INTEGER NOT NULL REFERENCES response,
  second     INTEGER NOT NULL REFERENCES response CHECK (second <> first),
  source     INTEGER NOT NULL REFERENCES source,
  split      TEXT,
  created    INTEGER NOT NULL,
  retired    INTEGER,           -- when it was taken out of work; nothing is deleted
  people     INTEGER NOT NULL DEFAULT 0 -- how many people have judged, skipped or flagged it; derived, verified by `assay check`
) STRICT;
CREATE INDEX comparison_by_people ON comparison (people, comparison) WHERE retired IS NULL;
CREATE INDEX comparison_by_first ON comparison (first);
CREATE INDEX comparison_by_second ON comparison (second);
CREATE INDEX comparison_by_prompt ON comparison (prompt);
CREATE INDEX comparison_by_source ON comparison (source);

-- kind 'source' is the pseudo-annotator that holds what came with imported data.
CREATE TABLE annotator (
  annotator INTEGER PRIMARY KEY,
  name      TEXT NOT NULL UNIQUE CHECK (name <> ''),
  kind      TEXT NOT NULL CHECK (kind IN ('person', 'source')),
  created   INTEGER NOT NULL
) STRICT;

-- Append-only. What an annotator says of a comparison, or (ratings only) of a single response; exactly one of the two.
--   judged    ratings, preference, justification
--   skipped   nothing can be said; reason
--   flagged   something is wrong with the item; reason
--   withdrawn an earlier revision was taken back
-- preference: -3 first much better … 3 second much better, in stored order; neither = 1: no valid answer, preference NULL.
-- a_is: which stored response (1 or 2) stood on side A; in justifications @A and @B mean the sides as shown.
CREATE TABLE judgement (
  judgement     INTEGER PRIMARY KEY,
  id            BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  comparison    INTEGER REFERENCES comparison,
  response      INTEGER REFERENCES response,
  annotator     INTEGER NOT NULL REFERENCES annotator,
  revision      INTEGER NOT NULL CHECK (revision >= 1),
  kind          TEXT NOT NULL CHECK (kind IN ('judged', 'skipped', 'flagged', 'withdrawn')),
  preference    INTEGER CHECK (preference BETWEEN -3 AND 3),
  neither       INTEGER NOT NULL DEFAULT 0 CHECK (neither IN (0, 1)),
  justification TEXT NOT NULL DEFAULT '',
  reason        TEXT NOT NULL DEFAULT '',
  a_is          INTEGER NOT NULL DEFAULT 1 CHECK (a_is IN (1, 2)),
  seconds       REAL,
  rubric        INTEGER NOT NULL REFERENCES rubric,
  extra         TEXT, -- JSON: fields of the source that have no place of their own
  created       INTEGER NOT NULL,
  CHECK ((comparison IS NULL) <> (response IS NULL)),
  CHECK (neither = 0 OR preference IS NULL)
) STRICT;
CREATE INDEX judgement_by_comparison ON judgement (comparison, annotator, revision);
CREATE INDEX judgement_by_response ON judgement (response, annotator, revision) WHERE response IS NOT NULL;
CREATE INDEX judgement_by_annotator ON judgement (annotator, created);

CREATE TABLE rating (
  judgement INTEGER NOT NULL REFERENCES judgement,
  response  INTEGER NOT NULL REFERENCES response,
  attribute TEXT NOT NULL,
  value     INTEGER NOT NULL,
  position  INTEGER NOT NULL,   -- the order in which they were given
  PRIMARY KEY (judgement, response, attribute)
) STRICT, WITHOUT ROWID;
CREATE INDEX rating_by_response ON rating (response);

-- The latest revision for each (subject, annotator); derived, kept by whoever appends a judgement (a trigger would make SQLite
-- keep a copy of every page it touches), verified by `assay check`.
CREATE TABLE latest (
  comparison INTEGER REFERENCES comparison,
  response   INTEGER REFERENCES response,
  annotator  INTEGER NOT NULL REFERENCES annotator,
  judgement  INTEGER NOT NULL REFERENCES judgement,
  kind       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX latest_comparison ON latest (comparison, annotator) WHERE comparison IS NOT NULL;
CREATE UNIQUE INDEX latest_response ON latest (response, annotator) WHERE response IS NOT NULL;
CREATE UNIQUE INDEX latest_judgement ON latest (judgement);
CREATE INDEX latest_by_annotator ON latest (annotator, kind);

CREATE TRIGGER judgement_append_only_update BEFORE UPDATE ON judgement BEGIN
  SELECT RAISE(ABORT, 'judgements are append-only');
END;
CREATE TRIGGER judgement_append_only_delete BEFORE DELETE ON judgement BEGIN
  SELECT RAISE(ABORT, 'judgements are append-only');
END;
CREATE TRIGGER rating_append_only_update BEFORE UPDATE ON rating BEGIN
  SELECT RAISE(ABORT, 'judgements are append-only');
END;
CREATE TRIGGER rating_append_only_delete BEFORE DELETE ON rating BEGIN
  SELECT RAISE(ABORT, 'judgements are append-only');
END;

-- Which response stands on side A for an annotator: drawn once, balanced in blocks.
CREATE TABLE side (
  annotator  INTEGER NOT NULL REFERENCES annotator,
  comparison INTEGER NOT NULL REFERENCES comparison,
  a_is       INTEGER NOT NULL CHECK (a_is IN (1, 2)),
  ordinal    INTEGER NOT NULL,   -- the how-manieth draw of this annotator, from 0
  drawn      INTEGER NOT NULL,
  PRIMARY KEY (annotator, comparison)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX side_by_ordinal ON side (annotator, ordinal);

-- Work handed out: a lease that runs out.
CREATE TABLE assignment (
  annotator  INTEGER NOT NULL REFERENCES annotator,
  comparison INTEGER NOT NULL REFERENCES comparison,
  taken      INTEGER NOT NULL,
  expires    INTEGER NOT NULL,
  PRIMARY KEY (annotator, comparison)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_by_comparison ON assignment (comparison, expires);

-- What an annotator has begun and not submitted; state is the JSON of store/draft.h, as shown (sides A and B).
CREATE TABLE draft (
  annotator  INTEGER NOT NULL REFERENCES annotator,
  comparison INTEGER NOT NULL REFERENCES comparison,
  state      TEXT NOT NULL,
  changed    INTEGER NOT NULL,
  PRIMARY KEY (annotator, comparison)
) STRICT, WITHOUT ROWID;

-- Where an annotator was: the item on the screen when the program ended. Work is looked for from `reached` on first, so that
-- the next item is found without passing over everything that is done.
CREATE TABLE place (
  annotator  INTEGER PRIMARY KEY REFERENCES annotator,
  comparison INTEGER NOT NULL REFERENCES comparison,
  reached    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Undo and redo, without limit: one row per change, with the draft before and after it.
CREATE TABLE step (
  step       INTEGER PRIMARY KEY,
  annotator  INTEGER NOT NULL REFERENCES annotator,
  comparison INTEGER NOT NULL REFERENCES comparison,
  kind       TEXT NOT NULL,
  before     TEXT,              -- draft JSON; NULL: there was none
  after      TEXT,
  judgement  INTEGER REFERENCES judgement, -- what a submit, skip or flag appended
  undone     INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
  created    INTEGER NOT NULL
) STRICT;
CREATE INDEX step_by_annotator ON step (annotator, undone, step);

-- n x d matrices kept in files of their own.
CREATE TABLE embedding_set (
  embedding_set INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  recipe   TEXT NOT NULL,       -- JSON: settings that made it
  path     TEXT NOT NULL,       -- FILE or FILE:tensor, absolute
  sha256   TEXT NOT NULL,
  n        INTEGER NOT NULL,
  d        INTEGER NOT NULL,
  created  INTEGER NOT NULL
) STRICT;
CREATE TABLE embedding_row (
  embedding_set INTEGER NOT NULL REFERENCES embedding_set,
  response      INTEGER NOT NULL REFERENCES response,
  row           INTEGER NOT NULL CHECK (row >= 0),
  PRIMARY KEY (embedding_set, response)
) STRICT, WITHOUT ROWID;
CREATE INDEX embedding_row_by_response ON embedding_row (response);

-- A fit or an evaluation: what went in, how, and what came out.
CREATE TABLE run (
  run      INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL CHECK (kind IN ('train', 'eval')),
  settings TEXT NOT NULL,       -- JSON
  inputs   TEXT NOT NULL,       -- JSON: digests
  results  TEXT NOT NULL,       -- JSON
  model    TEXT,                -- path of the head file
  model_sha256 TEXT,
  seed     INTEGER,
  created  INTEGER NOT NULL
) STRICT;

-- Who did what when.
CREATE TABLE audit (
  audit   INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  who     TEXT NOT NULL,
  what    TEXT NOT NULL,
  subject TEXT NOT NULL DEFAULT '',
  detail  TEXT                  -- JSON
) STRICT;
