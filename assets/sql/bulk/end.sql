CREATE UNIQUE INDEX prompt_by_id ON prompt (id);
CREATE UNIQUE INDEX response_by_id ON response (id);
CREATE UNIQUE INDEX comparison_by_id ON comparison (id);
CREATE UNIQUE INDEX judgement_by_id ON judgement (id);

-- What is derived
UPDATE comparison SET people = (
  SELECT count(*) FROM latest JOIN annotator USING (annotator)
   WHERE latest.comparison = comparison.comparison AND latest.kind <> 'withdrawn' AND annotator.kind = 'person')
 WHERE comparison IN (SELECT latest.comparison FROM annotator JOIN latest USING (annotator)
                       WHERE annotator.kind = 'person' AND latest.comparison IS NOT NULL);
DELETE FROM tally;
INSERT INTO tally (source, split, people, n)
SELECT source, coalesce(split, ''), people, count(*) FROM comparison WHERE retired IS NULL GROUP BY 1, 2, 3;
