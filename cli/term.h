/* term.h - what people see: widths, colours, tables, a progress bar.
 *
 * Text from outside (names, errors) may hold anything: what reaches the output here
 * has its control characters replaced, so no job can write to the terminal.
 * Colours only on a terminal, and not with NO_COLOR.
 */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include "common/buf.h"
#include <stdio.h>

enum cli_colour { CLI_PLAIN, CLI_BOLD, CLI_DIM, CLI_RED, CLI_GREEN, CLI_YELLOW, CLI_CYAN };

struct cli_term {
    FILE *out;
    bool tty;
    bool colour;
    int width; /* columns; 0: no limit */
};

void cli_term_init(struct cli_term *term, FILE *out);

/* Columns that a text takes: wide characters two, combining ones none. */
int cli_text_width(const char *text);
/* Appends text without control characters, cut with an ellipsis at width columns
 * (0: whole). */
void cli_text_add(struct qn_buf *out, const char *text, size_t len, int width);

/* Prints text as it is, cleaned, in a colour. */
void cli_say(const struct cli_term *term, enum cli_colour colour, const char *text);

struct cli_column {
    const char *title;
    bool right; /* numbers */
    bool wide;  /* is cut first when the line is too long */
};

/* Cells row by row; memory that ends is noticed when it is printed. */
struct cli_table;
struct cli_table *cli_table_create(const struct cli_column *columns, size_t n);
void cli_table_free(struct cli_table *table); /* NULL is fine */
void cli_table_add(struct cli_table *table, const char *text, enum cli_colour colour);
void cli_table_add_number(struct cli_table *table, int64_t number);
QN_MUST_CHECK int cli_table_print(const struct cli_table *table, const struct cli_term *term,
                                  int indent, struct qn_err *reterr);

/* One line that is written over and over, on a terminal only. percent -1: unknown. */
void cli_bar_show(const struct cli_term *term, int percent, const char *text);
void cli_bar_clear(const struct cli_term *term);

#endif
