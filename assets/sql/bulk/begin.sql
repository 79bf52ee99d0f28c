-- Ids are added in no order: their indexes are made at once when all are there.
DROP INDEX prompt_by_id;
DROP INDEX response_by_id;
DROP INDEX comparison_by_id;
DROP INDEX judgement_by_id;
