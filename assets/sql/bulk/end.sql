-- How many people handled each; how many stand where is counted after it (store/tally.h)
UPDATE comparison SET people = (
  SELECT count(*) FROM latest JOIN annotator USING (annotator)
   WHERE latest.comparison = comparison.comparison AND latest.kind <> 'withdrawn' AND annotator.kind = 'person')
 WHERE comparison IN (SELECT latest.comparison FROM annotator JOIN latest USING (annotator)
                       WHERE annotator.kind = 'person' AND latest.comparison IS NOT NULL);
