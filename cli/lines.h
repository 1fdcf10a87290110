/* lines.h - the lines of a file or a pipe, with a bound on what one may take.
 *
 * Lines end in LF or CRLF; the last one needs no end.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "common/buf.h"

struct cli_lines {
    int fd;         /* borrowed */
    size_t most;    /* bytes of a line */
    size_t at;      /* text before it is used up */
    int64_t number; /* of the line told last, from 1 */
    bool ended;
    bool skips; /* the rest of a line that is too long */
    struct qn_buf text;
};

enum cli_line {
    CLI_LINE,      /* *ret is it, until the next call */
    CLI_LINE_LONG, /* there was one that is too long */
    CLI_LINE_NONE, /* nothing is there yet */
    CLI_LINE_END,
    CLI_LINE_FAILED, /* errno */
};

void cli_lines_init(struct cli_lines *lines, int fd, size_t most);
void cli_lines_release(struct cli_lines *lines);
/* Waits for more only when it may: CLI_LINE_NONE otherwise. */
enum cli_line cli_lines_next(struct cli_lines *lines, bool may_wait, struct qn_span *ret);

#endif
