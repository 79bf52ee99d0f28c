#include "app/indexing.h"

#include "app/progress.h"
#include "store/words.h"

bool indexing_finish(const struct app *app, struct db *db, struct err *err)
{
    struct bar bar;
    int64_t all = 0, left;
    if (!words_left(db, &all, err) || all == 0)
        return all == 0;
    bar_start(&bar, app, "indexing words", "texts");
    bool ok = true;
    for (left = all; ok && left > 0;)
        ok = (progress_tick(&bar.progress, (double)(all - left), (double)all) ||
              err_set(err, ERR_STOPPED, "stopped; the next search goes on from here")) &&
             words_catch_up(db, WORDS_SLICE, &left, err);
    bar_end(&bar);
    return ok;
}
