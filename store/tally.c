#include "store/tally.h"

#include "store/stmt.h"

bool tally_new(struct db *db, int64_t source, const char *split, struct err *err)
{
    struct value where = v_int(source), part = v_str(split != NULL ? split : "");
    int64_t known = 0;
    return stmt_change(db, STMT_TALLY_ADD, ARGS(where, part), &known, err) &&
           (known > 0 || stmt_run(db, STMT_TALLY_BEGIN, ARGS(where, part), err));
}

bool tally_leave(struct db *db, int64_t comparison, struct err *err)
{
    return stmt_run(db, STMT_TALLY_LEAVE, ARGS(v_int(comparison)), err);
}

bool tally_enter(struct db *db, int64_t comparison, struct err *err)
{
    int64_t known = 0;
    return stmt_change(db, STMT_TALLY_ENTER, ARGS(v_int(comparison)), &known, err) &&
           (known > 0 || stmt_run(db, STMT_TALLY_ENTER_FIRST, ARGS(v_int(comparison)), err));
}

bool tally_people(struct db *db, int64_t comparison, int64_t annotator, struct err *err)
{
    int64_t person = 0;
    return stmt_int(db, STMT_ANNOTATOR_IS_PERSON, ARGS(v_int(annotator)), &person, err) &&
           (person == 0 || (tally_leave(db, comparison, err) &&
                            stmt_run(db, STMT_COMPARISON_COUNT_PEOPLE, ARGS(v_int(comparison)), err) &&
                            tally_enter(db, comparison, err)));
}
