/* fuzz_profile.c - whatever a database holds: every value has a shape, a mask that is UTF-8 when
 * the value is, and makes a profile whose JSON is valid and comes back the same; a text that is
 * no such JSON is refused.
 *
 * The bytes are values of one column, with 0xff between them; the first byte is its family. */
#include "fuzz.h"

#include "common/json.h"
#include "common/str.h"
#include "tasks/lib/profile/array_text.h"
#include "tasks/lib/profile/gather.h"
#include "tasks/lib/profile/judge.h"
#include "tasks/lib/profile/number.h"
#include <math.h>
#include <string.h>

#define MEMORY ((size_t)8 * 1024 * 1024)

static struct qn_catalog_column column = {.name = "c", .type = "text", .comment = ""};
static const struct qn_catalog_table table = {
    .schema = "s", .name = "t", .columns = &column, .n_columns = 1};

static void take_value(struct qn_gather *gather, struct qn_judge *judge, struct qn_span value)
{
    double number;

    if (qn_number_parse(column.family, value, &number)) {
        FUZZ_REQUIRE(isfinite(number));
    }
    FUZZ_REQUIRE(qn_judge_add(judge, value, 1) == QN_OK);
    FUZZ_REQUIRE(qn_gather_add(gather, value, (struct qn_span){NULL, 0}, NULL) == QN_OK);
    for (int pii = QN_PII_NONE; pii < QN_PIIS; pii++) {
        struct qn_buf out;

        qn_buf_init(&out, MEMORY);
        FUZZ_REQUIRE(qn_pii_mask((enum qn_pii)pii, value, &out) == QN_OK);
        FUZZ_REQUIRE(!qn_utf8_valid(value.data, value.len) || qn_utf8_valid(out.data, out.len));
        qn_buf_release(&out);
    }
}

static void take_array(struct qn_span text)
{
    struct qn_array_walk walk;
    struct qn_buf element;
    size_t n = 0;
    bool null;

    qn_buf_init(&element, MEMORY);
    qn_array_walk_init(&walk, text);
    while (qn_array_walk_next(&walk, &element, &null)) {
        FUZZ_REQUIRE(n++ <= text.len);
    }
    qn_buf_release(&element);
}

static void require_round(struct qn_profile_column *of, struct qn_arena *arena)
{
    struct qn_profile_table profile = {
        .trouble = "", .rows = 1, .seen = 1, .columns = of, .n_columns = 1};
    struct qn_profile_table back;
    struct qn_buf first, second;

    qn_buf_init(&first, MEMORY);
    qn_buf_init(&second, MEMORY);
    FUZZ_REQUIRE(qn_profile_to_json(&profile, &table, &first) == QN_OK);
    FUZZ_REQUIRE(qn_profile_from_json(&back, arena, &table, (struct qn_span){first.data, first.len},
                                      NULL) == QN_OK);
    FUZZ_REQUIRE(qn_profile_to_json(&back, &table, &second) == QN_OK);
    FUZZ_REQUIRE(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    qn_buf_release(&first);
    qn_buf_release(&second);
}

static void take_values(const char *data, size_t size, struct qn_arena *arena)
{
    struct qn_profile_column ret;
    struct qn_gather gather;
    struct qn_judge judge;

    qn_gather_init(&gather, &column, 0);
    qn_judge_init(&judge, column.family);
    for (size_t start = 0; start <= size;) {
        const char *end = start < size ? memchr(data + start, 0xff, size - start) : NULL;
        size_t len = end != NULL ? (size_t)(end - data) - start : size - start;

        take_value(&gather, &judge, (struct qn_span){data + start, len});
        start += len + 1;
    }
    FUZZ_REQUIRE(qn_gather_finish(&gather, arena, &ret, NULL) == QN_OK);
    ret.tier = QN_PROFILE_EXACT;
    qn_judge_finish(&judge, &table, 0, &ret);
    qn_judge_alerts(column.family, 1, &ret);
    require_round(&ret, arena);
    qn_judge_mask(&ret, arena);
    require_round(&ret, arena);
    qn_judge_release(&judge);
    qn_gather_release(&gather);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qn_profile_table back;
    struct qn_arena arena;
    struct qn_span text;

    if (size == 0) {
        return 0;
    }
    column.family = (enum qn_family)(data[0] % QN_FAMILIES);
    text = (struct qn_span){(const char *)data + 1, size - 1};
    qn_arena_init(&arena, MEMORY);
    take_values(text.data, text.len, &arena);
    take_array(text);
    if (qn_profile_from_json(&back, &arena, &table, text, NULL) == QN_OK) {
        require_round(back.columns, &arena);
    }
    qn_arena_release(&arena);
    return 0;
}
