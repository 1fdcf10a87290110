#include "schedule_view.h"

#include "broker-client/fire_note.h"
#include "common/clock.h"
#include "common/str.h"
#include "cron/words.h"
#include "jobview.h"
#include "jsontext.h"
#include <string.h>

#define TEXT_SIZE 2048

/* ---- a row of the list ---- */

const struct cli_column cli_schedule_columns[CLI_SCHEDULE_COLUMNS] = {
    {"NAME", false, true},   {"WHEN", false, true}, {"ZONE", false, true}, {"TASK", false, true},
    {"QUEUE", false, false}, {"LAST", true, false}, {"NEXT", true, false},
};

/* "in 3m", "2h ago": to the largest unit. */
static void print_far(int64_t now_ms, int64_t at_ms, char *out, size_t size)
{
    int64_t s = (at_ms - now_ms) / 1000, far = s < 0 ? -s : s;
    char text[32];

    if (far < 100)
        snprintf(text, sizeof(text), "%llds", (long long)far);
    else if (far < 100 * 60)
        snprintf(text, sizeof(text), "%lldm", (long long)far / 60);
    else if (far < 48 * 3600)
        snprintf(text, sizeof(text), "%lldh", (long long)far / 3600);
    else
        snprintf(text, sizeof(text), "%lldd", (long long)far / 86400);
    snprintf(out, size, at_ms <= now_ms ? "%s ago" : "in %s", text);
}

static void print_when(const struct qn_schedule *schedule, char *out, size_t size)
{
    bool cron = schedule->kind == QN_SCHEDULE_CRON;

    snprintf(out, size, "%s%s%s", cron ? "" : qn_schedule_kinds[schedule->kind], cron ? "" : " ",
             schedule->when);
}

/* What it last did; false: nothing. */
static bool last_fire(const struct qn_schedule_view *view, struct qn_fire *ret)
{
    return view->last &&
           qn_fire_decode(ret, (struct qn_span){view->last, strlen(view->last)}) == QN_OK;
}

static void add_last(struct cli_table *table, const struct qn_schedule_view *view)
{
    struct qn_fire fire;
    char text[64] = "";
    bool some = last_fire(view, &fire);

    if (some)
        print_far(view->now_ms, fire.at_ms, text, sizeof(text));
    cli_table_add(table, text, some && fire.what == QN_FIRE_REFUSED ? CLI_RED : CLI_DIM);
}

static void add_next(struct cli_table *table, const struct qn_schedule_view *view)
{
    static const enum cli_colour colours[] = {
        [QN_SCHEDULE_ACTIVE] = CLI_PLAIN,
        [QN_SCHEDULE_PAUSED] = CLI_YELLOW,
        [QN_SCHEDULE_OVER] = CLI_DIM,
        [QN_SCHEDULE_DAMAGED] = CLI_RED,
    };
    char text[64];

    snprintf(text, sizeof(text), "%s", qn_schedule_states[view->state]);
    if (view->state == QN_SCHEDULE_ACTIVE)
        print_far(view->now_ms, qn_schedule_after(&view->schedule, view->now_ms / 1000) * 1000,
                  text, sizeof(text));
    cli_table_add(table, text, colours[view->state]);
}

void cli_schedule_add_row(struct cli_table *table, const struct qn_schedule_view *view)
{
    const struct qn_schedule *schedule = &view->schedule;
    char when[QN_SCHEDULE_WHEN_MAX + 8] = "";

    print_when(schedule, when, sizeof(when));
    cli_table_add(table, view->name, CLI_PLAIN);
    cli_table_add(table, when, CLI_PLAIN);
    cli_table_add(table, schedule->zone_name, CLI_PLAIN);
    cli_table_add(table, schedule->draft.task, CLI_PLAIN);
    cli_table_add(table, schedule->draft.queue, CLI_PLAIN);
    add_last(table, view);
    add_next(table, view);
}

/* ---- one of them ---- */

static void print_line(const struct cli_term *term, const char *title, const char *text)
{
    if (text[0] == '\0')
        return;
    fprintf(term->out, "  %-12s  ", title);
    cli_say(term, CLI_PLAIN, text);
    fputc('\n', term->out);
}

static void print_times(const struct cli_term *term, const struct qn_schedule *schedule,
                        int64_t after_s, int times)
{
    char text[QN_SCHEDULE_TIME_SIZE];

    for (int i = 0; i < times; i++) {
        after_s = qn_schedule_after(schedule, after_s);
        if (after_s == INT64_MAX) {
            print_line(term, i == 0 ? "next" : "", i == 0 ? "never" : "none after that");
            return;
        }
        qn_schedule_time(schedule, after_s, text);
        text[strcspn(text, "T")] = ' ';
        print_line(term, i == 0 ? "next" : "", text);
    }
}

static void print_words(const struct cli_term *term, const struct qn_schedule *schedule)
{
    struct qn_buf words;

    qn_buf_init(&words, QN_CRON_WORDS_MAX);
    qn_schedule_words(schedule, &words);
    print_line(term, "when", words.data);
    qn_buf_release(&words);
}

void cli_schedule_print_next(const struct cli_term *term, const struct qn_schedule *schedule,
                             int64_t after_s, int times)
{
    print_words(term, schedule);
    print_line(term, "zone", schedule->zone_name);
    print_times(term, schedule, after_s, times);
}

