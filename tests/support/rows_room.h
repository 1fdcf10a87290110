/* rows_room.h - rows of a statement that never ran, for tests: columns first, then cells in order.
 */
#ifndef TESTS_SUPPORT_ROWS_ROOM_H
#define TESTS_SUPPORT_ROWS_ROOM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tasks/nl2sql/query/query_rows.h"
#include <stdio.h>
#include <string.h>

#define ROWS_ROOM_MAX     ((size_t)64 * 1024 * 1024)
#define ROWS_ROOM_COLUMNS 32

/* Room for n_rows; fewer may be added. To be released. */
static inline void rows_room_init(struct query_rows *rows, size_t n_columns, size_t n_rows)
{
    *rows = (struct query_rows){.n_columns = 0};
    qn_arena_init(&rows->arena, ROWS_ROOM_MAX);
    rows->columns = qn_arena_alloc(&rows->arena, n_columns + 1, sizeof(*rows->columns));
    rows->cells = qn_arena_alloc(&rows->arena, n_columns * n_rows + 1, sizeof(*rows->cells));
    assert_non_null(rows->cells);
}

static inline struct query_column *rows_room_column(struct query_rows *rows, const char *name,
                                                    enum query_kind kind)
{
    static const enum qn_role roles[QUERY_KINDS] = {
        [QUERY_TEXT] = QN_ROLE_TEXT,      [QUERY_INTEGER] = QN_ROLE_MEASURE,
        [QUERY_NUMBER] = QN_ROLE_MEASURE, [QUERY_BOOLEAN] = QN_ROLE_FLAG,
        [QUERY_DATE] = QN_ROLE_TIME,      [QUERY_TIMESTAMP] = QN_ROLE_TIME,
        [QUERY_JSON] = QN_ROLE_OTHER,     [QUERY_OTHER] = QN_ROLE_OTHER,
    };
    struct query_column *column = &rows->columns[rows->n_columns++];

    *column = (struct query_column){.name = name,
                                    .type = "",
                                    .kind = kind,
                                    .table = QN_MODEL_NONE,
                                    .column = QN_MODEL_NONE,
                                    .role = roles[kind],
                                    .unit = ""};
    return column;
}

/* A row as one text, its cells parted by |; "~" is NULL. */
static inline void rows_room_line(struct query_rows *rows, const char *at)
{
    struct qn_span *cells = &rows->cells[rows->n_rows * rows->n_columns];

    for (size_t c = 0; c < rows->n_columns; c++) {
        size_t len = strcspn(at, "|");
        bool null = len == 1 && *at == '~';

        cells[c].data = null ? NULL : qn_arena_text(&rows->arena, at, len);
        cells[c].len = null ? 0 : len;
        at += len + (at[len] == '|' ? 1 : 0);
    }
    rows->n_rows++;
}

/* head: "name:kind name:kind". Room for most rows. */
static inline void rows_room_head(struct query_rows *rows, const char *head, size_t most)
{
    char text[1024], *rest = text, *word;

    rows_room_init(rows, ROWS_ROOM_COLUMNS, most);
    assert_true(strlen(head) < sizeof(text));
    memcpy(text, head, strlen(head) + 1);
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        char *kind = strchr(word, ':');
        size_t k = 0;

        assert_non_null(kind);
        *kind++ = '\0';
        while (k < QUERY_KINDS && strcmp(query_kind_names[k], kind) != 0) {
            k++;
        }
        assert_true(k < QUERY_KINDS);
        rows_room_column(rows, qn_arena_str(&rows->arena, word), (enum query_kind)k);
    }
}

static inline void rows_room_table(struct query_rows *rows, const char *head,
                                   const char *const *lines, size_t n)
{
    rows_room_head(rows, head, n);
    for (size_t i = 0; i < n; i++) {
        rows_room_line(rows, lines[i]);
    }
}

static inline void rows_room_release(struct query_rows *rows)
{
    qn_arena_release(&rows->arena);
}

#endif
