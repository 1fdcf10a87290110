#include "screen.h"

#include "common/buf.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FRAME_MAX (4 * 1024 * 1024)

/* The alternate screen, cursor, wrapping. */
#define ENTER "\033[?1049h\033[?25l\033[?7l\033[2J"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"

bool cli_screen_fits(int in, int out)
{
    const char *kind = getenv("TERM");

    return isatty(in) && isatty(out) && kind && kind[0] && strcmp(kind, "dumb") != 0;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return QN_ESYS;
        data += n;
        len -= (size_t)n;
    }
    return QN_OK;
}

void cli_screen_measure(struct cli_screen *screen)
{
    struct winsize size;
    bool known = ioctl(screen->out, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;

    screen->width = known ? size.ws_col : 80;
    screen->height = known ? size.ws_row : 24;
}

int cli_screen_open(struct cli_screen *screen, int in, int out, struct qn_err *reterr)
{
    struct termios keys;

    screen->in = in;
    screen->out = out;
    if (tcgetattr(in, &screen->before) < 0)
        return qn_fail_sys(reterr, "the terminal");
    keys = screen->before;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    if (tcsetattr(in, TCSADRAIN, &keys) < 0)
        return qn_fail_sys(reterr, "the terminal");
    screen->open = true;
    cli_screen_measure(screen);
    if (write_all(out, ENTER, strlen(ENTER)) != QN_OK) {
        int rc = qn_fail_sys(reterr, "the terminal");
        cli_screen_close(screen);
        return rc;
    }
    return QN_OK;
}

void cli_screen_close(struct cli_screen *screen)
{
    if (!screen->open)
        return;
    screen->open = false;
    (void)write_all(screen->out, LEAVE, strlen(LEAVE));
    (void)tcsetattr(screen->in, TCSADRAIN, &screen->before);
}

int cli_screen_draw(struct cli_screen *screen, const char *text, size_t len, struct qn_err *reterr)
{
    const char *end = text + len;
    struct qn_buf frame;
    int lines = 0;

    qn_buf_init(&frame, FRAME_MAX);
    qn_buf_add_str(&frame, "\033[H");
    while (text < end && lines < screen->height) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t n = (size_t)((stop ? stop : end) - text);
        /* Erased first: behind a full line the cursor still stands on its last character. */
        qn_buf_add_str(&frame, lines++ > 0 ? "\r\n\033[K" : "\033[K");
        qn_buf_add(&frame, text, n);
        text += n + (stop != NULL);
    }
    if (lines < screen->height)
        qn_buf_add_str(&frame, "\r\n\033[J");
    int rc = qn_buf_status(&frame);
    if (rc != QN_OK)
        qn_fail(reterr, rc, "the screen: %s", qn_err_text(rc));
    else if (write_all(screen->out, frame.data, frame.len) != QN_OK)
        rc = qn_fail_sys(reterr, "the terminal");
    qn_buf_release(&frame);
    return rc;
}
