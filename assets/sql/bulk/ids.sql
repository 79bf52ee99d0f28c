-- What an index of ids holds, (id, row), is what a table without rows of its own holds by that key. Such tables are filled in
-- the order of ids from memory, where an index could only be made by reading all rows again.
CREATE TABLE new_prompt_id (id BLOB, row INTEGER, PRIMARY KEY (id, row)) WITHOUT ROWID;
CREATE TABLE new_response_id (id BLOB, row INTEGER, PRIMARY KEY (id, row)) WITHOUT ROWID;
CREATE TABLE new_comparison_id (id BLOB, row INTEGER, PRIMARY KEY (id, row)) WITHOUT ROWID;
CREATE TABLE new_judgement_id (id BLOB, row INTEGER, PRIMARY KEY (id, row)) WITHOUT ROWID;
