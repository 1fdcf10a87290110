/* screen.h - the terminal as one full screen, given back as it was.
 *
 * The alternate screen, no cursor, no line that wraps, keys at once and unseen. Ctrl-C stays a
 * signal. Whoever opened a screen closes it, whatever happened in between.
 *
 * Not here: what is drawn (statsview.h), when (watch.h).
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <quern/err.h>
#include <stddef.h>
#include <termios.h>

struct cli_screen {
    int in, out; /* borrowed */
    bool open;
    int width, height;
    struct termios before;
};

/* A screen is possible: both are a terminal, and one that understands more than lines. */
bool cli_screen_fits(int in, int out);
QN_MUST_CHECK int cli_screen_open(struct cli_screen *screen, int in, int out,
                                  struct qn_err *reterr);
void cli_screen_close(struct cli_screen *screen); /* zeroed, or closed, is fine */

/* The window's size as it is now. */
void cli_screen_measure(struct cli_screen *screen);
/* Replaces what is seen by these lines, cut at the window's height. */
QN_MUST_CHECK int cli_screen_draw(struct cli_screen *screen, const char *text, size_t len,
                                  struct qn_err *reterr);

#endif
