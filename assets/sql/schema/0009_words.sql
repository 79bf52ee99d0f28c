-- Search. An index of words, filled when somebody searches (store/words.h): an import does not pay for it. The texts of a
-- comparison are one document, and so is what one judgement says; the documents themselves are not kept twice.
CREATE VIRTUAL TABLE words USING fts5 (prompt, first, second, content='', columnsize=0,
                                       tokenize='unicode61 remove_diacritics 2');
-- rowid: comparison * 2^20 + how many judgements of that comparison came before it
CREATE VIRTUAL TABLE words_said USING fts5 (because, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2');
-- The last comparison and the last judgement that are in it.
CREATE TABLE words_reached (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  comparison INTEGER NOT NULL,
  judgement  INTEGER NOT NULL
) STRICT;
INSERT INTO words_reached (one, comparison, judgement) VALUES (1, 0, 0);

-- What somebody judged, what was skipped or flagged, what is retired: in the order of the comparisons, for pages.
DROP INDEX latest_by_annotator;
CREATE INDEX latest_by_annotator ON latest (annotator, kind, comparison);
CREATE INDEX latest_by_kind ON latest (kind, comparison) WHERE kind <> 'judged';
CREATE INDEX comparison_out_of_work ON comparison (comparison) WHERE retired IS NOT NULL;
