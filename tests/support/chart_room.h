/* chart_room.h - rows written as text, and the picture that is chosen for them. For unit tests. */
#ifndef TESTS_SUPPORT_CHART_ROOM_H
#define TESTS_SUPPORT_CHART_ROOM_H

#include "rows_room.h"
#include "tasks/nl2sql/chart/chart.h"

#define CHART_ROOM_LINES 32
#define CHART_ROOM_TEXT  ((size_t)64 * 1024 * 1024)

struct chart_room {
    struct query_rows rows;
    struct chart chart;
};

static inline void chart_room_choose(struct chart_room *room, const struct chart_wish *wish)
{
    struct qn_err err = {0};

    if (chart_choose(&room->chart, &room->rows, wish, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
}

/* lines: up to the first NULL. */
static inline void chart_room_init(struct chart_room *room, const char *head,
                                   const char *const *lines, const struct chart_wish *wish)
{
    size_t n = 0;

    while (n < CHART_ROOM_LINES && lines[n] != NULL) {
        n++;
    }
    rows_room_table(&room->rows, head, lines, n);
    chart_room_choose(room, wish);
}

/* n rows of a pattern: # becomes the number of the row, from 1. */
static inline void chart_room_many(struct chart_room *room, const char *head, const char *pattern,
                                   size_t n, const struct chart_wish *wish)
{
    rows_room_head(&room->rows, head, n);
    for (size_t i = 1; i <= n; i++) {
        struct qn_buf line;

        qn_buf_init(&line, 4096);
        for (const char *at = pattern; *at != '\0'; at++) {
            if (*at == '#') {
                qn_buf_printf(&line, "%zu", i);
            } else {
                qn_buf_add_byte(&line, *at);
            }
        }
        rows_room_line(&room->rows, line.data);
        qn_buf_release(&line);
    }
    chart_room_choose(room, wish);
}

static inline void chart_room_release(struct chart_room *room)
{
    chart_release(&room->chart);
    rows_room_release(&room->rows);
}

static inline void chart_room_draw(const struct chart_room *room, struct qn_buf *out)
{
    qn_buf_init(out, CHART_ROOM_TEXT);
    chart_svg(&room->chart, &room->rows, out);
    assert_int_equal(qn_buf_status(out), QN_OK);
}

static inline void chart_room_json(const struct chart_room *room, struct qn_buf *out)
{
    qn_buf_init(out, CHART_ROOM_TEXT);
    chart_json(&room->chart, &room->rows, out);
    assert_int_equal(qn_buf_status(out), QN_OK);
}

#endif
