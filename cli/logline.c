#include "logline.h"

#include "common/json.h"
#include "common/str.h"
#include "jsontext.h"
#include <string.h>

#define TEXT_SIZE 4096
#define CLOCK_AT  11 /* in "2026-01-31T07:45:12.345Z" */
#define CLOCK_LEN 8

static const struct {
    const char *child, *name, *colour;
} sources[] = {
    {"quern-api", "api", "\033[36m"},     {"quern-worker", "worker", "\033[32m"},
    {"quern-beat", "beat", "\033[35m"},   {"redis-broker", "broker", "\033[34m"},
    {"redis-cache", "cache", "\033[34m"}, {"postgres", "postgres", "\033[34m"},
};
#define SOURCES (sizeof(sources) / sizeof(sources[0]))

static void add_source(struct qn_buf *out, const char *child, bool colour)
{
    const char *name = child, *paint = "";

    for (size_t i = 0; i < SOURCES; i++)
        if (strcmp(sources[i].child, child) == 0) {
            name = sources[i].name;
            paint = sources[i].colour;
        }
    qn_buf_printf(out, colour ? "%s%-9s\033[0m" : "%s%-9s ", colour ? paint : "", name);
    if (colour)
        qn_buf_add_byte(out, ' ');
}

static const char *paint_of(const char *level)
{
    return strcmp(level, "error") == 0 ? "\033[31m" : strcmp(level, "warn") == 0 ? "\033[33m" : "";
}

/* Members that every line has, or that are shown in front. */
static bool is_head(struct qn_span name)
{
    static const char *const heads[] = {"time", "level", "program", "msg"};

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (qn_span_is(name, heads[i]))
            return true;
    return false;
}

static void add_members(struct qn_buf *out, struct qn_span json)
{
    struct qn_json_item item;
    struct qn_json_walk walk;
    char name[64], text[TEXT_SIZE];

    if (qn_json_walk_init(&walk, json.data, json.len) != QN_OK)
        return;
    while (qn_json_walk_next(&walk, &item)) {
        if (is_head(item.key) || item.key.len >= sizeof(name))
            continue;
        snprintf(name, sizeof(name), "%.*s", (int)item.key.len, item.key.data);
        cli_json_text(json, name, text, sizeof(text));
        if (text[0] == '\0')
            continue;
        qn_buf_printf(out, " %s=", name);
        cli_text_add(out, text, strlen(text), CLI_LOGLINE_MAX / 4);
    }
}

static void add_json(struct qn_buf *out, const char *child, struct qn_span json, bool colour)
{
    char time[64], level[16], msg[TEXT_SIZE];

    cli_json_text(json, "time", time, sizeof(time));
    cli_json_text(json, "level", level, sizeof(level));
    cli_json_text(json, "msg", msg, sizeof(msg));
    bool whole = strlen(time) >= CLOCK_AT + CLOCK_LEN;
    qn_buf_printf(out, "%.*s ", CLOCK_LEN, whole ? time + CLOCK_AT : "--------");
    add_source(out, child, colour);
    qn_buf_add_str(out, colour ? paint_of(level) : "");
    if (!colour && paint_of(level)[0] != '\0')
        qn_buf_printf(out, "%s: ", level);
    cli_text_add(out, msg, strlen(msg), CLI_LOGLINE_MAX / 2);
    add_members(out, json);
    qn_buf_add_str(out, colour ? "\033[0m\n" : "\n");
}

/* "# " is a warning of Redis. */
static bool is_serious(const char *line, size_t len)
{
    static const char *const marks[] = {" # ", "WARNING:", "ERROR:", "FATAL:", "PANIC:"};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (memmem(line, len, marks[i], strlen(marks[i])))
            return true;
    return false;
}

bool cli_logline_add(struct qn_buf *out, const char *name, const char *line, size_t len,
                     bool colour, bool all)
{
    enum qn_json_type type;
    struct qn_span json = {.data = line, .len = len};
    bool ours = qn_str_starts(name, "quern-");

    if (qn_json_check(line, len, &type, NULL) == QN_OK && type == QN_JSON_OBJECT) {
        add_json(out, name, json, colour);
        return true;
    }
    if (len == 0 || (!ours && !all && !is_serious(line, len)))
        return false;
    qn_buf_printf(out, "%-8s ", "");
    add_source(out, name, colour);
    cli_text_add(out, line, len, CLI_LOGLINE_MAX);
    qn_buf_add_byte(out, '\n');
    return true;
}
