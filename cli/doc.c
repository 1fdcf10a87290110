#include "doc.h"
#include "common/str.h"
#include <string.h>

#define EXAMPLE "    "

enum cli_doc_part cli_doc_next(const char **at, struct qn_span *ret)
{
    const char *from = *at + strspn(*at, "\n");
    bool is_example = qn_str_starts(from, EXAMPLE);
    const char *end = strstr(from, is_example ? "\n" : "\n\n");

    from += strspn(from, " ");
    *ret = (struct qn_span){from, end ? (size_t)(end - from) : strlen(from)};
    *at = from + ret->len;
    if (ret->len == 0)
        return CLI_DOC_END;
    return is_example ? CLI_DOC_EXAMPLE : CLI_DOC_PARAGRAPH;
}

void cli_doc_fill(struct qn_buf *out, struct qn_span text, int indent, int width)
{
    int column = 0;

    while (text.len > 0) {
        size_t word = 0, blanks = 0;
        while (word < text.len && text.data[word] != ' ')
            word++;
        while (word + blanks < text.len && text.data[word + blanks] == ' ')
            blanks++;
        bool fits = column > 0 && column + 1 + (int)word <= width;
        if (fits)
            qn_buf_add_byte(out, ' ');
        else
            qn_buf_printf(out, "%s%*s", column > 0 ? "\n" : "", indent, "");
        qn_buf_add(out, text.data, word);
        column = (fits ? column + 1 : indent) + (int)word;
        text = (struct qn_span){text.data + word + blanks, text.len - word - blanks};
    }
    qn_buf_add_byte(out, '\n');
}
