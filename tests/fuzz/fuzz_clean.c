/* fuzz_clean.c - what a language model said: a class, never a crash; what is a statement is a part
 * of the text, or of the JSON in it, and the same each time. */
#include "fuzz.h"

#include "tasks/nl2sql/prompt/clean.h"
#include <string.h>

static enum clean_class ask(struct qn_span text, struct qn_buf *out)
{
    enum clean_class class;

    qn_buf_init(out, CLEAN_TEXT_MAX * 2);
    FUZZ_REQUIRE(clean_answer(text, out, &class, NULL) == QN_OK);
    FUZZ_REQUIRE(class < CLEAN_CLASSES);
    FUZZ_REQUIRE(out->len > 0 && strlen(out->data) == out->len);
    FUZZ_REQUIRE(class == CLEAN_SQL ? out->len <= CLEAN_SQL_MAX : out->len <= 600);
    return class;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct qn_span text = {(const char *)data, size};
    struct qn_buf first, again;

    if (ask(text, &first) == CLEAN_SQL) {
        FUZZ_REQUIRE(!is_blank(first.data[0]) && !is_blank(first.data[first.len - 1]));
        FUZZ_REQUIRE(memchr(data, '\\', size) != NULL || memchr(data, 0xe2, size) != NULL ||
                     memchr(data, 0xef, size) != NULL || memchr(data, 0xc2, size) != NULL ||
                     memchr(data, '<', size) != NULL ||
                     memmem(data, size, first.data, first.len) != NULL);
    }
    /* The same twice. */
    FUZZ_REQUIRE(ask(text, &again) < CLEAN_CLASSES);
    FUZZ_REQUIRE(first.len == again.len && memcmp(first.data, again.data, first.len) == 0);
    qn_buf_release(&first);
    qn_buf_release(&again);
    return 0;
}
