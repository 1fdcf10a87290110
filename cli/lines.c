#include "lines.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (64 * 1024)

void cli_lines_init(struct cli_lines *lines, int fd, size_t most)
{
    *lines = (struct cli_lines){.fd = fd, .most = most};
    qn_buf_init(&lines->text, most + CHUNK + 1);
}

void cli_lines_release(struct cli_lines *lines)
{
    qn_buf_release(&lines->text);
}

static enum cli_line tell(struct cli_lines *lines, const char *start, size_t len,
                          struct qn_span *ret)
{
    bool skipped = lines->skips;

    lines->number++;
    lines->skips = false;
    if (len > 0 && start[len - 1] == '\r')
        len--;
    *ret = (struct qn_span){start, len};
    return skipped || len > lines->most ? CLI_LINE_LONG : CLI_LINE;
}

/* A line that is there already. */
static bool take(struct cli_lines *lines, struct qn_span *ret, enum cli_line *ret_line)
{
    const char *start = lines->text.data + lines->at;
    size_t len = lines->text.len - lines->at;
    const char *end = memchr(start, '\n', len);

    if (!end && !(lines->ended && (len > 0 || lines->skips)))
        return false;
    size_t taken = end ? (size_t)(end - start) : len;
    lines->at += taken + (end != NULL);
    *ret_line = tell(lines, start, taken, ret);
    return true;
}

static bool is_ready(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    return poll(&ready, 1, 0) != 0;
}

static bool read_more(struct cli_lines *lines)
{
    char chunk[CHUNK];
    ssize_t n;

    qn_buf_drop(&lines->text, lines->at);
    lines->at = 0;
    if (lines->text.len > lines->most) {
        lines->skips = true;
        qn_buf_reset(&lines->text);
    }
    do
        n = read(lines->fd, chunk, sizeof(chunk));
    while (n < 0 && errno == EINTR);
    lines->ended = n == 0;
    if (n > 0 && qn_buf_add(&lines->text, chunk, (size_t)n) != QN_OK)
        errno = ENOMEM;
    return n >= 0 && qn_buf_status(&lines->text) == QN_OK;
}

enum cli_line cli_lines_next(struct cli_lines *lines, bool may_wait, struct qn_span *ret)
{
    enum cli_line line;

    while (!take(lines, ret, &line)) {
        if (lines->ended)
            return CLI_LINE_END;
        if (!may_wait && !is_ready(lines->fd))
            return CLI_LINE_NONE;
        if (!read_more(lines))
            return CLI_LINE_FAILED;
    }
    return line;
}
