/* Two accounts on one workspace. Another account can be had by root alone. */
#include "core/base/buf.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <unistd.h>

/* $A is the program as whoever runs the tests, $B as the account "nobody", both on a workspace of a group. */
static void expect_output(const char *script, const char *wanted)
{
    char *folder = temp_make();
    struct buf text = BUF_INIT;
    if (getuid() != 0)
        cr_skip_test("only root can run the program under another account");
    buf_addf(&text,
             "cp '%s' ./assay; chmod 755 .; mkdir d; chgrp nogroup d; chmod 2770 d; A='./assay -w d/w.assay'\n"
             "B=\"setpriv --reuid=nobody --regid=nogroup --clear-groups env -u ASSAY_ANNOTATOR $A\"\n"
             "echo '{\"prompt\":\"q\",\"chosen\":\"yes it is\",\"rejected\":\"no\"}' > d/n.jsonl\n"
             "$A init --rubric pairwise --group nogroup > /dev/null; $A import d/n.jsonl > /dev/null\n%s",
             program_assay(), script);
    const char *const argv[] = {"/bin/sh", "-c", text.ptr, NULL};
    static const char *const env[] = {"OPENBLAS_NUM_THREADS=1", NULL};
    struct program p = program_run(argv, env, folder, NULL);
    cr_expect(eq(str, p.out.ptr, (char *)(uintptr_t)wanted), "%s\n%s", script, p.err.ptr);
    program_free(&p);
    buf_free(&text);
    temp_remove(folder);
}

Test(role, the_group_annotates_and_others_cannot_read)
{
    expect_output("stat -c %a d/w.assay; $B judge next --prefer 1 | cut -c 34-\n"
                  "setpriv --reuid=1 --regid=1 --clear-groups $A status > /dev/null 2>&1; echo $?; $A check",
                  "660\nsubmitted\n1\nd/w.assay is in order\n");
}

Test(role, an_annotator_changes_nothing_else_and_sees_nobody_s_judgements)
{
    expect_output(
        "for c in 'import d/n.jsonl' 'export -f trl' 'set overlap 3' log plan 'gold add 1234 --answer same' "
        "'role nobody owner' 'restore d/w.assay' 'judge next --prefer 1 --as root'; do $B $c > /dev/null 2>&1; "
        "echo $?; done; $B set overlap | cut -c 1-20; $B export -f trl 2>&1",
        "1\n1\n1\n1\n1\n1\n1\n1\n0\noverlap        1    \n"
        "assay: this takes an owner, and the account nobody is an annotator here (\"assay role\" lists all); ask "
        "an owner\n");
}

Test(role, a_role_that_is_given_holds_at_once)
{
    expect_output("$B log > /dev/null 2>&1; echo $?; $A role nora reviewer --account nobody\n"
                  "$B log > /dev/null; echo $?; $B set overlap 3 2> /dev/null; echo $?\n"
                  "$B judge next --as nora --prefer 1 | cut -c 34-; $B judge next --as root --prefer 1 2>&1",
                  "1\nnora                     reviewer   nobody\n-                        owner      root\nin force\n"
                  "0\n1\nsubmitted\nassay: your account works under another name than \"root\"; leave --as out\n");
}
