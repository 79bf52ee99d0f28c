/* A program in a real pseudo-terminal whose screen is kept by libvterm: keys in, screen out, waiting for text and never
 * for time. */
#ifndef ASSAY_TESTS_SUPPORT_TERMINAL_H
#define ASSAY_TESTS_SUPPORT_TERMINAL_H

#include "core/base/buf.h"

#include <sys/types.h>

struct terminal;

enum { TERMINAL_PATIENCE_MS = 20 * 1000 };

/* Environment as program_run, TERM=xterm-256color unless env says otherwise. */
struct terminal *terminal_start(const char *const *argv, const char *const *env, const char *cwd, int rows, int cols);
/* Send bytes as they would come from a keyboard. */
void terminal_send(struct terminal *t, const char *keys);
/* Read what there is, for at most ms milliseconds until something comes; false when the program has closed its side. */
bool terminal_pump(struct terminal *t, int ms);
/* Wait until the screen holds the text; fails the test with the screen when it does not come. */
void terminal_expect(struct terminal *t, const char *text);
/* Wait until nothing has come for ms milliseconds: only to look at a screen whose last change has no text to wait for.
 */
void terminal_settle(struct terminal *t, int ms);
/* The screen, one line a row, trailing blanks cut. */
void terminal_screen(struct terminal *t, struct buf *out);
bool terminal_shows(struct terminal *t, const char *text);
/* The screen as a picture (tests/support/picture.h), in the colours that the program chose. */
void terminal_picture(struct terminal *t, const char *title, const char *desc, struct buf *out);
/* The character `left` columns left of the cursor. */
char terminal_left_of_cursor(struct terminal *t, int left);
void terminal_resize(struct terminal *t, int rows, int cols);
/* Bytes the program has written so far. */
size_t terminal_bytes(const struct terminal *t);
/* Are the modes those of a shell: what is typed is shown, line by line? */
bool terminal_has_echo(const struct terminal *t);
pid_t terminal_pid(const struct terminal *t);
/* Wait for the end: exit status or 128 + signal. Fails the test when it does not end. */
int terminal_wait(struct terminal *t);
/* Kill (SIGKILL) if it still runs, and free. */
void terminal_close(struct terminal *t);

#endif
