-- How many comparisons in work stand where: `people` as in comparison, split '' for none. Derived, so that progress is known
-- without counting; kept by whoever changes one of the three (store/tally.h), verified by `assay check`.
CREATE TABLE tally (
  source INTEGER NOT NULL REFERENCES source,
  split  TEXT NOT NULL,
  people INTEGER NOT NULL,
  n      INTEGER NOT NULL,
  PRIMARY KEY (source, split, people)
) STRICT, WITHOUT ROWID;
INSERT INTO tally (source, split, people, n)
SELECT source, coalesce(split, ''), people, count(*) FROM comparison WHERE retired IS NULL GROUP BY 1, 2, 3;

CREATE INDEX comparison_retired ON comparison (source) WHERE retired IS NOT NULL;
