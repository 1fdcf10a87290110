/* rules_room.h - rules of the shop of model_room.h with the sample's hints, and asking them. One
 * file, for unit tests.
 */
#ifndef TESTS_SUPPORT_RULES_ROOM_H
#define TESTS_SUPPORT_RULES_ROOM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/mem.h"
#include "model_room.h"
#include "tasks/nl2sql/rules/rules.h"
#include <string.h>

#ifndef UNIT_DATA
#define UNIT_DATA "." /* the build says where */
#endif

struct rules_room {
    struct model_room room;
    struct qn_model *model;
    struct rules *rules;
};

static inline void rules_room_init(struct rules_room *room)
{
    size_t len;
    char *hints = model_room_file(UNIT_DATA "/../../tasks/sample/shop_hints.json", &len);

    model_room_init(&room->room);
    room->model = model_room_build(&room->room, NULL);
    assert_int_equal(
        qn_model_merge(room->model, (struct qn_span){hints, len}, QN_MODEL_HINTS, NULL), QN_OK);
    assert_int_equal(qn_model_seal(room->model, NULL), QN_OK);
    assert_int_equal(rules_create(&room->rules, room->model, NULL), QN_OK);
    qn_free(hints);
}

static inline void rules_room_release(struct rules_room *room)
{
    rules_free(room->rules);
    qn_model_free(room->model);
    model_room_release(&room->room);
}

/* The last text of the NULL-terminated ones is asked, the others came before it. */
static inline int rules_room_thread(const struct rules_room *room, const char *const *texts,
                                    struct rules_answer *ret)
{
    struct rules_question question = {
        .language = "", .today = "2025-06-30", .history = texts, .n_history = 0};

    while (texts[question.n_history + 1] != NULL) {
        question.n_history++;
    }
    question.text = texts[question.n_history];
    rules_answer_init(ret);
    return rules_ask(room->rules, &question, ret, NULL);
}

static inline int rules_room_ask(const struct rules_room *room, const char *text,
                                 struct rules_answer *ret)
{
    return rules_room_thread(room, (const char *const[]){text, NULL}, ret);
}

#endif
