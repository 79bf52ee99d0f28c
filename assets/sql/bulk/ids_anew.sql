-- The indexes of ids from the rows themselves: when what was in memory is gone.
CREATE UNIQUE INDEX prompt_by_id ON prompt (id);
CREATE UNIQUE INDEX response_by_id ON response (id);
CREATE UNIQUE INDEX comparison_by_id ON comparison (id);
CREATE UNIQUE INDEX judgement_by_id ON judgement (id);
