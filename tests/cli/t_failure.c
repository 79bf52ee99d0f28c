/* A command that fails has changed nothing: full disks, closed outputs, signals. Each script runs in a folder with a
 * demo workspace d/demo.assay, $A being the program on it. */
#include "core/base/buf.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* What the script says on stdout; its stderr when it says nothing. */
static void expect_output(const char *script, const char *wanted)
{
    char *folder = temp_make();
    struct buf text = BUF_INIT;
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
    buf_addf(&text, "A='%s -w d/demo.assay'\n%s", program_assay(), script);
    const char *const argv[] = {"/bin/sh", "-c", text.ptr, NULL};
    static const char *const env[] = {"ASSAY_ANNOTATOR=ada", "OPENBLAS_NUM_THREADS=1", NULL};
    struct program p = program_run(argv, env, folder, NULL);
    cr_expect(eq(str, p.out.ptr, (char *)(uintptr_t)wanted), "%s\n%s", script, p.err.ptr);
    program_free(&p);
    buf_free(&text);
    temp_remove(folder);
}

/* Everything in the folder, and everything in the workspace. */
#define STATE "state() { sha256sum d/*.safetensors d/*.jsonl; ls -R; $A export -f judgements; $A log -n 0; }\n"
#define UNCHANGED(command)                                                                                             \
    STATE "state > /tmp/assay-$$.before; " command "; echo $?; state | cmp /tmp/assay-$$.before - && echo same\n"      \
          "rm -f /tmp/assay-$$.before"

#define NEW_RECORD "{\"prompt\":\"new\",\"chosen\":\"yes it is\",\"rejected\":\"no\"}"

Test(failure, an_answer_that_cannot_be_given_undoes_the_command)
{
    expect_output(UNCHANGED("$A embed --provider lexical --dims 3 > /dev/full"), "1\nsame\n");
    expect_output("echo '" NEW_RECORD "' > n.jsonl\n" UNCHANGED("$A import n.jsonl > /dev/full"), "1\nsame\n");
    expect_output("echo '" NEW_RECORD "' > n.jsonl\n" UNCHANGED("$A import n.jsonl >&-"), "1\nsame\n");
    expect_output(UNCHANGED("$A --json export -f trl -o d/demo.trl.jsonl > /dev/full"), "1\nsame\n");
    expect_output(UNCHANGED("$A init x.assay > /dev/full"), "2\nsame\n");
    expect_output(UNCHANGED("${A% -w*} init x.assay > /dev/full"), "1\nsame\n");
}

/* Descriptor 3 is a pipe whose reader has gone. 141: of SIGPIPE, which a pipeline takes for an end like another. */
#define GONE "mkfifo gone; : < gone & exec 3> gone; wait; rm gone\n"

Test(failure, a_reader_that_has_had_enough_is_told_of_only_where_something_was_undone)
{
    expect_output(GONE "{ $A export -f judgements >&3; echo $?; $A help >&3; echo $?; } 2>&1", "141\n141\n");
    expect_output(GONE "echo '" NEW_RECORD
                       "' > n.jsonl\n" UNCHANGED("$A import n.jsonl 2> said >&3; echo $?; cat said; "
                                                 "rm said"),
                  "141\nassay: cannot write to standard output: Broken pipe\n0\nsame\n");
}

/* The limit is met when the changes go to disk, long after the records were read. */
Test(failure, a_disk_that_runs_full_keeps_nothing)
{
    expect_output(
        "awk 'BEGIN { for (i = 0; i < 2000; i++) printf \"{\\\"prompt\\\":\\\"%d\\\",\\\"chosen\\\":\\\"a%2000d\\\","
        "\\\"rejected\\\":\\\"b\\\"}\\n\", i, i }' > big.jsonl\n" UNCHANGED(
            "(ulimit -f 3000; $A import big.jsonl) 2> /dev/null") "; $A import big.jsonl | head -1",
        "1\nsame\nbig.jsonl: 2000 records read as trl\n");
}

/* More than the cache holds, so that the file has grown already when it happens. Without a log beside it, what was
 * there is put back by whoever comes next. */
