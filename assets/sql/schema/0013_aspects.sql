-- Ratings of a comparison as a whole. One that leans goes from one response to the other as the preference does, in stored
-- order: negative is the first.
CREATE TABLE aspect (
  judgement INTEGER NOT NULL REFERENCES judgement,
  attribute TEXT NOT NULL,
  value     INTEGER NOT NULL,
  leans     INTEGER NOT NULL CHECK (leans IN (0, 1)),
  position  INTEGER NOT NULL,   -- the order in which they were given
  PRIMARY KEY (judgement, attribute)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER aspect_append_only_update BEFORE UPDATE ON aspect BEGIN
  SELECT RAISE(ABORT, 'judgements are append-only');
END;
CREATE TRIGGER aspect_append_only_delete BEFORE DELETE ON aspect BEGIN
  SELECT RAISE(ABORT, 'judgements are append-only');
END;

-- What its ratings come to by the rubric it was made under (store/criteria.h), which never changes either: the responses
-- that fail a criterion (1 the first, 2 the second), and which is better by the weights.
ALTER TABLE judgement ADD COLUMN failed INTEGER NOT NULL DEFAULT 0 CHECK (failed BETWEEN 0 AND 3);
ALTER TABLE judgement ADD COLUMN lean REAL;

-- How many comparisons a person is given on one day; NULL: no limit.
ALTER TABLE annotator ADD COLUMN per_day INTEGER CHECK (per_day >= 1);
