#include "jobview.h"
#include "broker-client/unique.h"
#include "common/clock.h"
#include "common/str.h"
#include "jsontext.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SHOWN_MAX 2000 /* bytes of arguments and result; --json shows all */
#define TITLE     "  %-11s "

enum cli_colour cli_state_colour(enum qn_state state)
{
    switch (state) {
    case QN_SUCCEEDED:
        return CLI_GREEN;
    case QN_FAILED:
        return CLI_RED;
    case QN_RUNNING:
        return CLI_CYAN;
    case QN_RETRYING:
    case QN_EXPIRED:
    case QN_CANCELLED:
        return CLI_YELLOW;
    case QN_SCHEDULED:
    case QN_QUEUED:
        break;
    }
    return CLI_PLAIN;
}

void cli_time_print(int64_t wall_ms, char out[CLI_TIME_SIZE])
{
    time_t second = (time_t)(wall_ms / 1000);
    struct tm tm;

    out[0] = '\0';
    if (wall_ms > 0 && localtime_r(&second, &tm))
        (void)strftime(out, CLI_TIME_SIZE, "%Y-%m-%d %H:%M:%S", &tm);
}

void cli_age_print(int64_t age_ms, char out[CLI_TIME_SIZE])
{
    int64_t s = age_ms > 0 ? age_ms / 1000 : 0;

    if (s < 100)
        snprintf(out, CLI_TIME_SIZE, "%llds", (long long)s);
    else if (s < 100 * 60)
        snprintf(out, CLI_TIME_SIZE, "%lldm", (long long)s / 60);
    else if (s < 48 * 3600)
        snprintf(out, CLI_TIME_SIZE, "%lldh", (long long)s / 3600);
    else
        snprintf(out, CLI_TIME_SIZE, "%lldd", (long long)s / 86400);
}

void cli_count_print(int64_t count, char out[CLI_COUNT_SIZE])
{
    char digits[CLI_COUNT_SIZE];
    int n = snprintf(digits, sizeof(digits), "%lld", (long long)(count > 0 ? count : 0));
    size_t used = 0;

    for (int i = 0; i < n && used + 2 < CLI_COUNT_SIZE; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

void cli_bytes_print(int64_t bytes, char *out, size_t size)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    double amount = (double)bytes;
    size_t unit = 0;

    for (; amount >= 1024 && unit < 3; unit++)
        amount /= 1024;
    snprintf(out, size, unit == 0 ? "%.0f %s" : "%.1f %s", amount, units[unit]);
}

int cli_progress_percent(const char *progress, char *text, size_t size)
{
    struct qn_span json = {progress, strlen(progress)};
    int64_t done, total;

    text[0] = '\0';
    if (json.len == 0 || qn_json_check(json.data, json.len, NULL, NULL) != QN_OK)
        return -1;
    cli_json_text(json, "text", text, size);
    done = cli_json_number(json, "done", 0);
    total = cli_json_number(json, "total", 0);
    return total > 0 && done >= 0 ? (int)(done >= total ? 100 : done * 100 / total) : -1;
}

/* ---- one job ---- */

static void print_line(const struct cli_term *term, const char *title, enum cli_colour colour,
                       const char *text)
{
    if (text[0] == '\0')
        return;
    fprintf(term->out, TITLE, title);
    cli_say(term, colour, text);
    fputc('\n', term->out);
}

static void print_json(const struct cli_term *term, const char *title, const char *json, size_t len)
{
    char text[SHOWN_MAX + 64];
    size_t shown = qn_utf8_cut(json, len, SHOWN_MAX);

    if (len == 0)
        return;
    memcpy(text, json, shown);
    text[shown] = '\0';
    if (shown < len)
        snprintf(text + shown, sizeof(text) - shown, " … (%zu bytes, see --json)", len);
    print_line(term, title, CLI_PLAIN, text);
}

static void print_time(const struct cli_term *term, const char *title, int64_t wall_ms)
{
    char text[CLI_TIME_SIZE];

    cli_time_print(wall_ms, text);
    print_line(term, title, CLI_PLAIN, text);
}

static void print_state(const struct cli_term *term, const struct qn_job_info *info)
{
    const char *cause = qn_cause_name(info->cause);
    char text[QN_ERR_TEXT_MAX + 64], progress[QN_ERR_TEXT_MAX];
    int percent = cli_progress_percent(info->progress, progress, sizeof(progress));

    snprintf(text, sizeof(text), "%s%s%s%s%s", qn_state_name(info->state), cause[0] ? " (" : "",
             cause, cause[0] ? ")" : "", info->cancel_requested ? ", asked to stop" : "");
    print_line(term, "state", cli_state_colour(info->state), text);
    print_line(term, "error", CLI_PLAIN, info->error);
    snprintf(text, sizeof(text), "%d of %d%s", info->attempts, info->max_attempts,
             info->deaths > 0 ? ", deaths: " : "");
    if (info->deaths > 0)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d", info->deaths);
    if (info->max_attempts == 0)
        text[strcspn(text, " ")] = '\0';
    print_line(term, "attempts", CLI_PLAIN, text);
    if (percent >= 0)
        snprintf(text, sizeof(text), "%d %%  %.200s", percent, progress);
    print_line(term, "progress", CLI_PLAIN, percent >= 0 ? text : progress);
}

static void print_took(const struct cli_term *term, const struct qn_job_info *info)
{
    char text[QN_MS_TEXT_SIZE];

    if (info->started_ms <= 0 || info->ended_ms < info->started_ms)
        return;
    qn_ms_to_str(info->ended_ms - info->started_ms, text);
    print_line(term, "took", CLI_PLAIN, text);
}

static void print_files(const struct cli_term *term, const char *artifacts)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t len = strlen(artifacts);

    if (len == 0 || qn_json_check(artifacts, len, NULL, NULL) != QN_OK ||
        qn_json_walk_init(&walk, artifacts, len) != QN_OK)
        return;
    while (qn_json_walk_next(&walk, &item)) {
        char name[128], type[128], size[32], text[320];
        cli_json_text(item.value, "name", name, sizeof(name));
        cli_json_text(item.value, "type", type, sizeof(type));
        cli_bytes_print(cli_json_number(item.value, "size", 0), size, sizeof(size));
        snprintf(text, sizeof(text), "%s  %s  %s", name, size, type);
        print_line(term, "file", CLI_PLAIN, text);
    }
}