#define NEW_WORKSPACE                                                                                                  \
    "A=\"${A% -w*} -w new.assay\"; $A init > init.out\n"                                                               \
    "records() { awk 'BEGIN { for (i = 0; i < 6000; i++) printf \"{\\\"prompt\\\":\\\"%d\\\",\\\"chosen\\\":"          \
    "\\\"a%4000d\\\",\\\"rejected\\\":\\\"b\\\"}\\n\", i, i }'; }\n"                                                   \
    "left() { $A check; ls | grep new; $A export -f judgements | wc -l; }\n"

Test(failure, a_new_workspace_is_new_again_when_the_disk_was_full)
{
    expect_output(NEW_WORKSPACE "records > big.jsonl; (ulimit -f 30000; $A import big.jsonl) 2> /dev/null; echo $?; "
                                "left; $A import big.jsonl | head -1; left",
                  "1\nnew.assay is in order\nnew.assay\n0\nbig.jsonl: 6000 records read as trl\nnew.assay is in order\n"
                  "new.assay\n6000\n");
}

Test(failure, a_new_workspace_is_new_again_when_its_import_was_killed)
{
    expect_output(
        NEW_WORKSPACE
        "mkfifo p; $A import p --format trl & pid=$!\n"
        "exec 3>p; records >&3; records | head -c 1000 >&3; test $(stat -c %s new.assay) -gt 5000000 && echo grown\n"
        "kill -KILL $pid; exec 3>&-; wait $pid; rm p; left",
        "grown\nnew.assay is in order\nnew.assay\n0\n");
    /* What is left beside it must not be played back into another file that takes its place. */
    expect_output(
        NEW_WORKSPACE
        "$A backup b.assay > /dev/null; mkfifo p; $A import p --format trl & pid=$!\n"
        "exec 3>p; records >&3; records | head -c 1000 >&3; ls | grep journal\n"
        "kill -KILL $pid; exec 3>&-; wait $pid; $A restore b.assay > /dev/null; ls | grep -c journal; $A check",
        "new.assay-journal\n0\nnew.assay is in order\n");
}

Test(failure, a_demo_that_fails_leaves_no_folder)
{
    expect_output("A=${A% -w*}; $A demo --folder x > /dev/full; echo $?; $A demo missing.jsonl --folder x > /dev/null; "
                  "echo $?; ls",
                  "1\n1\nd\n");
}

Test(failure, a_closed_output_is_not_mistaken_for_a_file)
{
    expect_output("$A export -f trl -o x.jsonl >&- 2>&- <&-; echo $?; cmp x.jsonl d/demo.trl.jsonl && echo same",
                  "0\nsame\n");
    expect_output("$A status >&- 2>/dev/null; echo $?", "1\n");
    expect_output("$A import - <&- 2>/dev/null; echo $?", "1\n");
}

Test(failure, a_signal_stops_an_import_in_good_order)
{
    /* The writer opens the pipe when the program reads it; what is written ends in the middle of a record. */
    expect_output(
        UNCHANGED("for s in INT TERM HUP; do mkfifo p; $A import p --format trl --rejects r.jsonl 2>err & pid=$!\n"
                  "exec 3>p; echo '" NEW_RECORD "' >&3; kill -$s $pid; exec 3>&-; wait $pid; echo $?; cat err;\n"
                  "rm p err; done; $A check"),
        "130\nassay: p: stopped; nothing was imported\n143\nassay: p: stopped; nothing was imported\n"
        "129\nassay: p: stopped; nothing was imported\nd/demo.assay is in order\n0\nsame\n");
    expect_output(UNCHANGED("mkfifo p; $A import p --format trl & pid=$!\n"
                            "exec 3>p; echo '" NEW_RECORD
                            "' >&3; kill -KILL $pid; exec 3>&-; wait $pid; rm p; $A check"),
                  "d/demo.assay is in order\n0\nsame\n");
}

/* The name of a pipe differs from run to run; the source must not. */
Test(failure, the_source_of_a_pipe_is_called_stdin)
{
    expect_output("mkfifo p; for i in 1 2; do echo '" NEW_RECORD
                  "' > p & $A import p | tail -1; done; $A --json status | grep -c '\"stdin\"'",
                  "  judgements          1 new\n  judgements          0 new         1 known\n1\n");
}