/* A member of the job as it is written there: "retry" -> {"kind":...}. */
static void print_job(const struct cli_term *term, const struct qn_schedule *schedule)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    char name[64], text[TEXT_SIZE];

    if (qn_json_walk_init(&walk, schedule->job.data, schedule->job.len) != QN_OK)
        return;
    while (qn_json_walk_next(&walk, &item)) {
        snprintf(name, sizeof(name), "%.*s", item.key.len < 60 ? (int)item.key.len : 60,
                 item.key.data);
        cli_json_text(schedule->job, name, text, sizeof(text));
        for (char *c = name; *c != '\0'; c++)
            *c = *c == '_' ? ' ' : *c;
        print_line(term, name, text);
    }
}

static void print_ms(const struct cli_term *term, const char *title, int64_t ms)
{
    char text[QN_MS_TEXT_SIZE] = "";

    if (ms > 0)
        qn_ms_to_str(ms, text);
    print_line(term, title, text);
}

static void print_bounds(const struct cli_term *term, const struct qn_schedule *schedule)
{
    char text[QN_SCHEDULE_TIME_SIZE] = "";

    print_ms(term, "jitter", schedule->jitter_ms);
    if (schedule->starts_s > 0)
        qn_schedule_time(schedule, schedule->starts_s, text);
    print_line(term, "starts at", text);
    text[0] = '\0';
    if (schedule->ends_s != INT64_MAX)
        qn_schedule_time(schedule, schedule->ends_s, text);
    print_line(term, "ends at", text);
}

static void print_last(const struct cli_term *term, const struct qn_schedule_view *view)
{
    struct qn_fire fire;
    char time[CLI_TIME_SIZE], text[TEXT_SIZE];

    if (!last_fire(view, &fire))
        return;
    cli_time_print(fire.planned_ms > 0 ? fire.planned_ms : fire.at_ms, time);
    snprintf(text, sizeof(text), "%s  %s%s%s", time, qn_fire_whats[fire.what],
             fire.job[0] != '\0' ? "  " : "", fire.job);
    print_line(term, "last", text);
    print_line(term, "why", fire.error);
}

void cli_schedule_print(const struct cli_term *term, const struct qn_schedule_view *view, int times)
{
    const struct qn_schedule *schedule = &view->schedule;
    char time[CLI_TIME_SIZE], text[TEXT_SIZE];

    cli_say(term, CLI_BOLD, view->name);
    fputc('\n', term->out);
    if (view->state == QN_SCHEDULE_DAMAGED) {
        print_line(term, "damaged", view->why.msg);
        return;
    }
    print_words(term, schedule);
    print_line(term, qn_schedule_kinds[schedule->kind], schedule->when);
    print_line(term, "zone", schedule->zone_name);
    print_bounds(term, schedule);
    print_line(term, "overlap", qn_overlaps[schedule->overlap]);
    print_line(term, "catch up", qn_catch_ups[schedule->catch_up]);
    print_job(term, schedule);
    cli_time_print(schedule->changed_ms, time);
    snprintf(text, sizeof(text), "%s, %s", schedule->source, time);
    print_line(term, "said by", text);
    print_last(term, view);
    cli_time_print(view->paused_ms, time);
    print_line(term, "paused since", view->paused_ms != QN_NO_TIME ? time : "");
    print_times(term, schedule, view->now_ms / 1000, times);
}

/* ---- history ---- */

/* False: it does not read. */
static bool add_fire(struct cli_table *table, struct qn_span json)
{
    static const enum cli_colour colours[] = {
        [QN_FIRE_MADE] = CLI_PLAIN,
        [QN_FIRE_SKIPPED] = CLI_YELLOW,
        [QN_FIRE_REFUSED] = CLI_RED,
        [QN_FIRE_RUN] = CLI_CYAN,
    };
    struct qn_fire fire;
    char time[CLI_TIME_SIZE], missed[32] = "";

    if (qn_fire_decode(&fire, json) != QN_OK)
        return false;
    cli_time_print(fire.planned_ms, time);
    cli_table_add(table, fire.planned_ms > 0 ? time : "by hand", CLI_PLAIN);
    cli_time_print(fire.at_ms, time);
    cli_table_add(table, time, CLI_DIM);
    cli_table_add(table, qn_fire_whats[fire.what], colours[fire.what]);
    cli_table_add(table, fire.job[0] != '\0' ? fire.job : fire.error, CLI_PLAIN);
    if (fire.missed > 0)
        snprintf(missed, sizeof(missed), "%lld", (long long)fire.missed);
    cli_table_add(table, missed, CLI_YELLOW);
    return true;
}

int cli_schedule_print_fires(const struct cli_term *term, struct qn_span json,
                             struct qn_err *reterr)
{
    static const struct cli_column columns[] = {
        {"PLANNED", false, false}, {"AT", false, false},    {"WHAT", false, false},
        {"JOB", false, true},      {"MISSED", true, false},
    };
    struct cli_table *table = cli_table_create(columns, sizeof(columns) / sizeof(columns[0]));
    struct qn_json_item fires, item;
    struct qn_json_walk walk;
    int rc = QN_OK, n = 0;

    if (cli_json_at(json, "fires", &fires) &&
        qn_json_walk_init(&walk, fires.value.data, fires.value.len) == QN_OK)
        while (qn_json_walk_next(&walk, &item))
            n += add_fire(table, item.value);
    if (n > 0)
        rc = cli_table_print(table, term, 0, reterr);
    else
        fputs("it has not fired yet\n", term->out);
    cli_table_free(table);
    return rc;
}
