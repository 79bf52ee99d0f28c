-- The indexes of ids get names, so that an import into a new workspace can make them when all ids are there (assets/sql/bulk).
-- What SQLite made for UNIQUE is such an index already: it is the schema that calls it otherwise, so that is all that changes.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'BLOB NOT NULL UNIQUE CHECK', 'BLOB NOT NULL CHECK')
 WHERE type = 'table' AND name IN ('prompt', 'response', 'comparison', 'judgement');
UPDATE sqlite_schema SET name = tbl_name || '_by_id', sql = 'CREATE UNIQUE INDEX ' || tbl_name || '_by_id ON ' || tbl_name || ' (id)'
 WHERE type = 'index' AND name IN ('sqlite_autoindex_prompt_1', 'sqlite_autoindex_response_1', 'sqlite_autoindex_comparison_1',
                                   'sqlite_autoindex_judgement_1');
PRAGMA writable_schema = RESET;
-- A change that others notice: they read the schema anew.
CREATE TABLE noticed (x INTEGER);
DROP TABLE noticed;