Test(failure, reading_leaves_no_files_beside_the_workspace)
{
    expect_output("$A status > /dev/null; $A export -f trl > /dev/null; ls d | grep -v -e safetensors -e jsonl",
                  "demo.assay\n");
}

/* As an account that is not root, to whom permissions say nothing; the program is copied to where that account may go.
 */
#define AS_OTHERS                                                                                                      \
    "cp ${A%% *} ./assay; chmod 755 . d; run='setpriv --reuid=65534 --regid=65534 --clear-groups'\n"                   \
    "[ $(id -u) = 0 ] || run=; B=\"$run ./assay -w d/demo.assay\"\n"

Test(failure, a_workspace_that_may_not_be_written_is_read_and_refuses_changes)
{
    expect_output(AS_OTHERS "chmod 444 d/demo.assay; chmod 555 d; $B set overlap 2 2>&1 | cut -c 1-97; $B judge next "
                            "--prefer 1 2> /dev/null; echo $?; $B status > /dev/null; echo $?; $B check; chmod 755 d",
                  "assay: d/demo.assay: it may not be written to; check its permissions and those of its folder (att\n"
                  "1\n0\nd/demo.assay is in order\n");
    expect_output(AS_OTHERS "chmod 000 d/demo.assay; $B status 2>&1 | cut -c 1-84; $B status 2> /dev/null; echo $?; "
                            "chmod 644 d/demo.assay; $A check",
                  "assay: d/demo.assay: it cannot be opened; check the path, and the permissions of "
                  "the\n1\nd/demo.assay is in order\n");
}

#define READ_A_COPY                                                                                                    \
    "assay: d/demo.assay is of an older version (12) and is brought up to date before it is read; copy it to a "       \
    "folder "                                                                                                          \
    "where you \n"
Test(failure, an_older_one_that_may_not_be_written_says_to_copy_it)
{
    expect_output(AS_OTHERS
                  "printf '\\014' | dd of=d/demo.assay bs=1 seek=63 conv=notrunc 2> /dev/null\n"
                  "chmod 444 d/demo.assay; chmod 555 d\n"
                  "for c in status 'export -f trl' log queue 'agreement'; do $B $c 2>&1 | cut -c 1-123; done\n"
                  "$B export -f trl 2> /dev/null; echo $?; ls d | grep -c v12; chmod 755 d",
                  READ_A_COPY READ_A_COPY READ_A_COPY READ_A_COPY READ_A_COPY "1\n0\n");
}

Test(failure, a_page_that_was_written_over_is_found_and_what_to_do_is_said)
{
    expect_output(
        "cp d/demo.assay good; head -c 16384 /dev/zero | tr '\\0' '\\377' > garbage; size=$(stat -c %s d/demo.assay)\n"
        "dd if=garbage of=d/demo.assay bs=16384 seek=$((size / 16384 / 2)) count=1 conv=notrunc 2> /dev/null\n"
        "$A check > faults 2> err; echo $?; test -s faults && echo told; grep -c 'assay restore BACKUP' err\n"
        "$A restore good | head -1; $A check",
        "1\ntold\n1\ngood is in order; a copy of it is now d/demo.assay\nd/demo.assay is in order\n");
}

/* user_version stands at byte 60, big-endian (SQLite's file format, 1.3) */
Test(failure, a_newer_schema_and_a_file_of_others_are_refused_and_not_touched)
{
    expect_output(
        "printf '\\377' | dd of=d/demo.assay bs=1 seek=62 conv=notrunc 2> /dev/null; sha256sum d/demo.assay > sum\n"
        "for c in status check 'set overlap 2' annotate 'judge next --prefer 1'; do $A $c 2> err; echo $?; "
        "grep -c 'made by a newer assay' err; done; sha256sum -c sum\n"
        "echo 'my own notes, which are no data base' > d/demo.assay; sha256sum d/demo.assay > sum\n"
        "$A set overlap 2 2>&1; echo $?; sha256sum -c sum",
        "1\n1\n1\n1\n1\n1\n1\n1\n1\n1\nd/demo.assay: OK\n"
        "assay: d/demo.assay: it is not an assay workspace; make one with \"assay init\" (file is not a database)\n"
        "1\nd/demo.assay: OK\n");
}
