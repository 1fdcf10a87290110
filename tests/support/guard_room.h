/* guard_room.h - a guard of the shop of model_room.h, its password hashes hidden by the sample's
 * hints, and the cases of tests/guard. One file, for unit tests.
 */
#ifndef TESTS_SUPPORT_GUARD_ROOM_H
#define TESTS_SUPPORT_GUARD_ROOM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/json.h"
#include "common/mem.h"
#include "model_room.h"
#include "tasks/nl2sql/guard/guard.h"
#include <string.h>

#ifndef UNIT_DATA
#define UNIT_DATA "." /* the build says where */
#endif
#define GUARD_CASES UNIT_DATA "/../guard/"

struct guard_room {
    struct model_room room;
    struct qn_model *model;
    struct guard *guard;
};

static inline void guard_room_init(struct guard_room *room)
{
    size_t len;
    char *hints = model_room_file(UNIT_DATA "/../../tasks/sample/shop_hints.json", &len);

    model_room_init(&room->room);
    room->model = model_room_build(&room->room, NULL);
    assert_int_equal(
        qn_model_merge(room->model, (struct qn_span){hints, len}, QN_MODEL_HINTS, NULL), QN_OK);
    assert_int_equal(guard_create(&room->guard, room->model, NULL), QN_OK);
    qn_free(hints);
}

static inline void guard_room_release(struct guard_room *room)
{
    guard_free(room->guard);
    qn_model_free(room->model);
    model_room_release(&room->room);
}

static inline enum guard_class guard_room_ask(const struct guard_room *room, struct qn_span sql,
                                              struct guard_verdict *ret)
{
    struct qn_err err = {0};

    if (guard_check(room->guard, sql, ret, NULL, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    return ret->class;
}

static inline enum guard_class guard_room_text(const struct guard_room *room, const char *sql)
{
    struct guard_verdict verdict;

    return guard_room_ask(room, (struct qn_span){sql, strlen(sql)}, &verdict);
}

/* {"sql":...,"class":...}: class "" when the line has none. Both are to be released. */
typedef void guard_room_fn(void *arg, const char *sql, const char *class);

static inline void guard_room_member(const char *line, size_t len, const char *name,
                                     struct qn_buf *ret)
{
    struct qn_json_item item;

    qn_buf_init(ret, 1 << 20);
    if (qn_json_find(line, len, name, &item)) {
        assert_int_equal(qn_json_unescape(item.value, ret), QN_OK);
    }
}

/* Returns how many there are. */
static inline size_t guard_room_cases(const char *path, guard_room_fn *fn, void *arg)
{
    size_t len, n = 0;
    char *text = model_room_file(path, &len), *line, *rest = text;

    while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
        struct qn_buf sql, class;

        guard_room_member(line, strlen(line), "sql", &sql);
        guard_room_member(line, strlen(line), "class", &class);
        fn(arg, sql.data, class.data);
        qn_buf_release(&sql);
        qn_buf_release(&class);
        n++;
    }
    qn_free(text);
    return n;
}

#endif
