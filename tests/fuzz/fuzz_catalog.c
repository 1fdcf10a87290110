/* fuzz_catalog.c - checks, comments and snapshots of anybody's database: labels or none, valid
 * and bounded texts, an error or a diff that is JSON; memory that follows the size. */
#include "fuzz.h"

#include "common/json.h"
#include "common/str.h"
#include "tasks/lib/catalog/catalog_diff.h"
#include "tasks/lib/catalog/catalog_labels.h"
#include "tasks/lib/catalog/catalog_text.h"
#include <string.h>

#define ARENA_MAX ((size_t)64 * 1024 * 1024)

static void check_labels(struct qn_span text, const char *column)
{
    struct qn_catalog_labels labels;
    struct qn_arena arena;
    bool any;

    qn_arena_init(&arena, ARENA_MAX);
    any = qn_catalog_labels_of(&labels, &arena, column, text);
    FUZZ_REQUIRE(any == (labels.n > 0) && labels.n <= QN_CATALOG_LABELS_MAX);
    for (size_t i = 0; i < labels.n; i++) {
        FUZZ_REQUIRE(qn_utf8_valid(labels.items[i], strlen(labels.items[i])));
    }
    FUZZ_REQUIRE(arena.used <= 256 * (text.len + 16));
    qn_arena_release(&arena);
}

static void check_texts(struct qn_span text)
{
    struct qn_arena arena;
    const char *comment, *sql;

    qn_arena_init(&arena, ARENA_MAX);
    comment = qn_catalog_comment(&arena, text);
    sql = qn_catalog_sql(&arena, text);
    FUZZ_REQUIRE(strlen(comment) <= QN_CATALOG_TEXT_MAX);
    FUZZ_REQUIRE(strlen(sql) <= QN_CATALOG_TEXT_MAX);
    FUZZ_REQUIRE(qn_utf8_valid(comment, strlen(comment)) && qn_utf8_valid(sql, strlen(sql)));
    for (const char *c = comment; *c != '\0'; c++) {
        FUZZ_REQUIRE((unsigned char)*c >= ' ' && *c != 0x7f);
    }
    qn_arena_release(&arena);
}

static void check_snapshot(struct qn_span text)
{
    static struct qn_catalog_column columns[] = {
        {.name = "id", .type = "int", .domain = "", .comment = "", .preset = "", .readable = true}};
    struct qn_catalog_table table = {.schema = "s",
                                     .name = "t",
                                     .comment = "",
                                     .view = "",
                                     .readable = true,
                                     .columns = columns,
                                     .n_columns = 1};
    const struct qn_catalog catalog = {.tables = &table, .n_tables = 1};
    struct qn_catalog_snapshot *snapshot;
    struct qn_buf out;

    if (qn_catalog_snapshot_read(&snapshot, text, NULL) != QN_OK) {
        return;
    }
    qn_buf_init(&out, ARENA_MAX);
    FUZZ_REQUIRE(qn_catalog_diff(snapshot, &catalog, &out, NULL) == QN_OK);
    FUZZ_REQUIRE(qn_json_check(out.data, out.len, NULL, NULL) == QN_OK);
    qn_buf_release(&out);
    qn_catalog_snapshot_free(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct qn_span text = {(const char *)data, size};

    check_labels(text, "c");
    check_labels(text, NULL);
    check_texts(text);
    check_snapshot(text);
    return 0;
}
