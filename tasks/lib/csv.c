#include "csv.h"

#include <string.h>

void qn_csv_init(struct qn_csv *csv, struct qn_buf *out, char delimiter, bool safe, bool bom)
{
    *csv = (struct qn_csv){.out = out, .delimiter = delimiter, .safe = safe};
    if (bom) {
        qn_buf_add_str(out, "\xef\xbb\xbf");
    }
}

/* Blanks at the ends are quoted too: some readers drop them. */
static bool needs_quotes(const struct qn_csv *csv, struct qn_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];

        if (c == csv->delimiter || c == '"' || c == '\r' || c == '\n') {
            return true;
        }
    }
    return text.len > 0 && (text.data[0] == ' ' || text.data[text.len - 1] == ' ');
}

static void add_cell(struct qn_csv *csv, const char *prefix, struct qn_span text)
{
    bool quoted = needs_quotes(csv, text);

    if (csv->begun) {
        qn_buf_add_byte(csv->out, csv->delimiter);
    }
    csv->begun = true;
    if (quoted) {
        qn_buf_add_byte(csv->out, '"');
    }
    qn_buf_add_str(csv->out, prefix);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"') {
            qn_buf_add_byte(csv->out, '"');
        }
        qn_buf_add_byte(csv->out, text.data[i]);
    }
    if (quoted) {
        qn_buf_add_byte(csv->out, '"');
    }
}

void qn_csv_text(struct qn_csv *csv, struct qn_span text)
{
    bool formula = text.len > 0 && memchr("=+-@\t\r", text.data[0], 6) != NULL;

    add_cell(csv, csv->safe && formula ? "'" : "", text);
}

void qn_csv_typed(struct qn_csv *csv, struct qn_span text)
{
    add_cell(csv, "", text);
}

void qn_csv_end(struct qn_csv *csv)
{
    qn_buf_add_str(csv->out, "\r\n");
    csv->begun = false;
}
