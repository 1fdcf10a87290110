/* prompt_room.h - models of many tables by text, for tests of what a language model is told. One
 * file, for unit tests.
 */
#ifndef TESTS_SUPPORT_PROMPT_ROOM_H
#define TESTS_SUPPORT_PROMPT_ROOM_H

#include "guard_room.h"
#include "tasks/nl2sql/prompt/prompt.h"

struct prompt_room {
    struct qn_buf tables, relations;
    struct qn_model *model;
    struct qn_arena arena; /* of the link */
    struct link link;
    struct qn_buf out;
};

static inline void prompt_room_init(struct prompt_room *room)
{
    *room = (struct prompt_room){0};
    qn_buf_init(&room->tables, (size_t)16 << 20);
    qn_buf_init(&room->relations, (size_t)16 << 20);
    qn_buf_init(&room->out, PROMPT_BYTES_MAX * 2);
    qn_arena_init(&room->arena, (size_t)64 << 20);
}

static inline void prompt_room_release(struct prompt_room *room)
{
    qn_model_free(room->model);
    qn_arena_release(&room->arena);
    qn_buf_release(&room->tables);
    qn_buf_release(&room->relations);
    qn_buf_release(&room->out);
}

/* columns: JSON of more of them, "" or each with a comma before it; more: members of the table. */
static inline void prompt_room_table(struct prompt_room *room, const char *name,
                                     const char *columns, const char *more)
{
    qn_buf_printf(&room->tables,
                  "%s{\"schema\":\"public\",\"name\":", room->tables.len > 0 ? "," : "");
    qn_json_add_str(&room->tables, name);
    qn_buf_printf(&room->tables,
                  ",\"kind\":\"table\",\"purpose\":\"other\"%s,\"columns\":[{\"name\":\"id\","
                  "\"type\":\"integer\",\"family\":\"integer\",\"role\":\"key\"}%s],"
                  "\"keys\":[{\"primary\":true,\"columns\":[\"id\"]}]}",
                  more, columns);
}

/* child.column to the id of parent. */
static inline void prompt_room_relation(struct prompt_room *room, const char *child,
                                        const char *column, const char *parent, const char *verdict)
{
    qn_buf_printf(&room->relations,
                  "%s{\"child_schema\":\"public\",\"child_table\":\"%s\",\"child_columns\":[\"%s\"]"
                  ",\"parent_schema\":\"public\",\"parent_table\":\"%s\",\"parent_columns\":"
                  "[\"id\"],\"score\":1,\"source\":\"declared\",\"verdict\":\"%s\","
                  "\"evidence\":\"\"}",
                  room->relations.len > 0 ? "," : "", child, column, parent, verdict);
}

/* metrics: JSON of them, "" none. */
static inline void prompt_room_build(struct prompt_room *room, const char *metrics)
{
    struct qn_err err = {0};
    struct qn_buf json;

    qn_buf_init(&json, (size_t)64 << 20);
    qn_buf_printf(&json,
                  "{\"format\":\"quern-model/1\",\"version\":0,\"state\":\"draft\",\"hash\":\"\","
                  "\"datasource\":\"\",\"database\":\"d\",\"tables\":[%s],\"relations\":[%s],"
                  "\"metrics\":[%s],\"conditions\":[],\"warnings\":[]}",
                  room->tables.data, room->relations.data, metrics);
    if (qn_model_from_json(&room->model, (struct qn_span){json.data, json.len}, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    qn_buf_release(&json);
}

static inline void prompt_room_link(struct prompt_room *room, const struct qn_model *model,
                                    const char *question)
{
    struct qn_err err = {0};

    qn_arena_release(&room->arena);
    qn_arena_init(&room->arena, (size_t)64 << 20);
    if (link_question(model, question, NULL, 0, &room->arena, &room->link, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
}

/* Its place among the linked ones; QN_MODEL_NONE. */
static inline size_t prompt_room_place(const struct prompt_room *room, const struct qn_model *model,
                                       const char *table)
{
    for (size_t i = 0; i < room->link.n_tables; i++) {
        if (strcmp(model->tables[room->link.tables[i].table].name, table) == 0) {
            return i;
        }
    }
    return QN_MODEL_NONE;
}

static inline bool prompt_room_has(const struct prompt_room *room, const struct qn_model *model,
                                   const char *table, const char *column)
{
    const size_t place = prompt_room_place(room, model, table);
    const struct link_table *linked;

    if (place == QN_MODEL_NONE) {
        return false;
    }
    linked = &room->link.tables[place];
    for (size_t i = 0; i < linked->n_columns; i++) {
        if (strcmp(model->tables[linked->table].columns[linked->columns[i]].name, column) == 0) {
            return true;
        }
    }
    return false;
}

static inline const char *prompt_room_user(struct prompt_room *room, const struct qn_model *model,
                                           const char *question)
{
    const struct prompt_wish wish = {.model = model,
                                     .link = &room->link,
                                     .question = question,
                                     .today = "2025-06-30",
                                     .time_zone = "UTC",
                                     .max_rows = 1000};

    qn_buf_reset(&room->out);
    prompt_user(&wish, &room->out);
    assert_int_equal(qn_buf_status(&room->out), QN_OK);
    return room->out.data;
}

#endif
