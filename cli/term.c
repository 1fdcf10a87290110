#include "term.h"
#include "common/str.h"
#include "common/utf8.h"
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define BAR_CELLS   24
#define WIDTH_LEAST 40

static const char *const colours[] = {
    [CLI_PLAIN] = "",        [CLI_BOLD] = "\033[1m",   [CLI_DIM] = "\033[2m",
    [CLI_RED] = "\033[31m",  [CLI_GREEN] = "\033[32m", [CLI_YELLOW] = "\033[33m",
    [CLI_CYAN] = "\033[36m",
};

static int window_width(int fd)
{
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return 80;
    return size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col;
}

void cli_term_init(struct cli_term *term, FILE *out)
{
    const char *no_colour = getenv("NO_COLOR"), *kind = getenv("TERM");

    setlocale(LC_CTYPE, "C.UTF-8"); /* for the widths of characters */
    term->out = out;
    term->tty = isatty(fileno(out)) == 1;
    term->colour = term->tty && (!no_colour || !no_colour[0]) && kind && strcmp(kind, "dumb") != 0;
    term->width = term->tty ? window_width(fileno(out)) : 0;
}

/* ---- text ---- */

/* Columns of the character at the front; -1: it is not to be shown as it is. */
static int char_width(const char *text, size_t len)
{
    mbstate_t state = {0};
    wchar_t wide;

    if (mbrtowc(&wide, text, len, &state) != len)
        return -1;
    return wcwidth(wide);
}

/* The next character of a text: its bytes and columns. What is no character counts
 * as one byte to be replaced. */
static size_t next_char(const char *text, size_t len, int *ret_width)
{
    size_t n = qn_utf8_char(text, len);

    *ret_width = n > 0 ? char_width(text, n) : -1;
    return n > 0 ? n : 1;
}

static int width_of(const char *text, size_t len)
{
    int total = 0, width;

    while (len > 0) {
        size_t n = next_char(text, len, &width);
        total += width < 0 ? 1 : width;
        text += n;
        len -= n;
    }
    return total;
}

int cli_text_width(const char *text)
{
    return width_of(text, strlen(text));
}

void cli_text_add(struct qn_buf *out, const char *text, size_t len, int width)
{
    bool cut = width > 0 && width_of(text, len) > width;
    int left = cut ? width - 1 : INT32_MAX, w;

    while (len > 0) {
        size_t n = next_char(text, len, &w);
        if ((w < 0 ? 1 : w) > left)
            break;
        left -= w < 0 ? 1 : w;
        if (w < 0)
            qn_buf_add_byte(out, *text == '\n' || *text == '\t' ? ' ' : '?');
        else
            qn_buf_add(out, text, n);
        text += n;
        len -= n;
    }
    if (cut)
        qn_buf_add_str(out, "…");
}

void cli_say(const struct cli_term *term, enum cli_colour colour, const char *text)
{
    struct qn_buf line;

    qn_buf_init(&line, 1024 * 1024);
    cli_text_add(&line, text, strlen(text), 0);
    if (term->colour && colour != CLI_PLAIN && line.len > 0)
        fprintf(term->out, "%s%s\033[0m", colours[colour], line.data);
    else
        fputs(line.data, term->out);
    qn_buf_release(&line);
}

/* ---- the bar ---- */

void cli_bar_show(const struct cli_term *term, int percent, const char *text)
{
    struct qn_buf line;
    int full = percent < 0 ? 0 : (percent > 100 ? 100 : percent) * BAR_CELLS / 100;

    if (!term->tty)
        return;
    qn_buf_init(&line, 4096);
    for (int i = 0; i < BAR_CELLS; i++)
        qn_buf_add_str(&line, i < full ? "█" : "░");
    if (percent >= 0)
        qn_buf_printf(&line, " %3d %%  ", percent > 100 ? 100 : percent);
    else
        qn_buf_add_str(&line, "        ");
    cli_text_add(&line, text, strlen(text), term->width - BAR_CELLS - 12);
    fprintf(term->out, "\r  %s\033[K", line.data);
    fflush(term->out);
    qn_buf_release(&line);
}

void cli_bar_clear(const struct cli_term *term)
{
    if (!term->tty)
        return;
    fputs("\r\033[K", term->out);
    fflush(term->out);
}
