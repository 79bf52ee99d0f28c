/* A command run inside the test, as the command line would: for what a workspace needs before it can be tested. Apart
 * from the views' headers, which know another struct command. */
#ifndef ASSAY_TESTS_SUPPORT_COMMAND_H
#define ASSAY_TESTS_SUPPORT_COMMAND_H

/* `assay -w WORKSPACE LINE`, words separated by blanks. Fails the test when the command fails; what it says is dropped.
 */
void command_run_line(const char *workspace, const char *line);

#endif
