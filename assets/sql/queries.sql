-- Every statement of the program, by name. Parameters are ?1, ?2, … in the order in which they are bound.

-- Settings, audit, rubrics

-- name: setting_get
SELECT value FROM setting WHERE key = ?1;
-- name: setting_set
INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value;
-- name: setting_clear
DELETE FROM setting WHERE key = ?1;

-- name: audit_add
INSERT INTO audit (at, who, what, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: audit_list
SELECT at, who, what, subject, detail FROM audit WHERE ?1 IS NULL OR what = ?1 ORDER BY audit DESC LIMIT ?2;

-- name: rubric_get
SELECT rubric, name, version, body FROM rubric WHERE rubric = ?1;
-- name: rubric_same
SELECT rubric FROM rubric WHERE name = ?1 AND body = ?2;
-- name: rubric_newest
SELECT max(version) FROM rubric WHERE name = ?1;
-- name: rubric_version
SELECT version FROM rubric WHERE rubric = ?1;
-- name: rubric_add
INSERT INTO rubric (name, version, body, created) VALUES (?1, ?2, ?3, ?4);
-- name: rubric_find
-- version 0: the newest
SELECT rubric FROM rubric WHERE name = ?1 AND (?2 = 0 OR version = ?2) ORDER BY version DESC LIMIT 1;
-- name: rubric_list
SELECT rubric, name, version, body FROM rubric ORDER BY rubric;

-- Content

-- name: source_find
SELECT source FROM source WHERE name = ?1;
-- name: source_add
INSERT INTO source (name, created) VALUES (?1, ?2);
-- name: source_licence
SELECT licence FROM source WHERE source = ?1;
-- name: source_learn_licence
UPDATE source SET licence = ?2 WHERE source = ?1 AND licence IS NULL;
-- name: prompt_find
SELECT prompt FROM prompt WHERE id = ?1;
-- name: prompt_add
INSERT INTO prompt (id, messages) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING;
-- name: response_find
SELECT response FROM response WHERE id = ?1;
-- name: response_add
INSERT INTO response (id, prompt, text, model, language, tags) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING;
-- name: response_learn
UPDATE response SET model = coalesce(model, ?2), language = coalesce(language, ?3), tags = coalesce(tags, ?4)
 WHERE response = ?1;
-- name: comparison_find
SELECT comparison, first, split IS NULL FROM comparison WHERE id = ?1;
-- name: comparison_add
INSERT INTO comparison (id, prompt, first, second, source, split, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (id) DO NOTHING;
-- name: comparison_learn
UPDATE comparison SET split = ?2 WHERE comparison = ?1 AND split IS NULL;
-- name: comparison_learn_principle
UPDATE comparison SET principle = ?2 WHERE comparison = ?1 AND principle IS NULL AND ?2 <> '';
-- name: comparison_principle
SELECT principle FROM comparison WHERE comparison = ?1;
-- name: comparison_id
SELECT id FROM comparison WHERE comparison = ?1;
-- name: comparison_retired
SELECT retired FROM comparison WHERE comparison = ?1;
-- name: comparison_retire
UPDATE comparison SET retired = ?2 WHERE comparison = ?1;
-- name: comparison_retired_why
-- the last reason that was given; ?1 the id in hex
SELECT coalesce(detail ->> 'reason', '') FROM audit INDEXED BY audit_by_subject
 WHERE subject = ?1 AND what = 'retire' ORDER BY at DESC, audit DESC LIMIT 1;

-- name: response_measure
SELECT length(text), language FROM response WHERE id = ?1;
-- name: response_count
SELECT count(*) FROM response;
-- name: response_each
SELECT response.response, prompt.prompt, response.id, prompt.id, prompt.messages, response.text, response.model,
       response.language, item.suite, item.subset
  FROM response JOIN prompt USING (prompt)
  LEFT JOIN item ON item.item = (SELECT min(a.item) FROM item_answer a WHERE a.response = response.response)
 ORDER BY response.response;

-- Items of benchmarks

-- name: item_comparison_unasked
-- people are not asked what the benchmark knows: their answers would be of no use to it, and it of no use as a test
UPDATE comparison SET wanted = 0 WHERE comparison = ?1 AND wanted IS NULL;
-- name: item_find
SELECT item FROM item WHERE id = ?1;
-- name: item_add
INSERT INTO item (id, suite, name, subset, section, language, source, prompt, extra)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
-- name: item_answer_find
SELECT response, correct FROM item_answer WHERE item = ?1 AND position = ?2;
-- name: item_answer_other_side
SELECT response FROM item_answer WHERE response = ?2 AND item = ?1 AND correct = ?3 LIMIT 1;
-- name: item_answer_add
INSERT INTO item_answer (item, position, response, correct) VALUES (?1, ?2, ?3, ?4);
-- name: item_answer_count
SELECT count(*) FROM item_answer WHERE item = ?1;
-- name: item_side
SELECT response.response, response.id FROM item_answer JOIN response USING (response)
 WHERE item = ?1 AND correct = ?2 ORDER BY position;
-- name: item_each
-- of a suite; NULL for a source means all
SELECT item.item, prompt.id, item.name, item.subset, item.section, item.language, item.extra, prompt.messages
  FROM item JOIN prompt USING (prompt) JOIN source USING (source)
 WHERE item.suite = ?1 AND (?2 IS NULL OR source.name = ?2) ORDER BY item.item;
-- name: item_answer_each_id
SELECT response.id, correct, position FROM item_answer JOIN response USING (response)
 WHERE item = ?1 ORDER BY correct DESC, position;
-- name: item_answer_each
SELECT response.id, correct, position, text, model FROM item_answer JOIN response USING (response)
 WHERE item = ?1 ORDER BY correct DESC, position;
-- name: item_counts
SELECT item.suite, source.name, count(*) FROM item JOIN source USING (source)
 GROUP BY item.suite, source.source ORDER BY item.suite, source.source;
-- name: comparison_learn_subset
UPDATE comparison SET subset = ?2 WHERE comparison = ?1 AND subset IS NULL;

-- Annotators and judgements

-- name: annotator_find
SELECT annotator FROM annotator WHERE name = ?1;
-- name: annotator_name
SELECT name FROM annotator WHERE annotator = ?1;
-- name: annotator_add
INSERT INTO annotator (name, kind, created) VALUES (?1, ?2, ?3);

-- name: judgement_find
SELECT judgement FROM judgement WHERE id = ?1;
-- name: judgement_add
-- as the next revision
INSERT INTO judgement (id, comparison, response, annotator, revision, kind, preference, neither, justification, reason,
                       a_is, seconds, rubric, extra, created, confidence, failed, lean)
VALUES (?1, ?2, ?3, ?4,
        1 + coalesce(CASE WHEN ?3 IS NULL
                          THEN (SELECT max(revision) FROM judgement WHERE comparison = ?2 AND annotator = ?4)
                          ELSE (SELECT max(revision) FROM judgement WHERE response = ?3 AND annotator = ?4) END, 0),
        ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
    ON CONFLICT (id) DO NOTHING;
-- name: latest_add
INSERT INTO latest (comparison, response, annotator, judgement, kind) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING;
-- name: latest_move
UPDATE latest SET judgement = ?3, kind = ?4 WHERE comparison = ?1 AND annotator = ?2;
-- name: latest_move_response
UPDATE latest SET judgement = ?3, kind = ?4 WHERE response = ?1 AND annotator = ?2;
-- name: comparison_count_people
UPDATE comparison SET people = (
  SELECT count(*) FROM latest JOIN annotator USING (annotator)
   WHERE latest.comparison = ?1 AND latest.kind <> 'withdrawn' AND annotator.kind = 'person')
 WHERE comparison = ?1;
-- name: annotator_is_person
SELECT kind = 'person' FROM annotator WHERE annotator = ?1;

-- Filling a new workspace (store/bulk.h): rows that wait in memory

-- name: bulk_is_new
SELECT NOT EXISTS (SELECT 1 FROM prompt) AND NOT EXISTS (SELECT 1 FROM response) AND NOT EXISTS (SELECT 1 FROM comparison)
   AND NOT EXISTS (SELECT 1 FROM judgement);
-- name: bulk_is_whole
SELECT count(*) FROM sqlite_schema WHERE name = 'judgement_by_id';
-- Staged rows never contradict what is there; if they did, all would be undone. Said so, SQLite keeps no copy of the pages that
-- a statement changes. Prompts, responses, comparisons and judgements come in the order of their rows, which are given here as
-- they were given there (store/bulk.c), without looking for each.
-- name: stage_prompt
INSERT OR ROLLBACK INTO prompt (id, messages) SELECT c1, c2 FROM staged_prompt;
-- name: stage_response
INSERT OR ROLLBACK INTO response (id, prompt, text, model, language, tags) SELECT c1, c2, c3, c4, c5, c6 FROM staged_response;
-- name: stage_comparison
INSERT OR ROLLBACK INTO comparison (id, prompt, first, second, source, split, created) SELECT c1, c2, c3, c4, c5, c6, c7 FROM staged_comparison;
-- name: stage_judgement
INSERT OR ROLLBACK INTO judgement (id, comparison, response, annotator, revision, kind, preference, neither,
                                   justification, reason, a_is, seconds, rubric, extra, created, confidence, failed, lean)
SELECT c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18 FROM staged_judgement;
-- name: stage_latest
INSERT OR ROLLBACK INTO latest (comparison, response, annotator, judgement, kind) SELECT * FROM staged_latest;
-- name: stage_later
-- the one that was there gives way
INSERT OR REPLACE INTO latest (comparison, response, annotator, judgement, kind) SELECT * FROM staged_later;
-- name: stage_aspect
INSERT OR ROLLBACK INTO aspect (judgement, attribute, value, leans, position) SELECT * FROM staged_aspect;
-- name: stage_rating
INSERT OR ROLLBACK INTO rating (judgement, response, attribute, value, position) SELECT * FROM staged_rating;

-- How many comparisons in work stand where

-- name: tally_add
UPDATE tally SET n = n + 1 WHERE source = ?1 AND split = ?2 AND people = 0;
-- name: tally_begin
INSERT INTO tally (source, split, people, n) VALUES (?1, ?2, 0, 1);
-- name: tally_places
SELECT source, coalesce(split, ''), people FROM comparison NOT INDEXED WHERE retired IS NULL;
-- name: tally_clear
DELETE FROM tally;
-- name: tally_put
INSERT INTO tally (source, split, people, n) VALUES (?1, ?2, ?3, ?4);
-- name: tally_leave
UPDATE tally SET n = n - 1
 WHERE (source, split, people) = (SELECT source, coalesce(split, ''), people FROM comparison
                                   WHERE comparison = ?1 AND retired IS NULL);
-- name: tally_enter
UPDATE tally SET n = n + 1
 WHERE (source, split, people) = (SELECT source, coalesce(split, ''), people FROM comparison
                                   WHERE comparison = ?1 AND retired IS NULL);
-- name: tally_enter_first
INSERT INTO tally (source, split, people, n)
SELECT source, coalesce(split, ''), people, 1 FROM comparison WHERE comparison = ?1 AND retired IS NULL;

-- name: rating_add
INSERT INTO rating (judgement, response, attribute, value, position) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: aspect_add
INSERT INTO aspect (judgement, attribute, value, leans, position) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: span_add
INSERT INTO span (judgement, response, position, start, stop, sign, comment) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
-- name: any_of_response
-- is there anything of the kind at all?
SELECT EXISTS (SELECT 1 FROM latest WHERE response IS NOT NULL);
-- name: any_rating
SELECT EXISTS (SELECT 1 FROM rating) OR EXISTS (SELECT 1 FROM aspect);
-- name: any_span
SELECT EXISTS (SELECT 1 FROM span);
-- name: span_list
-- of a judgement: which response as in rating_list, bytes, sign, comment
SELECT coalesce(span.response = comparison.second, 0), span.start, span.stop, span.sign, span.comment
  FROM span JOIN judgement USING (judgement) LEFT JOIN comparison USING (comparison)
 WHERE span.judgement = ?1 ORDER BY span.position;
-- name: rating_list
-- which of the comparison's responses (0 first, 1 second, NULL: both together), attribute, value, does it lean
SELECT coalesce(rating.response = comparison.second, 0), rating.attribute, rating.value, 0, rating.position
  FROM rating JOIN judgement USING (judgement) LEFT JOIN comparison USING (comparison)
 WHERE rating.judgement = ?1
UNION ALL SELECT NULL, attribute, value, leans, position FROM aspect WHERE judgement = ?1
 ORDER BY 1, 5;

-- name: judgement_list
SELECT j.judgement, j.id, j.comparison, j.response, j.annotator, a.name, a.kind = 'person', j.revision, j.kind,
       j.preference, j.neither, j.justification, j.reason, j.a_is, j.seconds, j.rubric, r.name, r.version, j.extra,
       j.created, j.confidence, a.kind = 'reviewer', j.failed, j.lean
  FROM judgement j JOIN annotator a USING (annotator) JOIN rubric r USING (rubric)
 WHERE j.comparison = ?1;
-- name: judgement_list_latest
SELECT j.judgement, j.id, j.comparison, j.response, j.annotator, a.name, a.kind = 'person', j.revision, j.kind,
       j.preference, j.neither, j.justification, j.reason, j.a_is, j.seconds, j.rubric, r.name, r.version, j.extra,
       j.created, j.confidence, a.kind = 'reviewer', j.failed, j.lean
  FROM latest l JOIN judgement j USING (judgement) JOIN annotator a ON a.annotator = j.annotator JOIN rubric r USING (rubric)
 WHERE l.comparison = ?1;
-- name: judgement_walk
--- the latest of each comparison, one comparison after the other
SELECT j.judgement, j.id, j.comparison, j.response, j.annotator, a.name, a.kind = 'person', j.revision, j.kind,
       j.preference, j.neither, j.justification, j.reason, j.a_is, j.seconds, j.rubric, r.name, r.version, j.extra,
       j.created, j.confidence, a.kind = 'reviewer', j.failed, j.lean
  FROM latest l INDEXED BY latest_comparison CROSS JOIN judgement j USING (judgement)
  CROSS JOIN annotator a ON a.annotator = j.annotator CROSS JOIN rubric r USING (rubric)
 WHERE l.comparison IS NOT NULL ORDER BY l.comparison;
-- name: judgement_list_response
SELECT j.judgement, j.id, j.comparison, j.response, j.annotator, a.name, a.kind = 'person', j.revision, j.kind,
       j.preference, j.neither, j.justification, j.reason, j.a_is, j.seconds, j.rubric, r.name, r.version, j.extra,
       j.created, j.confidence, a.kind = 'reviewer', j.failed, j.lean
  FROM judgement j JOIN annotator a USING (annotator) JOIN rubric r USING (rubric)
 WHERE j.response = ?1;
-- name: judgement_list_response_latest
SELECT j.judgement, j.id, j.comparison, j.response, j.annotator, a.name, a.kind = 'person', j.revision, j.kind,
       j.preference, j.neither, j.justification, j.reason, j.a_is, j.seconds, j.rubric, r.name, r.version, j.extra,
       j.created, j.confidence, a.kind = 'reviewer', j.failed, j.lean
  FROM latest l JOIN judgement j USING (judgement) JOIN annotator a ON a.annotator = j.annotator JOIN rubric r USING (rubric)
 WHERE l.response = ?1;

-- The work of one annotator

-- name: side_get
SELECT a_is FROM side WHERE annotator = ?1 AND comparison = ?2;
-- name: side_next_ordinal
SELECT max(ordinal) + 1 FROM side WHERE annotator = ?1;
-- name: side_block
-- how often each response was drawn for side A since the block began
SELECT coalesce(sum(a_is = 1), 0), coalesce(sum(a_is = 2), 0) FROM side WHERE annotator = ?1 AND ordinal >= ?2;
-- name: side_add
INSERT INTO side (annotator, comparison, a_is, ordinal, drawn) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: side_of_judgement
SELECT a_is FROM judgement WHERE comparison = ?2 AND annotator = ?1 ORDER BY revision DESC LIMIT 1;

-- name: assignment_take
INSERT INTO assignment (annotator, comparison, taken, expires) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (annotator, comparison) DO UPDATE SET expires = max(expires, excluded.expires);
-- name: assignment_end
DELETE FROM assignment WHERE annotator = ?1 AND comparison = ?2;

-- name: assignment_leave
-- ?3: until when a lease of one's own runs at most; what the owner handed out runs longer and stays
DELETE FROM assignment WHERE annotator = ?1 AND comparison = ?2 AND expires <= ?3
   AND NOT EXISTS (SELECT 1 FROM draft WHERE annotator = ?1 AND comparison = ?2);


-- name: place_get
SELECT comparison FROM place WHERE annotator = ?1;
-- name: place_reached
SELECT reached FROM place WHERE annotator = ?1;
-- name: place_set
INSERT INTO place (annotator, comparison, reached) VALUES (?1, ?2, 0)
    ON CONFLICT (annotator) DO UPDATE SET comparison = excluded.comparison;
-- name: place_set_reached
UPDATE place SET reached = ?2 WHERE annotator = ?1;

-- Available to an annotator: in work, not handled by them, wanted by the filters of that person, and with a slot that no
-- other person has filled or holds. Control comparisons (ids below a bound) and gold ones have a slot for everybody; what
-- is reserved is there for one person alone. Filters are lists of names, each between two line ends; NULL: any.

-- name: task_is_available
-- ?1 annotator, ?2 comparison, ?3 now, ?4 overlap, ?5 bound of control ids, ?6 sources, ?7 languages, ?8 splits, ?9 subsets,
-- ?10 tags
SELECT c.comparison FROM comparison c
 WHERE c.comparison = ?2 AND (c.reserved = ?1 OR (c.reserved IS NULL AND c.retired IS NULL))
   AND coalesce(c.wanted, 1) > 0 AND (SELECT kind FROM annotator WHERE annotator = ?1) = 'person'
   AND (c.lead IS NULL OR c.lead = c.comparison)
   AND NOT EXISTS (SELECT 1 FROM latest WHERE comparison = c.comparison AND annotator = ?1 AND kind <> 'withdrawn')
   AND (c.id < ?5 OR EXISTS (SELECT 1 FROM gold WHERE comparison = c.comparison) OR
        EXISTS (SELECT 1 FROM comparison m JOIN gold ON gold.comparison = m.comparison WHERE m.lead = c.comparison) OR
        c.people + (SELECT count(*) FROM assignment s
                     WHERE s.comparison = c.comparison AND s.expires > ?3 AND s.annotator <> ?1
                       AND NOT EXISTS (SELECT 1 FROM latest WHERE comparison = c.comparison AND annotator = s.annotator
                                          AND kind <> 'withdrawn')) < coalesce(c.wanted, ?4))
   AND (?6 IS NULL OR instr(?6, char(10) || (SELECT name FROM source WHERE source = c.source) || char(10)) > 0)
   AND (?7 IS NULL OR instr(?7, char(10) || (SELECT language FROM response WHERE response = c.first) || char(10)) > 0)
   AND (?8 IS NULL OR instr(?8, char(10) || c.split || char(10)) > 0)
   AND (?9 IS NULL OR instr(?9, char(10) || c.subset || char(10)) > 0)
   AND (?10 IS NULL OR EXISTS (SELECT 1 FROM response r JOIN json_each(r.tags) t WHERE r.response IN (c.first, c.second)
                                  AND instr(?10, char(10) || t.value || char(10)) > 0));
-- name: task_next_open
-- the first behind ?2 that ?11 people have handled; the rest as above
SELECT c.comparison FROM comparison c INDEXED BY comparison_by_people
 WHERE c.people = ?11 AND c.comparison > ?2 AND c.retired IS NULL AND c.reserved IS NULL
   AND (c.lead IS NULL OR c.lead = c.comparison)
   AND NOT EXISTS (SELECT 1 FROM latest WHERE comparison = c.comparison AND annotator = ?1 AND kind <> 'withdrawn')
   AND c.people + (SELECT count(*) FROM assignment s
                    WHERE s.comparison = c.comparison AND s.expires > ?3 AND s.annotator <> ?1
                      AND NOT EXISTS (SELECT 1 FROM latest WHERE comparison = c.comparison AND annotator = s.annotator
                                         AND kind <> 'withdrawn')) < coalesce(c.wanted, ?4)
   AND (c.id < ?5 OR c.people < coalesce(c.wanted, ?4))
   AND (?6 IS NULL OR instr(?6, char(10) || (SELECT name FROM source WHERE source = c.source) || char(10)) > 0)
   AND (?7 IS NULL OR instr(?7, char(10) || (SELECT language FROM response WHERE response = c.first) || char(10)) > 0)
   AND (?8 IS NULL OR instr(?8, char(10) || c.split || char(10)) > 0)
   AND (?9 IS NULL OR instr(?9, char(10) || c.subset || char(10)) > 0)
   AND (?10 IS NULL OR EXISTS (SELECT 1 FROM response r JOIN json_each(r.tags) t WHERE r.response IN (c.first, c.second)
                                  AND instr(?10, char(10) || t.value || char(10)) > 0))
 ORDER BY c.comparison LIMIT 1;
-- name: task_next_wanting
-- the first behind ?2 for which more people are wanted than the overlap says; parameters as of task_is_available
SELECT c.comparison FROM comparison c INDEXED BY comparison_wanting
 WHERE c.wanted IS NOT NULL AND c.retired IS NULL AND c.people < c.wanted AND c.comparison > ?2 AND c.reserved IS NULL
   AND c.people >= ?4 AND (c.lead IS NULL OR c.lead = c.comparison)
   AND NOT EXISTS (SELECT 1 FROM latest WHERE comparison = c.comparison AND annotator = ?1 AND kind <> 'withdrawn')
   AND c.people + (SELECT count(*) FROM assignment s
                    WHERE s.comparison = c.comparison AND s.expires > ?3 AND s.annotator <> ?1
                      AND NOT EXISTS (SELECT 1 FROM latest WHERE comparison = c.comparison AND annotator = s.annotator
                                         AND kind <> 'withdrawn')) < c.wanted
   AND (?6 IS NULL OR instr(?6, char(10) || (SELECT name FROM source WHERE source = c.source) || char(10)) > 0)
   AND (?7 IS NULL OR instr(?7, char(10) || (SELECT language FROM response WHERE response = c.first) || char(10)) > 0)
   AND (?8 IS NULL OR instr(?8, char(10) || c.split || char(10)) > 0)
   AND (?9 IS NULL OR instr(?9, char(10) || c.subset || char(10)) > 0)
   AND (?10 IS NULL OR EXISTS (SELECT 1 FROM response r JOIN json_each(r.tags) t WHERE r.response IN (c.first, c.second)
                                  AND instr(?10, char(10) || t.value || char(10)) > 0))
 ORDER BY c.comparison LIMIT 1;
-- name: task_next_control
-- the first control comparison behind ?2 and before ?4
SELECT c.comparison FROM comparison c NOT INDEXED
 WHERE c.comparison > ?2 AND c.comparison < ?4 AND c.id < ?3 AND c.retired IS NULL AND coalesce(c.wanted, 1) > 0
   AND (c.lead IS NULL OR c.lead = c.comparison)
   AND NOT EXISTS (SELECT 1 FROM latest WHERE comparison = c.comparison AND annotator = ?1 AND kind <> 'withdrawn')
 ORDER BY c.comparison LIMIT 1;
-- name: task_next_gold
-- ?1 annotator, ?2 after, ?3 whether the qualifying ones alone are meant
SELECT g.comparison FROM gold g CROSS JOIN comparison c USING (comparison)
 WHERE g.comparison > ?2 AND g.qualifying >= ?3 AND c.retired IS NULL AND coalesce(c.wanted, 1) > 0
   AND NOT EXISTS (SELECT 1 FROM latest WHERE comparison = g.comparison AND annotator = ?1 AND kind <> 'withdrawn')
 ORDER BY g.comparison LIMIT 1;
-- name: task_most_people
SELECT people FROM comparison INDEXED BY comparison_by_people WHERE retired IS NULL AND people >= 0
 ORDER BY people DESC LIMIT 1;
-- name: annotator_limits
SELECT quota, wants, per_day FROM annotator WHERE annotator = ?1;
-- name: annotator_set_limits
UPDATE annotator SET quota = ?2, wants = ?3, per_day = ?4 WHERE annotator = ?1;
-- name: annotator_limits_each
-- everybody of whom something is asked; ?1: only this one
SELECT name, annotator FROM annotator
 WHERE kind = 'person' AND (annotator = ?1 OR (?1 IS NULL AND (quota IS NOT NULL OR wants IS NOT NULL OR per_day IS NOT NULL)))
 ORDER BY name;
-- name: annotator_handled_since
-- comparisons that ?1 handled since ?2 and not took back; what was handled before and revised since is none of them
SELECT count(*) FROM judgement j JOIN latest l USING (judgement)
 WHERE j.annotator = ?1 AND j.created >= ?2 AND l.kind <> 'withdrawn' AND j.comparison IS NOT NULL
   AND coalesce((SELECT p.kind FROM judgement p
                  WHERE p.comparison = j.comparison AND p.annotator = j.annotator AND p.created < ?2
                  ORDER BY p.revision DESC LIMIT 1), 'withdrawn') = 'withdrawn';
-- name: annotator_handled
SELECT count(*) FROM latest WHERE annotator = ?1 AND kind IN ('judged', 'skipped', 'flagged') AND comparison IS NOT NULL;
-- name: comparison_want
UPDATE comparison SET wanted = ?2 WHERE comparison = ?1 AND wanted IS NOT ?2;
-- name: comparison_asked
-- how many people somebody asked for by hand, last (store/assign.h); ?1 the id in hex
SELECT CAST(detail ->> 'people' AS INTEGER) FROM audit INDEXED BY audit_by_subject
 WHERE subject = ?1 AND what = 'want' ORDER BY at DESC, audit DESC LIMIT 1;
-- name: comparison_wanted
SELECT coalesce(wanted, -1) FROM comparison WHERE comparison = ?1 AND reserved IS NULL;

-- Comparisons given to one person once more: out of the common work from the start.

-- name: repeat_counts
-- of an annotator: how many were made, and how many comparisons they have judged
SELECT (SELECT count(*) FROM comparison WHERE reserved = ?1 AND repeats IS NOT NULL),
       (SELECT count(*) FROM latest WHERE annotator = ?1 AND kind = 'judged');
-- name: repeat_candidate
-- ?1 annotator; the first draw of theirs from ?2 to ?3 that was judged and not repeated yet
SELECT s.comparison FROM side s JOIN comparison c USING (comparison)
 WHERE s.annotator = ?1 AND s.ordinal BETWEEN ?2 AND ?3 AND c.retired IS NULL
   AND EXISTS (SELECT 1 FROM latest WHERE comparison = s.comparison AND annotator = ?1 AND kind = 'judged')
   AND NOT EXISTS (SELECT 1 FROM comparison r WHERE r.repeats = s.comparison AND r.reserved = ?1)
 ORDER BY s.ordinal LIMIT 1;
-- name: repeat_source
SELECT c.id, a.name FROM comparison c, annotator a WHERE c.comparison = ?1 AND a.annotator = ?2;
-- name: repeat_add
INSERT INTO comparison (id, prompt, first, second, source, split, created, retired, subset, principle, wanted, repeats,
                        reserved)
SELECT ?1, prompt, first, second, source, split, ?2, ?2, subset, principle, 1, comparison, ?4
  FROM comparison WHERE comparison = ?3;
-- name: repeat_of
SELECT repeats FROM comparison WHERE comparison = ?1 AND repeats IS NOT NULL;

-- What would be worked on next, and why

-- name: queue_given
-- in work and with fewer people than wanted: ?1 overlap, ?2 how many. Of a prompt with 3 to ?3 answers (0: the rubric
-- does not rank) the first one: all become one ranking as soon as somebody comes to it
SELECT c.id, c.people, coalesce(c.wanted, ?1), source.name, c.comparison FROM comparison c JOIN source USING (source)
 WHERE c.retired IS NULL AND c.people < coalesce(c.wanted, ?1) AND (c.lead IS NULL OR c.lead = c.comparison)
   AND (?3 = 0 OR c.lead IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM comparison e WHERE e.prompt = c.prompt AND e.comparison < c.comparison
                          AND e.retired IS NULL AND e.reserved IS NULL AND e.people < coalesce(e.wanted, ?1))
        OR (SELECT count(*) FROM (
              SELECT first AS response FROM comparison e
               WHERE e.prompt = c.prompt AND e.retired IS NULL AND e.reserved IS NULL AND coalesce(e.wanted, 1) > 0
               UNION SELECT second FROM comparison e
               WHERE e.prompt = c.prompt AND e.retired IS NULL AND e.reserved IS NULL AND coalesce(e.wanted, 1) > 0)
            AS stands) > ?3)
 ORDER BY c.comparison LIMIT ?2;
-- name: queue_disagreement
-- judged by at least two people and reviewed by nobody, those that differ most first: spread of the preferences, then of
-- helpfulness; ?1 how many
SELECT id, people, spread, helpfulness, conflict, source, comparison FROM (
  SELECT c.comparison, c.id, count(*) AS people, coalesce(max(j.preference) - min(j.preference), 0) AS spread,
         coalesce(max((SELECT max(h.high - h.low) FROM (
           SELECT max(r.value) AS high, min(r.value) AS low FROM latest m JOIN annotator b ON b.annotator = m.annotator
             JOIN rating r ON r.judgement = m.judgement
            WHERE m.comparison = c.comparison AND m.kind = 'judged' AND b.kind = 'person' AND r.attribute = 'helpfulness'
            GROUP BY r.response) AS h)), 0) AS helpfulness,
         coalesce(min(j.preference) < 0 AND max(j.preference) > 0, 0) AS conflict, source.name AS source
    FROM comparison c INDEXED BY comparison_by_people JOIN source USING (source)
    JOIN latest l ON l.comparison = c.comparison AND l.kind = 'judged'
    JOIN annotator a ON a.annotator = l.annotator AND a.kind = 'person' JOIN judgement j ON j.judgement = l.judgement
   WHERE c.retired IS NULL AND c.people >= 2
     AND NOT EXISTS (SELECT 1 FROM latest v JOIN annotator r ON r.annotator = v.annotator
                      WHERE v.comparison = c.comparison AND v.kind = 'judged' AND r.kind = 'reviewer')
   GROUP BY c.comparison HAVING count(*) >= 2) AS differing
 WHERE spread > 0 OR helpfulness > 0
 ORDER BY conflict DESC, spread DESC, helpfulness DESC, comparison LIMIT ?1;
-- name: queue_skipped
-- given to nobody any more, since enough people skipped or flagged it; ?1 how many
SELECT c.id, c.people, source.name, c.comparison FROM comparison c JOIN source USING (source)
 WHERE c.wanted = 0 AND c.retired IS NULL ORDER BY c.comparison LIMIT ?1;

-- Search (store/words.h, store/browse.h). Comparisons that repeat another one are left out everywhere.

-- name: words_reached
SELECT comparison, judgement FROM words_reached WHERE one = 1;
-- name: words_reach
UPDATE words_reached SET comparison = ?1, judgement = ?2 WHERE one = 1;
-- name: words_left
-- behind ?1 the comparisons, behind ?2 the judgements that the index does not hold; keys have no gaps to speak of
SELECT max(0, coalesce((SELECT max(comparison) FROM comparison), 0) - ?1)
     + max(0, coalesce((SELECT max(judgement) FROM judgement), 0) - ?2);
-- name: words_texts_each
SELECT c.comparison, p.messages, a.text, b.text FROM comparison c JOIN prompt p ON p.prompt = c.prompt
  JOIN response a ON a.response = c.first JOIN response b ON b.response = c.second
 WHERE c.comparison > ?1 AND c.comparison <= ?2 ORDER BY c.comparison;
-- name: words_texts_add
INSERT INTO words (rowid, prompt, first, second) VALUES (?1, ?2, ?3, ?4);
-- name: words_said_each
-- ordered as their documents are numbered: the index wants them ascending
SELECT j.comparison, (SELECT count(*) FROM judgement k WHERE k.comparison = j.comparison AND k.judgement < j.judgement),
       j.justification
  FROM judgement j
 WHERE j.judgement > ?1 AND j.judgement <= ?2 AND j.comparison IS NOT NULL AND j.justification <> ''
 ORDER BY j.comparison, j.judgement;
-- name: words_said_add
INSERT INTO words_said (rowid, because) VALUES (?1, ?2);
-- name: words_in_texts
SELECT 1 FROM words WHERE words MATCH ?1 AND rowid = ?2;
-- name: words_in_said
-- documents ?2 to ?3: those of one comparison
SELECT rowid FROM words_said WHERE words_said MATCH ?1 AND rowid BETWEEN ?2 AND ?3;
-- name: words_said_counts
-- is the judgement with ?2 others before it the latest of whoever made it?
SELECT 1 FROM latest WHERE kind = 'judged' AND judgement =
  (SELECT judgement FROM judgement WHERE comparison = ?1 ORDER BY judgement LIMIT 1 OFFSET ?2);

-- Each gives the comparisons behind ?1 in their order, at most ?2; ?3: a name or an expression.
-- name: browse_all
SELECT comparison FROM comparison WHERE comparison > ?1 AND ?3 IS NULL ORDER BY comparison LIMIT ?2;
-- name: browse_source
SELECT comparison FROM comparison INDEXED BY comparison_by_source
 WHERE source = (SELECT source FROM source WHERE name = ?3) AND comparison > ?1 ORDER BY comparison LIMIT ?2;
-- name: browse_retired
SELECT comparison FROM comparison INDEXED BY comparison_out_of_work
 WHERE retired IS NOT NULL AND comparison > ?1 AND ?3 IS NULL ORDER BY comparison LIMIT ?2;
-- name: browse_annotator
SELECT comparison FROM latest INDEXED BY latest_by_annotator
 WHERE annotator = (SELECT annotator FROM annotator WHERE name = ?3) AND kind = 'judged' AND comparison > ?1
 ORDER BY comparison LIMIT ?2;
-- name: browse_annotator_alone
-- what they said of single responses: source data may hold nothing else
SELECT comparison FROM comparison
 WHERE comparison > ?1
   AND EXISTS (SELECT 1 FROM latest INDEXED BY latest_by_annotator
                WHERE annotator = (SELECT annotator FROM annotator WHERE name = ?3) AND kind = 'judged'
                  AND latest.comparison IS NULL)
   AND (EXISTS (SELECT 1 FROM latest INDEXED BY latest_response
                 WHERE response = comparison.first
                   AND annotator = (SELECT annotator FROM annotator WHERE name = ?3)) OR
        EXISTS (SELECT 1 FROM latest INDEXED BY latest_response
                 WHERE response = comparison.second
                   AND annotator = (SELECT annotator FROM annotator WHERE name = ?3)))
 ORDER BY comparison LIMIT ?2;
-- name: browse_skipped
SELECT DISTINCT comparison FROM latest INDEXED BY latest_by_kind
 WHERE kind = 'skipped' AND kind <> 'judged' AND comparison > ?1 AND ?3 IS NULL ORDER BY comparison LIMIT ?2;
-- name: browse_flagged
SELECT DISTINCT comparison FROM latest INDEXED BY latest_by_kind
 WHERE kind = 'flagged' AND kind <> 'judged' AND comparison > ?1 AND ?3 IS NULL ORDER BY comparison LIMIT ?2;
-- name: browse_texts
SELECT rowid FROM words WHERE words MATCH ?3 AND rowid > ?1 ORDER BY rowid LIMIT ?2;
-- name: browse_said
-- ?1 is the last document of a comparison; several documents are one comparison
SELECT rowid FROM words_said WHERE words_said MATCH ?3 AND rowid > ?1 ORDER BY rowid LIMIT ?2;
-- name: browse_row
-- as comparison_each, then what is only shown
SELECT c.comparison, c.id, c.first, a.id, c.second, b.id, c.prompt, p.id, source.name, c.split, c.subset,
       c.retired, c.repeats IS NOT NULL, c.people, c.wanted, a.language, b.language
  FROM comparison c JOIN source USING (source) JOIN prompt p ON p.prompt = c.prompt
  JOIN response a ON a.response = c.first JOIN response b ON b.response = c.second
 WHERE c.comparison = ?1;

-- Gold

-- name: gold_set
INSERT OR REPLACE INTO gold (comparison, answer, qualifying, created) VALUES (?1, ?2, ?3, ?4);
-- name: gold_drop
DELETE FROM gold WHERE comparison = ?1;
-- name: gold_list
SELECT c.id, g.answer, g.qualifying FROM gold g CROSS JOIN comparison c USING (comparison) ORDER BY g.comparison;
-- name: gold_count
-- all, and the qualifying ones; those out of work do not count
SELECT count(*), coalesce(sum(g.qualifying), 0) FROM gold g CROSS JOIN comparison c USING (comparison) WHERE c.retired IS NULL;
-- name: gold_marks
-- of an annotator (NULL: of every person): answered and right, of all and of the qualifying ones; of those (?2) what was
-- said first counts
SELECT a.name, count(*), sum(m.right), sum(m.qualifying), sum(m.right * m.qualifying)
  FROM (SELECT l.annotator, g.qualifying,
               CASE g.answer ->> 'better' WHEN 'first' THEN coalesce(j.preference < 0, 0)
                                          WHEN 'second' THEN coalesce(j.preference > 0, 0)
                                          WHEN 'same' THEN coalesce(j.preference = 0, 0) ELSE j.neither END AS right
          FROM gold g CROSS JOIN latest l ON l.comparison = g.comparison AND l.kind = 'judged'
          JOIN judgement j ON j.judgement = CASE WHEN ?2 AND g.qualifying THEN
                 (SELECT f.judgement FROM judgement f WHERE f.comparison = l.comparison AND f.annotator = l.annotator
                     AND f.kind = 'judged' ORDER BY f.revision LIMIT 1) ELSE l.judgement END
          JOIN comparison c ON c.comparison = g.comparison
         WHERE c.retired IS NULL AND (?1 IS NULL OR l.annotator = ?1)) m
  JOIN annotator a ON a.annotator = m.annotator WHERE a.kind = 'person'
 GROUP BY a.annotator ORDER BY a.name;

-- name: gold_qualifying
SELECT answer FROM gold WHERE comparison = ?1 AND qualifying;
-- name: gold_answers
-- one by one, of every person, in the order in which they were given
SELECT a.name, j.created, CASE g.answer ->> 'better' WHEN 'first' THEN coalesce(j.preference < 0, 0)
                                                     WHEN 'second' THEN coalesce(j.preference > 0, 0)
                                                     WHEN 'same' THEN coalesce(j.preference = 0, 0) ELSE j.neither END
  FROM gold g CROSS JOIN latest l ON l.comparison = g.comparison AND l.kind = 'judged'
 CROSS JOIN judgement j ON j.judgement = l.judgement CROSS JOIN comparison c ON c.comparison = g.comparison
 CROSS JOIN annotator a ON a.annotator = l.annotator
 WHERE c.retired IS NULL AND a.kind = 'person'
 ORDER BY a.name, j.created, j.judgement;

-- name: task_begun
-- items the annotator has a draft of or was handed, and has not handled; oldest first
SELECT s.comparison FROM (SELECT comparison FROM draft WHERE annotator = ?1
                          UNION SELECT comparison FROM assignment WHERE annotator = ?1) b
  JOIN side s ON s.annotator = ?1 AND s.comparison = b.comparison
 WHERE NOT EXISTS (SELECT 1 FROM latest WHERE comparison = b.comparison AND annotator = ?1 AND kind <> 'withdrawn')
 ORDER BY s.ordinal;
-- name: comparison_range
SELECT max(comparison) FROM comparison;

-- name: history_ordinal
SELECT ordinal FROM side WHERE annotator = ?1 AND comparison = ?2;
-- name: history_older
SELECT comparison FROM side WHERE annotator = ?1 AND ordinal < ?2 ORDER BY ordinal DESC LIMIT 1;
-- name: history_newer
SELECT comparison FROM side WHERE annotator = ?1 AND ordinal > ?2 ORDER BY ordinal LIMIT 1;
-- name: task_find
-- ids between two bounds; two rows are enough to know that it is ambiguous
SELECT comparison FROM comparison WHERE id BETWEEN ?1 AND ?2 LIMIT 2;

-- name: task_content
SELECT c.id, source.name, p.messages, a.text, b.text, c.first, c.second, c.principle
  FROM comparison c JOIN source USING (source) JOIN prompt p ON p.prompt = c.prompt
  JOIN response a ON a.response = c.first JOIN response b ON b.response = c.second
 WHERE c.comparison = ?1;
-- name: comparison_rows
SELECT first, second FROM comparison WHERE comparison = ?1;
-- name: latest_of
SELECT judgement, kind FROM latest WHERE comparison = ?2 AND annotator = ?1;
-- name: judgement_get
SELECT j.judgement, j.id, j.comparison, j.response, j.annotator, a.name, a.kind = 'person', j.revision, j.kind,
       j.preference, j.neither, j.justification, j.reason, j.a_is, j.seconds, j.rubric, r.name, r.version, j.extra,
       j.created, j.confidence, a.kind = 'reviewer', j.failed, j.lean
  FROM judgement j JOIN annotator a USING (annotator) JOIN rubric r USING (rubric)
 WHERE j.judgement = ?1;
-- name: judgement_at_revision
SELECT judgement FROM judgement WHERE comparison = ?1 AND annotator = ?2 AND revision = ?3;

-- Rankings (store/ranking.h)

-- name: ranking_lead
-- the comparison that leads, 0 for none; no row when ?1 is no person, for whom there are no rankings
SELECT coalesce(c.lead, 0) FROM annotator a CROSS JOIN comparison c
 WHERE a.annotator = ?1 AND a.kind = 'person' AND c.comparison = ?2;
-- name: ranking_of
-- no row when it is in none
SELECT lead FROM comparison WHERE comparison = ?1 AND lead IS NOT NULL;
-- name: ranking_may_be
-- the prompt, when people are asked about this comparison
SELECT prompt FROM comparison
 WHERE comparison = ?1 AND lead IS NULL AND retired IS NULL AND reserved IS NULL AND coalesce(wanted, 1) > 0;
-- name: ranking_answers_of
-- answers to a prompt that people are asked about
SELECT count(*) FROM (
  SELECT first AS response FROM comparison
   WHERE prompt = ?1 AND retired IS NULL AND reserved IS NULL AND coalesce(wanted, 1) > 0
   UNION SELECT second FROM comparison
   WHERE prompt = ?1 AND retired IS NULL AND reserved IS NULL AND coalesce(wanted, 1) > 0) AS stands;
-- name: ranking_gather
UPDATE comparison SET lead = comparison
 WHERE prompt = ?1 AND lead IS NULL AND retired IS NULL AND reserved IS NULL AND coalesce(wanted, 1) > 0;
-- name: ranking_members
-- of a prompt: all answers that stand in its ranking
SELECT r.response, r.id FROM response r
 WHERE r.response IN (SELECT first FROM comparison WHERE prompt = ?1 AND lead IS NOT NULL UNION
                      SELECT second FROM comparison WHERE prompt = ?1 AND lead IS NOT NULL)
 ORDER BY r.response;
-- name: ranking_first
-- where its comparisons come from
SELECT source, split FROM comparison WHERE prompt = ?1 AND lead IS NOT NULL ORDER BY comparison LIMIT 1;
-- name: ranking_leader
-- the one of the two answers whose ids come first, of those in work; of all when none is
SELECT c.comparison FROM comparison c JOIN response a ON a.response = c.first JOIN response b ON b.response = c.second
 WHERE c.prompt = ?1 AND c.lead IS NOT NULL
 ORDER BY c.retired IS NOT NULL, min(a.id, b.id), max(a.id, b.id) LIMIT 1;
-- name: ranking_set_lead
UPDATE comparison SET lead = ?2 WHERE comparison = ?1 AND lead IS NOT ?2;
-- name: ranking_dissolve
UPDATE comparison SET lead = NULL WHERE prompt = ?1 AND lead IS NOT NULL;
-- name: ranking_prompt
-- of a comparison that stands in a ranking
SELECT prompt FROM comparison WHERE comparison = ?1 AND lead IS NOT NULL;
-- name: ranking_leads
-- those that lead now
SELECT DISTINCT lead FROM comparison WHERE prompt = ?1 AND lead IS NOT NULL AND lead <> comparison;
-- name: ranking_move_shuffle
-- what is kept under the one that led (?1) goes to the one that leads (?2)
UPDATE OR IGNORE shuffle SET comparison = ?2 WHERE annotator > 0 AND comparison = ?1;
-- name: ranking_move_shown
UPDATE OR IGNORE shown SET comparison = ?2 WHERE annotator > 0 AND comparison = ?1;
-- name: ranking_move_side
UPDATE OR IGNORE side SET comparison = ?2 WHERE annotator > 0 AND comparison = ?1;
-- name: ranking_turn_side
-- as the order of the answers has it
UPDATE side SET a_is = coalesce((
  SELECT CASE WHEN x.place < y.place THEN 1 ELSE 2 END FROM comparison c
    JOIN shown x ON x.annotator = side.annotator AND x.comparison = c.comparison AND x.response = c.first
    JOIN shown y ON y.annotator = side.annotator AND y.comparison = c.comparison AND y.response = c.second
   WHERE c.comparison = side.comparison), a_is)
 WHERE annotator > 0 AND comparison = ?1;
-- name: ranking_move_draft
UPDATE OR IGNORE draft SET comparison = ?2 WHERE annotator > 0 AND comparison = ?1;
-- name: ranking_move_place
UPDATE place SET comparison = ?2 WHERE annotator > 0 AND comparison = ?1;
-- name: ranking_move_assignment
UPDATE OR IGNORE assignment SET comparison = ?2 WHERE annotator > 0 AND comparison = ?1;
-- name: ranking_pairs
-- the one that leads comes first
SELECT comparison, first, second FROM comparison WHERE lead = ?1 ORDER BY comparison <> ?1, comparison;
-- name: ranking_answers
-- in the order in which they came in
SELECT response FROM response
 WHERE response IN (SELECT first FROM comparison WHERE lead = ?1 UNION SELECT second FROM comparison WHERE lead = ?1)
 ORDER BY response;
-- name: ranking_level
-- all wait for as many people as the one that waits for most; for nobody when enough skipped
UPDATE comparison SET wanted = (SELECT CASE WHEN min(m.wanted) = 0 THEN 0 ELSE max(m.wanted) END
                                  FROM comparison m WHERE m.lead = ?1)
 WHERE lead = ?1;
-- name: shuffle_next_ordinal
SELECT max(ordinal) + 1 FROM shuffle WHERE annotator = ?1 AND answers = ?2;
-- name: shuffle_add
INSERT INTO shuffle (annotator, comparison, answers, ordinal) VALUES (?1, ?2, ?3, ?4);
-- name: shuffle_block
-- draws with ?2 answers from ?3 on: which of the answers, by the order in which they came in, stood where
SELECT (SELECT count(*) FROM shown o WHERE o.annotator = s.annotator AND o.comparison = s.comparison
           AND o.place < s.answers AND o.response < p.response)
  FROM shuffle s JOIN shown p ON p.annotator = s.annotator AND p.comparison = s.comparison AND p.place < s.answers
 WHERE s.annotator = ?1 AND s.answers = ?2 AND s.ordinal >= ?3 ORDER BY s.ordinal, p.place;
-- name: shown_list
SELECT shown.response, response.id, response.text FROM shown JOIN response ON response.response = shown.response
 WHERE shown.annotator = ?1 AND shown.comparison = ?2 ORDER BY shown.place;
-- name: shown_add
INSERT INTO shown (annotator, comparison, place, response) VALUES (?1, ?2, ?3, ?4);
-- name: step_judgement_add
INSERT INTO step_judgement (step, judgement) VALUES (?1, ?2);
-- name: step_judgement_list
SELECT judgement FROM step_judgement WHERE step = ?1 ORDER BY judgement;
-- name: step_judgement_drop
DELETE FROM step_judgement WHERE step = ?1;

-- name: draft_get
SELECT state, changed FROM draft WHERE annotator = ?1 AND comparison = ?2;
-- name: draft_set
INSERT INTO draft (annotator, comparison, state, changed) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (annotator, comparison) DO UPDATE SET state = excluded.state, changed = excluded.changed;
-- name: draft_drop
DELETE FROM draft WHERE annotator = ?1 AND comparison = ?2;

-- name: step_add
INSERT INTO step (annotator, comparison, kind, before, after, judgement, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
-- name: step_last
SELECT step, comparison, kind, before, after, judgement, created FROM step
 WHERE annotator = ?1 AND undone = 0 ORDER BY step DESC LIMIT 1;
-- name: step_undone
SELECT step, comparison, kind, before, after, judgement, created FROM step
 WHERE annotator = ?1 AND undone = 1 ORDER BY step LIMIT 1;
-- name: step_extend
UPDATE step SET after = ?2, created = ?3 WHERE step = ?1;
-- name: step_mark
UPDATE step SET undone = ?2, judgement = ?3 WHERE step = ?1;
-- name: step_forget_undone
DELETE FROM step WHERE annotator = ?1 AND undone = 1;

-- name: progress_total
SELECT coalesce(sum(n), 0) FROM tally;
-- name: progress_done
SELECT (SELECT count(*) FROM latest
         WHERE annotator = ?1 AND kind IN ('judged', 'skipped', 'flagged') AND comparison IS NOT NULL)
     - (SELECT count(*) FROM comparison c JOIN latest l ON l.comparison = c.comparison AND l.annotator = ?1
         WHERE c.retired IS NOT NULL AND l.kind <> 'withdrawn');
-- name: progress_today
-- what was judged before ?2 and revised since is none of them
SELECT count(*) FROM judgement j JOIN latest l USING (judgement)
 WHERE j.annotator = ?1 AND j.created >= ?2 AND l.kind = 'judged' AND j.comparison IS NOT NULL
   AND coalesce((SELECT p.kind FROM judgement p
                  WHERE p.comparison = j.comparison AND p.annotator = j.annotator AND p.created < ?2
                  ORDER BY p.revision DESC LIMIT 1), 'withdrawn') <> 'judged';
-- name: progress_open
-- in work and with fewer people than are wanted: by the overlap, but for those of which something else is known
SELECT (SELECT coalesce(sum(n), 0) FROM tally WHERE people < ?1)
     - (SELECT count(*) FROM comparison INDEXED BY comparison_by_wanted
         WHERE wanted IS NOT NULL AND retired IS NULL AND people < ?1 AND people >= wanted)
     + (SELECT count(*) FROM comparison INDEXED BY comparison_wanting
         WHERE wanted IS NOT NULL AND retired IS NULL AND people < wanted AND people >= ?1);
-- name: progress_open_mine
-- of them handled by the annotator
SELECT count(*) FROM latest JOIN comparison USING (comparison)
 WHERE latest.annotator = ?1 AND latest.kind IN ('judged', 'skipped', 'flagged') AND comparison.retired IS NULL
   AND comparison.people < coalesce(comparison.wanted, ?2);
-- name: progress_open_held
-- of the rest: those whose last slots others hold; ?1 annotator, ?2 now, ?3 overlap
SELECT count(*) FROM (SELECT comparison FROM assignment WHERE expires > ?2 AND annotator <> ?1
                      UNION SELECT m.comparison FROM assignment CROSS JOIN comparison m ON m.lead = assignment.comparison
                             WHERE expires > ?2 AND assignment.annotator <> ?1) h
  JOIN comparison c USING (comparison)
 WHERE c.retired IS NULL AND c.people < coalesce(c.wanted, ?3)
   AND NOT EXISTS (SELECT 1 FROM latest WHERE comparison = c.comparison AND annotator = ?1 AND kind <> 'withdrawn')
   AND c.people + (SELECT count(*) FROM assignment s
                    WHERE s.comparison = coalesce(c.lead, c.comparison) AND s.expires > ?2 AND s.annotator <> ?1
                      AND NOT EXISTS (SELECT 1 FROM latest WHERE comparison = c.comparison AND annotator = s.annotator
                                         AND kind <> 'withdrawn')) >= coalesce(c.wanted, ?3);

-- Labels and exports. Comparisons in work, in the order in which they came in; NULL for a filter means all.

-- name: source_list
SELECT name FROM source ORDER BY source;
-- name: comparison_count
SELECT count(*) FROM comparison JOIN source USING (source)
 WHERE comparison.retired IS NULL AND (?1 IS NULL OR source.name = ?1) AND (?2 IS NULL OR comparison.split = ?2);
-- name: comparison_each
SELECT c.comparison, c.id, c.first, a.id, c.second, b.id, c.prompt, p.id, source.name, c.split, c.subset
  FROM comparison c JOIN source USING (source) JOIN prompt p ON p.prompt = c.prompt
  JOIN response a ON a.response = c.first JOIN response b ON b.response = c.second
 WHERE c.retired IS NULL AND (?1 IS NULL OR source.name = ?1) AND (?2 IS NULL OR c.split = ?2)
 ORDER BY c.comparison;
-- name: comparison_export_each
-- the same with what they say
SELECT c.comparison, c.id, c.first, a.id, c.second, b.id, c.prompt, p.id, source.name, c.split, c.subset,
       p.messages, a.text, a.model, a.language, a.tags, b.text, b.model, b.language, b.tags
  FROM comparison c JOIN source USING (source) JOIN prompt p ON p.prompt = c.prompt
  JOIN response a ON a.response = c.first JOIN response b ON b.response = c.second
 WHERE c.retired IS NULL AND (?1 IS NULL OR source.name = ?1) AND (?2 IS NULL OR c.split = ?2)
 ORDER BY c.comparison;
-- name: prompt_get
SELECT messages FROM prompt WHERE prompt = ?1;
-- name: prompt_id
SELECT id FROM prompt WHERE prompt = ?1;
-- name: response_get
SELECT text, model, language, tags FROM response WHERE response = ?1;
-- name: response_id
SELECT id FROM response WHERE response = ?1;
-- name: rating_of_response
-- what the latest judgements say of a response, wherever it stands
-- (0 a source, 1 a person, 2 a reviewer); what was asked twice counts once, and what was said of retired comparisons
-- does not count
SELECT rating.attribute, rating.value,
       CASE annotator.kind WHEN 'person' THEN 1 WHEN 'reviewer' THEN 2 ELSE 0 END, rating.judgement
  FROM rating JOIN latest USING (judgement) JOIN annotator ON annotator.annotator = latest.annotator
  LEFT JOIN comparison ON comparison.comparison = latest.comparison
 WHERE rating.response = ?1 AND latest.kind = 'judged' AND comparison.repeats IS NULL AND comparison.retired IS NULL
 ORDER BY rating.judgement, rating.position;
-- name: response_place
-- the first comparison in work that a response stands in
SELECT source.name, c.split, c.comparison
  FROM (SELECT comparison FROM comparison WHERE first = ?1 UNION ALL
        SELECT comparison FROM comparison WHERE second = ?1) AS stands
  JOIN comparison c USING (comparison) JOIN source USING (source)
 WHERE c.retired IS NULL AND (?2 IS NULL OR source.name = ?2) AND (?3 IS NULL OR c.split = ?3)
 ORDER BY c.comparison LIMIT 1;
-- name: response_alone_each
-- in no comparison, retired or not
SELECT response, prompt FROM response
 WHERE NOT EXISTS (SELECT 1 FROM comparison WHERE first = response.response)
   AND NOT EXISTS (SELECT 1 FROM comparison WHERE second = response.response)
 ORDER BY response;
-- name: response_rated_each
-- but those that stand in retired comparisons alone
SELECT response.response, response.id, response.prompt, prompt.id FROM response JOIN prompt USING (prompt)
 WHERE EXISTS (SELECT 1 FROM rating WHERE rating.response = response.response)
   AND (EXISTS (SELECT 1 FROM comparison WHERE first = response.response AND retired IS NULL) OR
        EXISTS (SELECT 1 FROM comparison WHERE second = response.response AND retired IS NULL) OR
        NOT EXISTS (SELECT 1 FROM comparison WHERE first = response.response UNION ALL
                    SELECT 1 FROM comparison WHERE second = response.response))
 ORDER BY response.response;
-- name: response_by_prompt_each
SELECT response.response, response.prompt FROM response INDEXED BY response_by_prompt WHERE response.prompt > 0
 ORDER BY response.prompt, response.response;
-- name: rating_attributes
SELECT DISTINCT attribute FROM rating ORDER BY attribute;
-- name: aspect_attributes
SELECT DISTINCT attribute FROM aspect ORDER BY attribute;

-- The history of one comparison

-- name: history_subject
SELECT c.id, c.first, c.second, a.id, b.id, source.name, c.split, c.subset, c.principle, c.created, c.retired, c.people,
       c.wanted, o.id, who.name
  FROM comparison c JOIN source USING (source)
  JOIN response a ON a.response = c.first JOIN response b ON b.response = c.second
  LEFT JOIN comparison o ON o.comparison = c.repeats LEFT JOIN annotator who ON who.annotator = c.reserved
 WHERE c.comparison = ?1;
-- name: history_audit
-- ?1 the id in hex
SELECT at, who, what, detail FROM audit INDEXED BY audit_by_subject WHERE subject = ?1 ORDER BY at, audit;

-- Roles

-- name: role_of_account
SELECT annotator, role FROM annotator WHERE account = ?1 AND kind = 'person'
 ORDER BY CASE role WHEN 'owner' THEN 0 WHEN 'reviewer' THEN 1 ELSE 2 END LIMIT 1;
-- name: role_account
SELECT account, role FROM annotator WHERE annotator = ?1;
-- name: role_set
-- NULL keeps what is there
UPDATE annotator SET role = coalesce(?2, role), account = coalesce(?3, account) WHERE annotator = ?1;
-- name: role_owners
SELECT count(*) FROM annotator WHERE role = 'owner' AND account IS NOT NULL AND kind = 'person';
-- name: role_each
SELECT name, role, account FROM annotator WHERE kind = 'person' ORDER BY name;

-- Quarantine

-- name: quarantine_known
SELECT quarantine, state FROM quarantine WHERE digest = ?1;
-- name: quarantine_add
INSERT INTO quarantine (file, line, format, source, reasons, record, digest, created)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (digest) DO NOTHING;
-- name: quarantine_each
SELECT quarantine, digest, file, line, format, source, reasons, record, state, created FROM quarantine
 WHERE state = ?1 ORDER BY quarantine;
-- name: quarantine_find
-- ids between two bounds; two rows are enough to know that it is ambiguous
SELECT quarantine, digest, file, line, format, source, reasons, record, state, created FROM quarantine
 WHERE digest BETWEEN ?1 AND ?2 LIMIT 2;
-- name: quarantine_count
SELECT count(*) FROM quarantine WHERE state = ?1;
-- name: quarantine_settle
UPDATE quarantine SET state = ?2 WHERE quarantine = ?1;
-- name: quarantine_neighbours
-- other answers to a prompt (?1) than ?2 that the source ?3 ("source:NAME") or its parts rated
SELECT r.response, r.id FROM response r
 WHERE r.prompt = ?1 AND r.response <> ?2
   AND EXISTS (SELECT 1 FROM latest l JOIN annotator a USING (annotator)
                WHERE l.response = r.response AND instr(a.name || '#', ?3 || '#') = 1)
 ORDER BY r.response;

-- A copy that names nobody

-- name: anonymise_names
SELECT name FROM annotator WHERE kind <> 'source' UNION SELECT account FROM annotator WHERE account IS NOT NULL
 UNION SELECT who FROM audit WHERE who <> 'assay' UNION SELECT value FROM setting WHERE key = 'made-by';
-- name: anonymise_settings
DELETE FROM setting WHERE key IN ('made-by', 'roles');
-- name: anonymise_people
SELECT annotator, name FROM annotator WHERE kind <> 'source';
-- name: anonymise_rename
UPDATE annotator SET name = ?2, account = NULL WHERE annotator = ?1;
-- name: anonymise_who
-- ?1 a name, ?2 its pseudonym; the same person may have reviewed
UPDATE audit SET who = CASE WHEN who = ?1 THEN ?2 ELSE 'review:' || ?2 END WHERE who IN (?1, 'review:' || ?1);
-- name: anonymise_audit
SELECT audit, subject, detail FROM audit WHERE what <> 'side';
-- name: anonymise_set_audit
UPDATE audit SET subject = ?2, detail = ?3 WHERE audit = ?1;
-- name: anonymise_runs
SELECT run, model, settings, inputs, results FROM run;
-- name: anonymise_set_run
UPDATE run SET model = ?2, settings = ?3, inputs = ?4, results = ?5 WHERE run = ?1;
-- name: anonymise_embedding_sets
SELECT embedding_set, path, recipe FROM embedding_set;
-- name: anonymise_set_embedding_set
UPDATE embedding_set SET path = ?2, recipe = ?3 WHERE embedding_set = ?1;
-- name: anonymise_quarantine
SELECT quarantine, file FROM quarantine;
-- name: anonymise_set_quarantine
UPDATE quarantine SET file = ?2 WHERE quarantine = ?1;
-- name: anonymise_repeats
SELECT c.comparison, c.id, o.id, a.name FROM comparison c INDEXED BY comparison_by_repeats
  JOIN comparison o ON o.comparison = c.repeats JOIN annotator a ON a.annotator = c.reserved
 WHERE c.repeats IS NOT NULL AND a.kind <> 'source';
-- name: anonymise_set_comparison
UPDATE comparison SET id = ?2 WHERE comparison = ?1;
-- name: anonymise_set_subject
UPDATE audit SET subject = ?2 WHERE subject = ?1;
-- name: anonymise_judgements
SELECT j.judgement, j.id FROM judgement j JOIN annotator a USING (annotator) WHERE a.kind <> 'source';
-- name: anonymise_set_judgement
UPDATE judgement SET id = ?2 WHERE judgement = ?1;

-- Embedding sets and runs

-- name: embedding_set_find
SELECT embedding_set FROM embedding_set WHERE name = ?1;
-- name: embedding_set_drop_rows
DELETE FROM embedding_row WHERE embedding_set = ?1;
-- name: embedding_set_drop_prompts
DELETE FROM embedding_prompt WHERE embedding_set = ?1;
-- name: embedding_set_drop_probes
DELETE FROM embedding_probe WHERE embedding_set = ?1;
-- name: embedding_set_drop
DELETE FROM embedding_set WHERE embedding_set = ?1;
-- name: embedding_set_add
INSERT INTO embedding_set (name, provider, recipe, path, sha256, n, d, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
-- name: embedding_row_find
SELECT row FROM embedding_row WHERE embedding_set = ?1 AND response = ?2;
-- name: embedding_row_add
INSERT INTO embedding_row (embedding_set, response, row) VALUES (?1, ?2, ?3);
-- name: embedding_prompt_find
SELECT row FROM embedding_prompt WHERE embedding_set = ?1 AND prompt = ?2;
-- name: embedding_prompt_add
INSERT INTO embedding_prompt (embedding_set, prompt, row) VALUES (?1, ?2, ?3);
-- name: embedding_probe_of
-- ?1 id of a prompt, or of a response
SELECT prompt FROM prompt WHERE id = ?1 UNION ALL SELECT prompt FROM response WHERE id = ?1 LIMIT 1;
-- name: embedding_probe_find
SELECT row FROM embedding_probe WHERE embedding_set = ?1 AND id = ?2;
-- name: embedding_probe_add
INSERT INTO embedding_probe (embedding_set, row, id, prompt) VALUES (?1, ?2, ?3, ?4);
-- name: embedding_set_get
-- by name; NULL: the newest
SELECT e.embedding_set, name, provider, recipe, path, sha256, n, d, created,
       (SELECT count(*) FROM embedding_row r WHERE r.embedding_set = e.embedding_set),
       (SELECT count(*) FROM embedding_prompt p WHERE p.embedding_set = e.embedding_set),
       (SELECT count(*) FROM embedding_probe b WHERE b.embedding_set = e.embedding_set)
  FROM embedding_set e WHERE ?1 IS NULL OR name = ?1 ORDER BY e.embedding_set DESC LIMIT 1;
-- name: embedding_set_list
SELECT e.embedding_set, name, provider, recipe, path, sha256, n, d, created,
       (SELECT count(*) FROM embedding_row r WHERE r.embedding_set = e.embedding_set),
       (SELECT count(*) FROM embedding_prompt p WHERE p.embedding_set = e.embedding_set),
       (SELECT count(*) FROM embedding_probe b WHERE b.embedding_set = e.embedding_set)
  FROM embedding_set e ORDER BY e.embedding_set;
-- name: embedding_row_each
SELECT e.response, response.id, e.row FROM embedding_row e JOIN response USING (response)
 WHERE e.embedding_set = ?1 ORDER BY e.row;

-- name: embedding_prompt_each
SELECT e.prompt, prompt.id, e.row FROM embedding_prompt e JOIN prompt USING (prompt)
 WHERE e.embedding_set = ?1 ORDER BY e.row;
-- name: embedding_probe_each
SELECT prompt, id, row FROM embedding_probe WHERE embedding_set = ?1 ORDER BY row;
-- name: embedding_text_each
SELECT e.row, length(r.text), r.language FROM embedding_row e JOIN response r USING (response)
 WHERE e.embedding_set = ?1 ORDER BY e.row;
-- name: embedding_asked_each
SELECT prompt.prompt, prompt.id, e.row FROM embedding_row e JOIN response USING (response)
  JOIN prompt ON prompt.prompt = response.prompt WHERE e.embedding_set = ?1 ORDER BY e.row;
-- name: embedding_link_each
-- Answers and probes.
SELECT e.row AS answer, p.row FROM embedding_row e JOIN response USING (response)
  JOIN embedding_prompt p ON p.embedding_set = e.embedding_set AND p.prompt = response.prompt
 WHERE e.embedding_set = ?1
 UNION ALL
SELECT b.row, p.row FROM embedding_probe b
  JOIN embedding_prompt p ON p.embedding_set = b.embedding_set AND p.prompt = b.prompt
 WHERE b.embedding_set = ?1 ORDER BY 1;

-- name: run_add
INSERT INTO run (kind, settings, inputs, results, model, model_sha256, seed, created)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
-- name: run_list
SELECT run, kind, settings, inputs, results, model, model_sha256, seed, created FROM run ORDER BY run DESC LIMIT ?1;

-- Status

-- name: status_counts
SELECT (SELECT count(*) FROM prompt), (SELECT count(*) FROM response),
       (SELECT coalesce(sum(n), 0) FROM tally), (SELECT count(*) FROM judgement),
       (SELECT count(*) FROM embedding_set), (SELECT count(*) FROM run), (SELECT count(*) FROM item);
-- name: status_sources
-- ?1 overlap
SELECT s.source, s.name, s.licence, coalesce(sum(t.n), 0),
       (SELECT count(*) FROM comparison WHERE source = s.source AND retired IS NOT NULL),
       coalesce(sum(t.n) FILTER (WHERE t.people > 0), 0), coalesce(sum(t.n) FILTER (WHERE t.people >= ?1), 0)
  FROM source s LEFT JOIN tally t USING (source) GROUP BY s.source ORDER BY s.source;
-- name: status_labelled
-- in work and with a preference or ratings that came with the data: of the comparison, or of both its responses; one
-- that several sources judged counts for the first of them
SELECT source, sum(n) FROM (
  SELECT c.source, count(*) AS n
    FROM annotator a CROSS JOIN latest l INDEXED BY latest_by_annotator
    JOIN comparison c ON c.comparison = l.comparison
   WHERE a.kind = 'source' AND l.annotator = a.annotator AND l.kind = 'judged' AND c.retired IS NULL
     AND (a.annotator = (SELECT min(annotator) FROM annotator WHERE kind = 'source')
          OR NOT EXISTS (SELECT 1 FROM latest m INDEXED BY latest_comparison JOIN annotator b USING (annotator)
                          WHERE m.comparison = l.comparison AND m.annotator < a.annotator AND m.kind = 'judged'
                            AND b.kind = 'source')) GROUP BY c.source
   UNION ALL
  SELECT c.source, count(DISTINCT c.comparison)
    FROM latest l INDEXED BY latest_response CROSS JOIN comparison c ON c.first = l.response
   WHERE l.response IS NOT NULL AND l.kind = 'judged' AND c.retired IS NULL
     AND EXISTS (SELECT 1 FROM latest m WHERE m.response = c.second AND m.kind = 'judged')
     AND NOT EXISTS (SELECT 1 FROM latest m JOIN annotator a USING (annotator)
                      WHERE m.comparison = c.comparison AND m.kind = 'judged' AND a.kind = 'source') GROUP BY c.source)
 GROUP BY source;
-- name: status_splits
-- ?1 overlap
SELECT split, sum(n), coalesce(sum(n) FILTER (WHERE people > 0), 0), coalesce(sum(n) FILTER (WHERE people >= ?1), 0)
  FROM tally GROUP BY split HAVING sum(n) > 0 ORDER BY split;
-- name: status_handled
-- by how many people
SELECT people, sum(n) FROM tally GROUP BY people HAVING sum(n) > 0 ORDER BY people;
-- name: status_recent
-- what people said since ?1
SELECT count(*) FROM annotator a CROSS JOIN judgement j ON j.annotator = a.annotator AND j.created >= ?1
 WHERE a.kind = 'person' AND j.kind IN ('judged', 'skipped', 'flagged');
-- name: status_annotators
-- ?1 last midnight
SELECT a.name,
       (SELECT count(*) FROM latest WHERE annotator = a.annotator AND kind = 'judged'),
       (SELECT count(*) FROM latest WHERE annotator = a.annotator AND kind = 'skipped'),
       (SELECT count(*) FROM latest WHERE annotator = a.annotator AND kind = 'flagged'),
       (SELECT count(*) FROM judgement j JOIN latest l USING (judgement)
         WHERE j.annotator = a.annotator AND j.created >= ?1 AND l.kind = 'judged'
           AND coalesce((SELECT p.kind FROM judgement p
                          WHERE p.comparison = j.comparison AND p.annotator = j.annotator AND p.created < ?1
                          ORDER BY p.revision DESC LIMIT 1), 'withdrawn') <> 'judged'),
       (SELECT count(*) FROM draft WHERE annotator = a.annotator),
       (SELECT total(j.seconds) FROM latest l JOIN judgement j USING (judgement) WHERE l.annotator = a.annotator),
       (SELECT count(*) FROM side WHERE annotator = a.annotator AND a_is = 1),
       (SELECT count(*) FROM side WHERE annotator = a.annotator AND a_is = 2),
       (SELECT max(created) FROM judgement WHERE annotator = a.annotator)
  FROM annotator a WHERE a.kind = 'person' ORDER BY a.annotator;

-- Merging another workspace: what is read from it, and what becomes of it here

-- name: merge_rubric_each
SELECT rubric, name, body, created FROM rubric ORDER BY rubric;
-- name: merge_rubric_add
INSERT INTO rubric (name, version, body, created)
VALUES (?1, (SELECT 1 + coalesce(max(version), 0) FROM rubric WHERE name = ?1), ?2, ?3);
-- name: merge_rubric_earlier
UPDATE rubric SET created = min(created, ?2) WHERE rubric = ?1;
-- name: merge_rubric_lift
-- out of the way of the numbers to come
UPDATE rubric SET version = version + 1000000 WHERE rubric > 0;
-- name: merge_rubric_number
UPDATE rubric SET version = (SELECT count(*) FROM rubric r
                              WHERE r.name = rubric.name AND (r.created, r.body) <= (rubric.created, rubric.body))
 WHERE rubric > 0;
-- name: merge_annotator_each
SELECT annotator, name, kind, role, account, quota, wants, created, per_day FROM annotator ORDER BY annotator;
-- name: merge_annotator_add
INSERT INTO annotator (name, kind, role, account, quota, wants, created, per_day) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
-- name: merge_source_each
SELECT source, name, licence FROM source ORDER BY source;
-- name: merge_source_learn
-- where the two say different things, the same one whichever is merged into which
UPDATE source SET licence = min(coalesce(licence, ?2), coalesce(?2, licence)) WHERE source = ?1;
-- name: merge_prompt_each
SELECT prompt, id, messages FROM prompt ORDER BY prompt;
-- name: merge_response_each
SELECT response, id, prompt, text, model, language, tags FROM response ORDER BY response;
-- name: merge_response_learn
-- where the two say different things, the same one whichever is merged into which
UPDATE response SET model = min(coalesce(model, ?2), coalesce(?2, model)),
                    language = min(coalesce(language, ?3), coalesce(?3, language)),
                    tags = min(coalesce(tags, ?4), coalesce(?4, tags))
 WHERE response = ?1;
-- name: merge_comparison_each
SELECT comparison, id, prompt, first, second, source, split, created, subset, principle, wanted, repeats, reserved
  FROM comparison ORDER BY comparison;
-- name: merge_comparison_add
INSERT INTO comparison (id, prompt, first, second, source, split, created, subset, principle, wanted, repeats, reserved)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (id) DO NOTHING;
-- name: merge_comparison_learn
UPDATE comparison SET split = min(coalesce(split, ?2), coalesce(?2, split)),
                      subset = min(coalesce(subset, ?3), coalesce(?3, subset)),
                      principle = min(coalesce(principle, ?4), coalesce(?4, principle)),
                      wanted = max(coalesce(wanted, ?5), coalesce(?5, wanted))
 WHERE comparison = ?1;
-- name: merge_lead_each
SELECT comparison FROM comparison WHERE lead IS NOT NULL ORDER BY comparison;
-- name: merge_lead_prompts
SELECT DISTINCT prompt FROM comparison WHERE lead IS NOT NULL ORDER BY prompt;
-- name: merge_shuffle_each
SELECT annotator, comparison, answers FROM shuffle ORDER BY annotator, answers, ordinal;
-- name: merge_shown_each
SELECT response FROM shown WHERE annotator = ?1 AND comparison = ?2 ORDER BY place;
-- name: merge_retired_each
SELECT comparison, id, retired FROM comparison WHERE retired IS NOT NULL ORDER BY comparison;
-- name: merge_retirement
-- what was last done to a comparison (its id in hex)
SELECT at, what FROM audit WHERE what IN ('retire', 'unretire') AND subject = ?1 ORDER BY at DESC, what LIMIT 1;
-- name: merge_judgement_each
SELECT judgement FROM judgement ORDER BY judgement;
-- name: merge_revisions
-- of one annotator on one comparison, in the order in which they were made
SELECT judgement, revision, kind, a_is, created FROM judgement INDEXED BY judgement_by_comparison
 WHERE comparison = ?1 AND annotator = ?2
 ORDER BY created, revision, id;
-- name: merge_revisions_response
SELECT judgement, revision, kind, a_is, created FROM judgement INDEXED BY judgement_by_response
 WHERE response = ?1 AND annotator = ?2
 ORDER BY created, revision, id;
-- name: merge_number
UPDATE judgement SET revision = ?2 WHERE judgement = ?1;
-- name: merge_draft_settled
-- a draft older than what was submitted elsewhere
DELETE FROM draft WHERE comparison = ?1 AND annotator = ?2 AND changed <= ?3;
-- name: merge_side_each
SELECT annotator, comparison, a_is, drawn FROM side ORDER BY annotator, ordinal;
-- name: merge_side_get
SELECT a_is, drawn FROM side WHERE annotator = ?1 AND comparison = ?2;
-- name: merge_side_turn
UPDATE side SET a_is = ?3, drawn = ?4 WHERE annotator = ?1 AND comparison = ?2;
-- name: merge_side_of_judgement
UPDATE side SET a_is = ?3 WHERE annotator = ?1 AND comparison = ?2 AND a_is <> ?3;
-- name: merge_side_lift
UPDATE side SET ordinal = -1 - ordinal WHERE annotator = ?1;
-- name: merge_side_number
UPDATE side SET ordinal = o.n
  FROM (SELECT comparison AS c, row_number() OVER (ORDER BY drawn, ordinal DESC, comparison) - 1 AS n FROM side
         WHERE annotator = ?1) o
 WHERE side.annotator = ?1 AND side.comparison = o.c;
-- name: merge_draft_each
SELECT d.annotator, d.comparison, d.state, d.changed, s.a_is FROM draft d JOIN side s USING (annotator, comparison)
 ORDER BY d.annotator, d.comparison;
-- name: merge_draft_set
INSERT INTO draft (annotator, comparison, state, changed) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (annotator, comparison) DO UPDATE SET state = excluded.state, changed = excluded.changed
 WHERE excluded.changed > draft.changed;
-- name: merge_item_each
SELECT item, id, suite, name, subset, section, language, source, prompt, extra,
       (SELECT count(*) FROM item_answer a WHERE a.item = item.item)
  FROM item ORDER BY item;
-- name: merge_item_learn
UPDATE item SET section = coalesce(min(nullif(section, ''), nullif(?2, '')), nullif(section, ''), ?2),
                extra = coalesce(min(extra, ?3), extra, ?3)
 WHERE item = ?1;
-- name: merge_item_answer_each
SELECT item, response, correct, position, suite, name FROM item_answer JOIN item USING (item) ORDER BY item, position;
-- name: merge_gold_each
SELECT comparison, answer, qualifying, created FROM gold ORDER BY comparison;
-- name: merge_gold_set
INSERT INTO gold (comparison, answer, qualifying, created) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (comparison) DO UPDATE SET answer = excluded.answer, qualifying = excluded.qualifying,
                                           created = excluded.created
 WHERE (excluded.created, excluded.answer) < (gold.created, gold.answer);
-- name: merge_quarantine_each
SELECT file, line, format, source, reasons, record, digest, state, created FROM quarantine ORDER BY quarantine;
-- name: merge_quarantine_set
-- what somebody decided stands above held, released above dropped
INSERT INTO quarantine (file, line, format, source, reasons, record, digest, state, created)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT (digest) DO UPDATE SET state = max(coalesce(nullif(state, 'held'), excluded.state), excluded.state)
 WHERE excluded.state <> 'held';
-- name: merge_run_each
SELECT kind, settings, inputs, results, model, model_sha256, seed, created FROM run ORDER BY run;
-- name: merge_run_add
INSERT INTO run (kind, settings, inputs, results, model, model_sha256, seed, created)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
 WHERE NOT EXISTS (SELECT 1 FROM run WHERE created = ?8 AND kind = ?1 AND settings = ?2 AND results = ?4);
-- name: merge_audit_each
SELECT at, who, what, subject, detail FROM audit ORDER BY audit;
-- name: merge_audit_add
INSERT INTO audit (at, who, what, subject, detail)
SELECT ?1, ?2, ?3, ?4, ?5
 WHERE NOT EXISTS (SELECT 1 FROM audit WHERE at = ?1 AND who = ?2 AND what = ?3 AND subject = ?4 AND detail IS ?5);

-- What `assay check` verifies beyond the schema: each gives one sentence a fault.

-- name: check_latest
SELECT 'judgement ' || lower(hex(j.id)) || ' is the newest of its annotator, but not the one that counts'
  FROM judgement j
 WHERE j.comparison IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM judgement k WHERE k.comparison = j.comparison AND k.annotator = j.annotator
                      AND k.revision > j.revision)
   AND NOT EXISTS (SELECT 1 FROM latest l WHERE l.comparison = j.comparison AND l.annotator = j.annotator
                      AND l.judgement = j.judgement AND l.kind = j.kind)
 UNION ALL
SELECT 'judgement ' || lower(hex(j.id)) || ' is the newest of its annotator, but not the one that counts'
  FROM judgement j
 WHERE j.response IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM judgement k WHERE k.response = j.response AND k.annotator = j.annotator
                      AND k.revision > j.revision)
   AND NOT EXISTS (SELECT 1 FROM latest l WHERE l.response = j.response AND l.annotator = j.annotator
                      AND l.judgement = j.judgement AND l.kind = j.kind);
-- name: check_revisions
SELECT 'comparison ' || (SELECT lower(hex(id)) FROM comparison c WHERE c.comparison = j.comparison) || ': ' ||
       (SELECT name FROM annotator a WHERE a.annotator = j.annotator) || ' has revisions up to ' || max(revision) ||
       ', but ' || count(DISTINCT revision) || ' of them'
  FROM judgement j WHERE comparison IS NOT NULL GROUP BY comparison, annotator
HAVING max(revision) <> count(DISTINCT revision) OR count(*) <> count(DISTINCT revision)
 UNION ALL
SELECT 'response ' || (SELECT lower(hex(id)) FROM response r WHERE r.response = j.response) || ': ' ||
       (SELECT name FROM annotator a WHERE a.annotator = j.annotator) || ' has revisions up to ' || max(revision) ||
       ', but ' || count(DISTINCT revision) || ' of them'
  FROM judgement j WHERE response IS NOT NULL GROUP BY response, annotator
HAVING max(revision) <> count(DISTINCT revision) OR count(*) <> count(DISTINCT revision);
-- name: check_rubrics
SELECT rubric FROM rubric WHERE json_valid(body);
-- name: check_rating_each
-- all judgements with their ratings; of which response (0 first, 1 second, NULL: of none that the judgement is about)
SELECT j.judgement, j.id, j.rubric, j.comparison, j.failed, j.lean,
       CASE r.response WHEN c.first THEN 0 WHEN c.second THEN 1 WHEN j.response THEN 0 END, r.attribute, r.value
  FROM judgement j LEFT JOIN comparison c USING (comparison) LEFT JOIN rating r USING (judgement) ORDER BY j.judgement;
-- name: check_aspect_each
SELECT j.id, j.rubric, aspect.attribute, aspect.value, aspect.leans FROM aspect JOIN judgement j USING (judgement);
-- name: check_tables
SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name;
-- name: check_indexes_of
-- name, columns, how many of them are the key, how many in all, may it be there once only, is it the table itself,
-- can it be read so, which rows it has
SELECT i.name, group_concat(coalesce('"' || x.name || '"', 'rowid'), ', '), sum(x.key), count(*), i."unique",
       i.origin = 'pk' AND t.wr, min(x.cid >= -1 AND x.coll = 'BINARY' AND NOT x.desc),
       CASE WHEN i.partial THEN (SELECT substr(s.sql, instr(s.sql, ' WHERE ') + 7) FROM sqlite_schema s
                                  WHERE s.type = 'index' AND s.name = i.name) ELSE '1' END
  FROM pragma_table_list(?1) t, pragma_index_list(?1) i, pragma_index_xinfo(i.name) x
 WHERE t.schema = 'main' GROUP BY i.name ORDER BY i.name;
-- name: check_sides
SELECT 'judgement ' || lower(hex(j.id)) || ' says that response ' || j.a_is || ' stood on side A, but it was response ' ||
       s.a_is
  FROM latest l JOIN judgement j USING (judgement)
  JOIN side s ON s.annotator = j.annotator AND s.comparison = j.comparison
  JOIN comparison c ON c.comparison = j.comparison WHERE j.a_is <> s.a_is AND c.lead IS NULL;
-- name: check_rankings
SELECT 'comparison ' || lower(hex(c.id)) || ' stands in a ranking that another prompt has'
  FROM comparison c JOIN comparison l ON l.comparison = c.lead WHERE l.prompt <> c.prompt
 UNION ALL
SELECT 'comparison ' || lower(hex(l.id)) || ' leads a ranking in which it does not stand' FROM comparison l
 WHERE EXISTS (SELECT 1 FROM comparison c WHERE c.lead = l.comparison) AND l.lead IS NOT l.comparison
 UNION ALL
SELECT 'the prompt of comparison ' || lower(hex(min(id))) || ' has ' || count(DISTINCT lead) || ' rankings'
  FROM comparison WHERE lead IS NOT NULL GROUP BY prompt HAVING count(DISTINCT lead) > 1
 UNION ALL
SELECT 'the ranking of comparison ' || lower(hex(l.id)) || ' has ' || s.pairs || ' comparisons of ' || s.answers || ' answers'
  FROM (SELECT lead, count(*) / 2 AS pairs, count(DISTINCT response) AS answers
          FROM (SELECT lead, first AS response FROM comparison WHERE lead IS NOT NULL
                 UNION ALL SELECT lead, second FROM comparison WHERE lead IS NOT NULL) GROUP BY lead) s
  JOIN comparison l ON l.comparison = s.lead WHERE s.pairs <> s.answers * (s.answers - 1) / 2
 UNION ALL
SELECT a.name || ' sees an answer in the ranking of comparison ' || lower(hex(c.id)) || ' that is of another prompt'
  FROM shown JOIN annotator a USING (annotator) JOIN comparison c USING (comparison) JOIN response r USING (response)
 WHERE r.prompt <> c.prompt;
-- name: check_comparison_prompt
SELECT 'comparison ' || lower(hex(c.id)) || ' holds a response to another prompt'
  FROM comparison c JOIN response a ON a.response = c.first JOIN response b ON b.response = c.second
 WHERE a.prompt <> c.prompt OR b.prompt <> c.prompt;
-- name: check_items
SELECT 'item ' || lower(hex(i.id)) || ' holds an answer to another prompt'
  FROM item i JOIN item_answer a USING (item) JOIN response r USING (response) WHERE r.prompt <> i.prompt
 UNION ALL
SELECT 'item ' || lower(hex(id)) || ' has no answer' FROM item i
 WHERE NOT EXISTS (SELECT 1 FROM item_answer a WHERE a.item = i.item)
 UNION ALL
SELECT 'extra fields of item ' || lower(hex(id)) || ' cannot be read' FROM item WHERE NOT json_valid(coalesce(extra, '0'));
-- name: check_people
SELECT 'comparison ' || lower(hex(c.id)) || ' counts ' || c.people || ' people who handled it, and that is not so'
  FROM comparison c
 WHERE c.people <> (SELECT count(*) FROM latest l JOIN annotator a USING (annotator)
                     WHERE l.comparison = c.comparison AND l.kind <> 'withdrawn' AND a.kind = 'person');
-- name: check_tally
SELECT 'source ' || s.name || ', split "' || x.split || '": the counts say ' || sum(x.kept) || ' comparisons handled by ' ||
       x.people || ' people, and there are ' || sum(x.there)
  FROM (SELECT source, split, people, n AS kept, 0 AS there FROM tally
         UNION ALL SELECT source, coalesce(split, ''), people, 0, 1 FROM comparison WHERE retired IS NULL) x
  JOIN source s USING (source) GROUP BY x.source, x.split, x.people HAVING sum(x.kept) <> sum(x.there);
-- name: check_annotators
SELECT 'annotator ' || name || ' is marked as a ' || kind FROM annotator
 WHERE (kind = 'source') <> (name GLOB 'source:*') OR (kind = 'reviewer') <> (name GLOB 'review:*');
-- name: check_json
SELECT 'the draft of ' || a.name || ' for comparison ' || lower(hex(c.id)) || ' cannot be read'
  FROM draft JOIN annotator a USING (annotator) JOIN comparison c USING (comparison) WHERE NOT json_valid(state)
 UNION ALL SELECT 'step ' || step || ' cannot be read' FROM step
            WHERE NOT json_valid(coalesce(before, '0')) OR NOT json_valid(coalesce(after, '0'))
 UNION ALL SELECT 'the rubric ' || name || '@' || version || ' cannot be read' FROM rubric WHERE NOT json_valid(body)
 UNION ALL SELECT 'tags of response ' || lower(hex(id)) || ' cannot be read' FROM response WHERE NOT json_valid(coalesce(tags, '0'))
 UNION ALL SELECT 'extra fields of judgement ' || lower(hex(id)) || ' cannot be read' FROM judgement
            WHERE NOT json_valid(coalesce(extra, '0'))
 UNION ALL SELECT 'the recipe of embedding set ' || name || ' cannot be read' FROM embedding_set
            WHERE NOT json_valid(recipe)
 UNION ALL SELECT 'run ' || run || ' cannot be read' FROM run
            WHERE NOT json_valid(settings) OR NOT json_valid(inputs) OR NOT json_valid(results)
 UNION ALL SELECT 'audit entry ' || audit || ' cannot be read' FROM audit WHERE NOT json_valid(coalesce(detail, '0'));
-- name: check_embedding_rows
SELECT 'embedding set ' || e.name || ' has ' || e.n || ' rows, but row ' || r.row || ' is asked for'
  FROM (SELECT embedding_set, row FROM embedding_row UNION ALL SELECT embedding_set, row FROM embedding_prompt
         UNION ALL SELECT embedding_set, row FROM embedding_probe) r
  JOIN embedding_set e USING (embedding_set) WHERE r.row >= e.n;
-- name: check_settings
SELECT 'the current rubric is not in the workspace'
 WHERE NOT EXISTS (SELECT 1 FROM rubric JOIN setting ON setting.key = 'rubric' AND rubric.rubric = CAST(setting.value AS INTEGER))
 UNION ALL
SELECT 'the setting overlap is ' || value || ', not a number of people' FROM setting
 WHERE key = 'overlap' AND CAST(value AS INTEGER) < 1;
-- name: check_prompt_each
SELECT id, messages FROM prompt ORDER BY prompt;
-- name: check_response_each
SELECT response.id, prompt.id, response.text FROM response JOIN prompt USING (prompt) ORDER BY response.response;
-- name: check_comparison_each
SELECT c.id, a.id, b.id, o.id, who.name FROM comparison c
  JOIN response a ON a.response = c.first JOIN response b ON b.response = c.second
  LEFT JOIN comparison o ON o.comparison = c.repeats LEFT JOIN annotator who ON who.annotator = c.reserved
 ORDER BY c.comparison;

-- Opinions: what everybody said, for agreement and aggregation

-- name: opinion_each
-- ?1: the kind of annotator; of sources only the parts of aggregates ("source:x#1") are single voices
SELECT c.id, a.id, b.id, annotator.name, source.name, j.preference, j.neither, j.a_is, j.seconds, j.created,
       length(a.text), length(b.text), j.judgement
  FROM latest l JOIN judgement j USING (judgement) JOIN annotator ON annotator.annotator = l.annotator
  JOIN comparison c ON c.comparison = l.comparison JOIN source ON source.source = c.source
  JOIN response a ON a.response = c.first JOIN response b ON b.response = c.second
 WHERE l.kind = 'judged' AND annotator.kind = ?1 AND (?1 <> 'source' OR instr(annotator.name, '#') > 0)
   AND c.retired IS NULL AND c.repeats IS NULL
 ORDER BY c.comparison, annotator.name;
-- name: opinion_ratings
-- columns as in rating_list
SELECT rating.response = c.second, rating.attribute, rating.value, 0, rating.response, rating.position
  FROM judgement j JOIN comparison c USING (comparison) JOIN rating USING (judgement)
 WHERE j.judgement = ?1
UNION ALL SELECT NULL, attribute, value, leans, NULL, position FROM aspect WHERE judgement = ?1
 ORDER BY 5, 6;
-- name: opinion_repeat_each
-- what one person said of the same two answers twice
SELECT annotator.name, j.preference, o.preference, c.first = r.first
  FROM comparison r INDEXED BY comparison_by_repeats CROSS JOIN comparison c ON c.comparison = r.repeats
  CROSS JOIN latest l ON l.comparison = r.comparison JOIN judgement j ON j.judgement = l.judgement
  CROSS JOIN latest k ON k.comparison = c.comparison AND k.annotator = l.annotator
  JOIN judgement o ON o.judgement = k.judgement JOIN annotator ON annotator.annotator = l.annotator
 WHERE r.repeats IS NOT NULL AND l.kind = 'judged' AND k.kind = 'judged'
   AND j.preference IS NOT NULL AND o.preference IS NOT NULL
 ORDER BY annotator.name, r.comparison;
