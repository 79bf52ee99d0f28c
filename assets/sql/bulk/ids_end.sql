-- The filled tables of ids.sql become the indexes: only the schema calls them otherwise.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET type = 'index', tbl_name = substr(name, 5, length(name) - 7), name = substr(name, 5, length(name) - 7) || '_by_id',
       sql = 'CREATE UNIQUE INDEX ' || substr(name, 5, length(name) - 7) || '_by_id ON ' || substr(name, 5, length(name) - 7) || ' (id)'
 WHERE name IN ('new_prompt_id', 'new_response_id', 'new_comparison_id', 'new_judgement_id');
PRAGMA writable_schema = RESET;