static void print_history(const struct cli_term *term, const char *lines)
{
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");
        char text[SHOWN_MAX];
        snprintf(text, sizeof(text), "%.*s", (int)(len < SHOWN_MAX ? len : SHOWN_MAX - 1), lines);
        print_line(term, "history", CLI_DIM, text);
        lines += len + (lines[len] == '\n');
    }
}

static void print_unique(const struct cli_term *term, const struct qn_unique *unique)
{
    char text[64], time[QN_MS_TEXT_SIZE];

    if (unique->until == QN_UNIQUE_NO)
        return;
    qn_ms_to_str(unique->for_ms, time);
    snprintf(text, sizeof(text), "until %s%s%s", qn_unique_untils[unique->until],
             unique->for_ms > 0 ? ", for " : "", unique->for_ms > 0 ? time : "");
    print_line(term, "unique", CLI_PLAIN, text);
}

static void print_on_failed(const struct cli_term *term, const struct qn_job_info *info)
{
    char text[2 * QN_ID_SIZE];

    snprintf(text, sizeof(text), "%s%s%s", info->on_failed, info->on_failed_id[0] ? ", made: " : "",
             info->on_failed_id);
    print_line(term, "on failed", CLI_PLAIN, text);
}

void cli_job_print(const struct cli_term *term, const struct qn_job_info *info)
{
    char priority[16];

    cli_say(term, CLI_BOLD, info->id);
    fputc('\n', term->out);
    print_line(term, "task", CLI_PLAIN, info->task);
    print_state(term, info);
    snprintf(priority, sizeof(priority), "%d", info->priority);
    print_line(term, "priority", CLI_PLAIN, info->priority > 0 ? priority : "");
    print_time(term, "enqueued", info->enqueued_ms);
    print_time(term, "due", info->due_ms);
    print_time(term, "expires", info->expires_ms);
    print_time(term, "started", info->started_ms);
    print_time(term, "ended", info->ended_ms);
    print_took(term, info);
    print_line(term, "worker", CLI_PLAIN, info->worker);
    print_line(term, "limit key", CLI_PLAIN, info->limit_key);
    print_line(term, "behind", CLI_YELLOW, info->behind_limit);
    print_unique(term, &info->unique);
    print_line(term, "parent", CLI_PLAIN, info->parent);
    print_on_failed(term, info);
    print_line(term, "request", CLI_PLAIN, info->request_id);
    print_line(term, "tags", CLI_PLAIN, info->tags);
    print_json(term, "arguments", info->args, info->args_len);
    print_json(term, "result", info->result, info->result_len);
    print_files(term, info->artifacts);
    print_history(term, info->history);
}

/* ---- the table ---- */

const struct cli_column cli_job_columns[CLI_JOB_COLUMNS] = {
    {"ID", false, false}, {"TASK", false, true}, {"STATE", false, false}, {"CAUSE", false, false},
    {"TRY", true, false}, {"AGE", true, false},  {"ERROR", false, true},
};

void cli_job_add_row(struct cli_table *table, const struct qn_job_info *info)
{
    char age[CLI_TIME_SIZE], progress[QN_ERR_TEXT_MAX];

    (void)cli_progress_percent(info->progress, progress, sizeof(progress));
    cli_age_print(qn_wall_ms(&qn_clock_system) - info->enqueued_ms, age);
    cli_table_add(table, info->id, CLI_PLAIN);
    cli_table_add(table, info->task, CLI_PLAIN);
    cli_table_add(table, qn_state_name(info->state), cli_state_colour(info->state));
    cli_table_add(table, qn_cause_name(info->cause), CLI_RED);
    cli_table_add_number(table, info->attempts);
    cli_table_add(table, age, CLI_DIM);
    cli_table_add(table, info->error[0] ? info->error : progress, CLI_PLAIN);
}
