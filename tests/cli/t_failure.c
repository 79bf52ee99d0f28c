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

/* The limit is met when the changes go to disk, long after the records were read. */
Test(failure, a_disk_that_runs_full_keeps_nothing)
{
    expect_output(
        "awk 'BEGIN { for (i = 0; i < 2000; i++) printf \"{\\\"prompt\\\":\\\"%d\\\",\\\"chosen\\\":\\\"a%2000d\\\","
        "\\\"rejected\\\":\\\"b\\\"}\\n\", i, i }' > big.jsonl\n" UNCHANGED(
            "(ulimit -f 3000; $A import big.jsonl) 2> /dev/null") "; $A import big.jsonl | head -1",
        "1\nsame\nbig.jsonl: 2000 records read as trl\n");
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
