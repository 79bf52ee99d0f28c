/* Everything a key can ask for. Keys are bound to requests by name (assets/keys/default.keys); the help screen and the
 * key strip are made from this list, so that they cannot drift from what the keys do. */
#ifndef ASSAY_UI_REQUEST_H
#define ASSAY_UI_REQUEST_H

#include "ui/views.h"

#include <stdbool.h>
#include <stddef.h>

/* id, name in key files, help, group. Besides these there is one for every view, REQ_OPEN_<ID>, "open-<name>", from the
 * list in ui/views.h. */
#define REQUESTS(X)                                                                                                    \
    X(RATE_0, "rate-0", "rate the cell 0 and go to the next empty one", RATING)                                        \
    X(RATE_1, "rate-1", "rate 1; where answers are ranked, the 1st place", RATING)                                     \
    X(RATE_2, "rate-2", "rate 2; where answers are ranked, the 2nd place", RATING)                                     \
    X(RATE_3, "rate-3", "rate 3; where answers are ranked, the 3rd place", RATING)                                     \
    X(RATE_4, "rate-4", "rate 4; where answers are ranked, the 4th place", RATING)                                     \
    X(RATE_5, "rate-5", "rate 5, where the rubric goes so far; the 5th place", RATING)                                 \
    X(RATE_6, "rate-6", "rate 6, where the rubric goes so far; the 6th place", RATING)                                 \
    X(RATE_7, "rate-7", "rate 7, where the rubric goes so far; the 7th place", RATING)                                 \
    X(RATE_8, "rate-8", "rate 8, where the rubric goes so far; the 8th place", RATING)                                 \
    X(RATE_9, "rate-9", "rate 9, where the rubric goes so far; the 9th place", RATING)                                 \
    X(CELL_LEFT, "cell-left", "cursor to side A; in a ranking one column left", RATING)                                \
    X(CELL_RIGHT, "cell-right", "cursor to side B; in a ranking one column right", RATING)                             \
    X(CELL_UP, "cell-up", "cursor to the line above", RATING)                                                          \
    X(CELL_DOWN, "cell-down", "cursor to the line below", RATING)                                                      \
    X(CLEAR, "clear", "empty the cell under the cursor", RATING)                                                       \
    X(PREFER_A, "prefer-a", "A is better; again makes it stronger, up to 3", RATING)                                   \
    X(PREFER_NONE, "prefer-none", "no preference", RATING)                                                             \
    X(PREFER_B, "prefer-b", "B is better; again makes it stronger, up to 3", RATING)                                   \
    X(PREFER_NEITHER, "prefer-neither", "neither answer is valid", RATING)                                             \
    X(PLACE_UP, "place-up", "the answer one place up, out of a tie first", RATING)                                     \
    X(PLACE_TIE, "place-tie", "the answer is as good as the one above it", RATING)                                     \
    X(PLACE_DOWN, "place-down", "the answer one place down, out of a tie first", RATING)                               \
    X(SURE, "sure", "how sure you are, 1 to 5 and back to unsaid", RATING)                                             \
    X(SELECT, "select", "mark passages of this answer", RATING)                                                        \
    X(ANCHOR, "anchor", "a passage begins here, and goes as far as the cursor", RATING)                                \
    X(MARK_GOOD, "mark-good", "mark it: it speaks for the answer", RATING)                                             \
    X(MARK_BAD, "mark-bad", "mark it: it speaks against the answer", RATING)                                           \
    X(MARK_NEUTRAL, "mark-neutral", "mark it, neither for nor against", RATING)                                        \
    X(WRITE, "write", "write the justification", RATING)                                                               \
    X(SUBMIT, "submit", "submit and go on, or go to what is missing", ITEM)                                            \
    X(UNDO, "undo", "take back the last thing done, in whatever view", ITEM)                                           \
    X(REDO, "redo", "do again what was taken back", ITEM)                                                              \
    X(SKIP, "skip", "skip: asks for one letter, the reason", ITEM)                                                     \
    X(FLAG, "flag", "flag: asks for one letter, the reason", ITEM)                                                     \
    X(OLDER, "older", "the one before, in what you have seen", ITEM)                                                   \
    X(NEWER, "newer", "the one after", ITEM)                                                                           \
    X(OPEN, "open", "open what the cursor is on", READING)                                                             \
    X(RUN, "run", "fit a head with these settings", ITEM)                                                              \
    X(STOP, "stop", "ask the work beside the screen to stop", ITEM)                                                    \
    X(FIGURES, "figures", "all figures of the last fit", ITEM)                                                         \
    X(MARK, "mark", "mark this one, or take the mark away", ITEM)                                                      \
    X(COMPARE, "compare", "compare the marked heads on what all of them held out", ITEM)                               \
    X(EXPORT_HEAD, "export-head", "copy the head to a place of your own", ITEM)                                        \
    X(REPORT, "report", "write the report of the marked heads, or of this one", ITEM)                                  \
    X(SORT, "sort", "sort by the next column", READING)                                                                \
    X(SORT_BACK, "sort-back", "sort the other way round", READING)                                                     \
    X(COLUMN_LEFT, "column-left", "one column left, or the choice before", READING)                                    \
    X(COLUMN_RIGHT, "column-right", "one column right, or the next choice", READING)                                   \
    X(NEXT_SHEET, "next-sheet", "the next attribute", READING)                                                         \
    X(PREVIOUS_SHEET, "previous-sheet", "the attribute before", READING)                                               \
    X(REFRESH, "refresh", "read the workspace and make the figures anew", READING)                                     \
    X(LINE_DOWN, "line-down", "one line down", READING)                                                                \
    X(LINE_UP, "line-up", "one line up", READING)                                                                      \
    X(HALF_DOWN, "half-down", "half a page down", READING)                                                             \
    X(HALF_UP, "half-up", "half a page up", READING)                                                                   \
    X(PAGE_DOWN, "page-down", "one page down", READING)                                                                \
    X(PAGE_UP, "page-up", "one page up", READING)                                                                      \
    X(TOP, "top", "to the beginning", READING)                                                                         \
    X(BOTTOM, "bottom", "to the end", READING)                                                                         \
    X(QUERY, "query", "type what is to be found", READING)                                                             \
    X(HISTORY, "history", "all that happened to this one", READING)                                                    \
    X(THIS, "annotate-this", "annotate this one", ITEM)                                                                \
    X(DROP, "drop", "set this judgement aside, with a reason; it is kept", ITEM)                                       \
    X(STRATEGY, "strategy", "the next way to order what waits", ITEM)                                                  \
    X(ASSIGN, "assign", "hand out what is marked, or this one: asks to whom", ITEM)                                    \
    X(ONE_MORE, "one-more", "want one more person for this one", ITEM)                                                 \
    X(RETIRE, "retire", "take this one out of work, or back in", ITEM)                                                 \
    X(SEARCH, "search", "search: type what to look for", READING)                                                      \
    X(SEARCH_NEXT, "search-next", "the next hit", READING)                                                             \
    X(SEARCH_END, "search-end", "take the marks of a search away", READING)                                            \
    X(SEARCH_BACK, "search-back", "the hit before", READING)                                                           \
    X(BOTH_DOWN, "both-down", "A and B one line down", READING)                                                        \
    X(BOTH_UP, "both-up", "A and B one line up", READING)                                                              \
    X(NEXT_PANE, "next-pane", "scroll the next of A, B and prompt", READING)                                           \
    X(PREVIOUS_PANE, "previous-pane", "scroll the one before", READING)                                                \
    X(MAXIMISE, "maximise", "give one text the whole room, and back", READING)                                         \
    X(LAYOUT, "layout", "side by side, stacked, one at a time", READING)                                               \
    X(OLDER_TURN, "older-turn", "the turn of the prompt before", READING)                                              \
    X(NEWER_TURN, "newer-turn", "the turn of the prompt after", READING)                                               \
    X(GUIDELINES, "guidelines", "the guidelines of this workspace", READING)                                           \
    X(DIFF, "diff", "mark the words that only one answer has, and back", READING)                                      \
    X(MARKDOWN, "markdown", "markdown as it is meant to be read, and raw again", READING)                              \
    X(RUBRIC, "rubric", "the whole rubric, at this attribute", READING)                                                \
    X(HELP, "help", "every key", PROGRAM)                                                                              \
    X(COMMAND, "command", "type a command", PROGRAM)                                                                   \
    X(REDRAW, "redraw", "draw the screen anew", PROGRAM)                                                               \
    X(SUSPEND, "suspend", "stop the program for a while (fg brings it back)", PROGRAM)                                 \
    X(LEAVE, "leave", "leave; everything is saved", PROGRAM)                                                           \
    X(DONE, "done", "end writing; it is saved already", EDITING)                                                       \
    X(ACCEPT, "accept", "run the command", EDITING)                                                                    \
    X(COMPLETE, "complete", "complete the word", EDITING)                                                              \
    X(NEWLINE, "newline", "begin a new line", EDITING)                                                                 \
    X(LEFT, "left", "one character left", EDITING)                                                                     \
    X(RIGHT, "right", "one character right", EDITING)                                                                  \
    X(UP, "up", "one line up, or the command before", EDITING)                                                         \
    X(DOWN, "down", "one line down, or the command after", EDITING)                                                    \
    X(WORD_LEFT, "word-left", "one word left", EDITING)                                                                \
    X(WORD_RIGHT, "word-right", "one word right", EDITING)                                                             \
    X(LINE_START, "line-start", "to the beginning of the line", EDITING)                                               \
    X(LINE_END, "line-end", "to the end of the line", EDITING)                                                         \
    X(DELETE_LEFT, "delete-left", "delete the character to the left", EDITING)                                         \
    X(DELETE_RIGHT, "delete-right", "delete the character under the cursor", EDITING)                                  \
    X(DELETE_WORD, "delete-word", "delete the word to the left", EDITING)                                              \
    X(DELETE_LINE, "delete-line", "delete to the beginning of the line", EDITING)                                      \
    X(TEXT_UNDO, "text-undo", "take back the last words written or deleted", EDITING)                                  \
    X(TEXT_REDO, "text-redo", "write again what was taken back", EDITING)                                              \
    X(EXTERNAL, "editor", "write it in your own editor, $EDITOR", EDITING)                                             \
    X(DELETE_REST, "delete-rest", "delete to the end of the line", EDITING)

#define REQUEST_GROUPS(X)                                                                                              \
    X(RATING, "rating")                                                                                                \
    X(ITEM, "item")                                                                                                    \
    X(READING, "reading")                                                                                              \
    X(VIEWS, "go to")                                                                                                  \
    X(PROGRAM, "program")                                                                                              \
    X(EDITING, "writing")

enum request_group {
#define X(id, name) GROUP_##id,
    REQUEST_GROUPS(X)
#undef X
        GROUP_COUNT
};

enum request {
    REQ_NONE, /* no key of ours, or unbound */
#define X(id, name, help, group) REQ_##id,
    REQUESTS(X)
#undef X
#define X(id, name, help, opener) REQ_OPEN_##id,
        WORKBENCH_VIEWS(X)
#undef X
            REQ_COUNT
};

/* The view that a request opens; false: it opens none. */
bool request_opens(enum request r, enum workbench_view *out);
const char *request_name(enum request r);
const char *request_help(enum request r);
enum request_group request_group(enum request r);
const char *request_group_name(enum request_group g);
/* REQ_NONE when there is none of that name; "none" itself is REQ_NONE, too. */
enum request request_find(const char *name, size_t n);

#endif
