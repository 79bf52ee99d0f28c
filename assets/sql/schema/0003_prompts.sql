-- Rows of an embedding set that are prompts.
CREATE TABLE embedding_prompt (
  embedding_set INTEGER NOT NULL REFERENCES embedding_set,
  prompt        INTEGER NOT NULL REFERENCES prompt,
  row           INTEGER NOT NULL CHECK (row >= 0),
  PRIMARY KEY (embedding_set, prompt)
) STRICT, WITHOUT ROWID;
CREATE INDEX embedding_prompt_by_prompt ON embedding_prompt (prompt);
