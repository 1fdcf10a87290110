#include "wrap.h"

#include "common/str.h"
#include <string.h>

#define TEXT_MAX (256 * 1024)

struct wrapped {
    const struct cli_term *term;
    enum cli_colour colour;
    int indent, room;
    struct qn_buf line;
};

static void end_line(struct wrapped *it, bool last)
{
    cli_say(it->term, it->colour, it->line.data);
    fprintf(it->term->out, "\n%*s", last ? 0 : it->indent, "");
    qn_buf_reset(&it->line);
}

static void add_word(struct wrapped *it, const char *word, size_t len)
{
    struct qn_buf with;

    qn_buf_init(&with, TEXT_MAX);
    qn_buf_printf(&with, "%s%s%.*s", it->line.data, it->line.len > 0 ? " " : "", (int)len, word);
    if (it->line.len > 0 && cli_text_width(with.data) > it->room) {
        end_line(it, false);
        qn_buf_add(&it->line, word, len);
    } else {
        qn_buf_reset(&it->line);
        qn_buf_add(&it->line, with.data, with.len);
    }
    qn_buf_release(&with);
}

/* A character takes at most as many columns as bytes, so a piece of room bytes fits. */
static void add_pieces(struct wrapped *it, const char *word, size_t len)
{
    while (len > (size_t)it->room) {
        size_t piece = qn_utf8_cut(word, len, (size_t)it->room);
        if (piece == 0)
            break;
        add_word(it, word, piece);
        word += piece;
        len -= piece;
    }
    if (len > 0)
        add_word(it, word, len);
}

void cli_wrap(const struct cli_term *term, enum cli_colour colour, int indent, int width,
              const char *text)
{
    struct wrapped it = {term, colour, indent, width > indent + 8 ? width - indent : 8, {0}};
    struct qn_buf clean;

    qn_buf_init(&it.line, TEXT_MAX);
    qn_buf_init(&clean, TEXT_MAX);
    cli_text_add(&clean, text, strlen(text), 0);
    for (const char *rest = clean.data; *rest; rest += strspn(rest, " ")) {
        size_t len = strcspn(rest, " ");
        add_pieces(&it, rest, len);
        rest += len;
    }
    end_line(&it, true);
    qn_buf_release(&clean);
    qn_buf_release(&it.line);
}
