#include "llm_data.h"

#include "common/json.h"
#include "tasks/lib/model/model_text.h"

/* Plain texts are short, or are cut: a room of their own is enough. */
#define ROOM_MAX ((size_t)256 * 1024)

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "<x", "</x" */
static bool opens_tag(const char *at)
{
    return at[0] == '<' && (is_letter(at[1]) || at[1] == '/' || at[1] == '!');
}

void qn_llm_add_data(struct qn_buf *out, const char *text, size_t max)
{
    struct qn_arena arena;
    struct qn_buf json;

    qn_arena_init(&arena, ROOM_MAX);
    qn_buf_init(&json, ROOM_MAX);
    qn_json_add_str(&json, qn_plain(&arena, text, max));
    for (size_t i = 0; i < json.len; i++) {
        if (opens_tag(json.data + i)) {
            qn_buf_add_str(out, "\\u003c");
        } else {
            qn_buf_add_byte(out, json.data[i]);
        }
    }
    if (arena.status != QN_OK || qn_buf_status(&json) != QN_OK) {
        out->status = QN_ENOMEM;
    }
    qn_buf_release(&json);
    qn_arena_release(&arena);
}

void qn_llm_add_data_list(struct qn_buf *out, const char *const *texts, size_t n, size_t max)
{
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? ", " : "");
        qn_llm_add_data(out, texts[i], max);
    }
    qn_buf_add_byte(out, ']');
}
