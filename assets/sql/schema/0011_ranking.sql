-- Several answers to one prompt, ranked as one piece of work. A ranking is a set of comparisons, one for each two of the
-- answers: they are handed out, drafted, submitted and undone together, and each gets a judgement of its own. `lead` names the one
-- that stands for all of them (itself, too): lease, side, draft and steps are kept under it.
ALTER TABLE comparison ADD COLUMN lead INTEGER REFERENCES comparison;
CREATE INDEX comparison_by_lead ON comparison (lead) WHERE lead IS NOT NULL;

-- In which order an annotator sees the answers: drawn once, balanced in blocks of as many draws as there are answers.
CREATE TABLE shuffle (
  annotator  INTEGER NOT NULL REFERENCES annotator,
  comparison INTEGER NOT NULL REFERENCES comparison, -- the one that stands for the ranking
  answers    INTEGER NOT NULL,
  ordinal    INTEGER NOT NULL,   -- the how-manieth draw of this annotator with so many answers, from 0
  PRIMARY KEY (annotator, comparison)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX shuffle_by_ordinal ON shuffle (annotator, answers, ordinal);

-- Place 0 is A. Answers that came after the draw stand behind the others.
CREATE TABLE shown (
  annotator  INTEGER NOT NULL REFERENCES annotator,
  comparison INTEGER NOT NULL REFERENCES comparison,
  place      INTEGER NOT NULL CHECK (place >= 0),
  response   INTEGER NOT NULL REFERENCES response,
  PRIMARY KEY (annotator, comparison, place),
  UNIQUE (annotator, comparison, response)
) STRICT, WITHOUT ROWID;

-- The judgements of a step beside the one that it names.
CREATE TABLE step_judgement (
  step      INTEGER NOT NULL REFERENCES step ON DELETE CASCADE,
  judgement INTEGER NOT NULL REFERENCES judgement,
  PRIMARY KEY (step, judgement)
) STRICT, WITHOUT ROWID;
