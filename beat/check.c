#include "check.h"

#include "common/json.h"
#include "common/json_member.h"
#include <stdio.h>

static void print_line(const struct qn_schedule *schedule, int64_t now_s)
{
    char text[QN_TIME_TEXT_SIZE] = "never";
    int64_t next = qn_schedule_after(schedule, now_s);

    if (next < INT64_MAX)
        qn_time_to_str(next * 1000, text);
    printf("%-32s %-32s %s\n", schedule->name, schedule->draft.task, text);
}

static void add_next(const struct qn_schedule *schedule, int64_t now_s, struct qn_buf *out)
{
    char text[QN_ZONE_TEXT_SIZE];

    qn_json_add_key(out, "next");
    qn_buf_add_byte(out, '[');
    for (int i = 0; i < BEAT_NEXT_TIMES; i++) {
        now_s = qn_schedule_after(schedule, now_s);
        if (now_s == INT64_MAX)
            break;
        qn_zone_time_to_str(schedule->zone, now_s, text);
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_json_add_str(out, text);
    }
    qn_buf_add_byte(out, ']');
}

/* The members of the definition, between its name and what follows from it. */
static void print_json(const struct qn_definition *definition, const struct qn_schedule *schedule,
                       int64_t now_s)
{
    struct qn_buf out;

    qn_buf_init(&out, 2 * QN_SCHEDULE_JSON_MAX);
    qn_buf_add_byte(&out, '{');
    qn_json_member_text(&out, "name", definition->name);
    qn_buf_add_byte(&out, ',');
    qn_buf_add(&out, definition->json.data + 1, definition->json.len - 2);
    qn_json_member_text(&out, "source", definition->source);
    add_next(schedule, now_s, &out);
    qn_buf_add_byte(&out, '}');
    printf("\n %s", out.data);
    qn_buf_release(&out);
}

int beat_check_print(const struct beat_file *file, struct qn_zone_cache *zones, bool json)
{
    const struct qn_schedule_rules rules = {.zones = zones};
    int64_t now_s = qn_wall_ms(&qn_clock_system) / 1000;
    int code = 0;

    if (json)
        fputs("{\"schedules\":[", stdout);
    for (size_t i = 0; i < file->n && code == 0; i++) {
        const struct qn_definition *definition = &file->all[i];
        struct qn_schedule schedule;
        char field[QN_DRAFT_FIELD_SIZE];
        struct qn_err err;
        if (qn_schedule_parse(&schedule, definition->name, definition->json, &rules, field, &err) !=
            QN_OK) {
            fprintf(stderr, "quern-beat: %s\n", err.msg);
            code = 1;
            continue;
        }
        if (json) {
            fputs(i > 0 ? "," : "", stdout);
            print_json(definition, &schedule, now_s);
        } else {
            print_line(&schedule, now_s);
        }
        qn_schedule_release(&schedule);
    }
    if (json)
        puts("]}");
    return code;
}
