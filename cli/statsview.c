#include "statsview.h"

#include "common/mem.h"
#include "jobview.h"
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 4096
#define LABEL          "%-11s"
#define AROUND         5 /* lines beside the rows: the head, a blank, three below */
#define AROUND_LIVE    3 /* title, trouble, rates */

/* ---- the table ---- */

static const struct cli_column columns[] = {
    {"QUEUE", false, true},  {"QUEUED", true, false},  {"RUNNING", true, false},
    {"SCHED", true, false},  {"RETRY", true, false},   {"FAILED", true, false},
    {"OLDEST", true, false}, {"WORKERS", true, false}, {"STATE", false, false},
};
static const struct cli_column wide_columns[] = {
    {"QUEUE", false, true},  {"QUEUED", true, false},  {"RUNNING", true, false},
    {"SCHED", true, false},  {"RETRY", true, false},   {"FAILED", true, false},
    {"OLDEST", true, false}, {"WORKERS", true, false}, {"IN/S", true, false},
    {"DONE/S", true, false}, {"FAIL/S", true, false},  {"STATE", false, false},
};
#define COLUMNS      (sizeof(columns) / sizeof(columns[0]))
#define WIDE_COLUMNS (sizeof(wide_columns) / sizeof(wide_columns[0]))

static bool is_wide(const struct cli_statsview *view, const struct cli_term *term)
{
    return view->live && term->width >= CLI_STATSVIEW_WIDE;
}

static void add_rate(struct cli_table *table, const struct cli_look_rates *rates, double rate)
{
    char text[32];

    snprintf(text, sizeof(text), "%.1f", rate);
    cli_table_add(table, rates->known ? text : "-", CLI_PLAIN);
}

static void add_figures(struct cli_table *table, const struct cli_statsview *view,
                        const struct qn_stats *stats)
{
    char age[CLI_TIME_SIZE] = "";

    if (stats->oldest_ms != QN_NO_TIME)
        cli_age_print(view->look->now_ms - stats->oldest_ms, age);
    cli_table_add_number(table, cli_look_queued(stats));
    cli_table_add_number(table, stats->running);
    cli_table_add_number(table, stats->scheduled);
    cli_table_add_number(table, stats->retrying);
    cli_table_add_number(table, stats->failed);
    cli_table_add(table, age, CLI_PLAIN);
}

static void add_rates(struct cli_table *table, const struct cli_statsview *view, const char *queue)
{
    const struct cli_look_rates rates = cli_look_rates(view->before, view->look, queue);

    add_rate(table, &rates, rates.enqueued);
    add_rate(table, &rates, rates.succeeded);
    add_rate(table, &rates, rates.failed);
}

static void add_state(struct cli_table *table, const struct qn_stats *stats)
{
    if (stats->paused_ms != QN_NO_TIME)
        cli_table_add(table, "paused", CLI_YELLOW);
    else if (stats->draining_ms != QN_NO_TIME)
        cli_table_add(table, "draining", CLI_YELLOW);
    else if (stats->workers == 0)
        cli_table_add(table, "no worker", CLI_RED);
    else
        cli_table_add(table, "open", CLI_GREEN);
}

static void add_queue(struct cli_table *table, const struct cli_statsview *view, bool wide,
                      const struct cli_look_queue *queue)
{
    cli_table_add(table, queue->name, CLI_PLAIN);
    add_figures(table, view, &queue->stats);
    cli_table_add_number(table, queue->stats.workers);
    if (wide)
        add_rates(table, view, queue->name);
    add_state(table, &queue->stats);
}

/* A worker may serve several queues: there is no sum of them. */
static void add_sum(struct cli_table *table, const struct cli_statsview *view, bool wide)
{
    struct qn_stats sum;

    cli_look_sum(view->look, &sum);
    cli_table_add(table, "all", CLI_BOLD);
    add_figures(table, view, &sum);
    cli_table_add(table, "", CLI_PLAIN);
    if (wide)
        add_rates(table, view, NULL);
    cli_table_add(table, "", CLI_PLAIN);
}

static void add_rest(struct cli_table *table, bool wide, size_t rest)
{
    char text[48];

    snprintf(text, sizeof(text), "+ %zu more", rest);
    cli_table_add(table, text, CLI_DIM);
    for (size_t i = 1; i < (wide ? WIDE_COLUMNS : COLUMNS); i++)
        cli_table_add(table, "", CLI_PLAIN);
}

/* ---- which queues ---- */

static int64_t to_do(const struct qn_stats *stats)
{
    return cli_look_queued(stats) + stats->running + stats->scheduled + stats->retrying;
}

static int by_work(const void *a, const void *b)
{
    const struct cli_look_queue *const *x = a, *const *y = b;
    int64_t p = to_do(&(*x)->stats), q = to_do(&(*y)->stats);

    if (p != q)
        return p > q ? -1 : 1;
    return strcmp((*x)->name, (*y)->name);
}

static int by_name(const void *a, const void *b)
{
    const struct cli_look_queue *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

/* How many rows there are for queues; the row of those that are left out counts. */
static size_t room(const struct cli_statsview *view)
{
    size_t n = view->look->n;
    int around = AROUND + (view->live ? AROUND_LIVE : 0) + (n > 1);

    if (view->height <= 0)
        return n + 1;
    return view->height > around + 1 ? (size_t)(view->height - around) : 1;
}

/* The queues that are shown, by name; how many. */
static size_t choose(const struct cli_statsview *view, const struct cli_look_queue **ret)
{
    const struct cli_look *look = view->look;
    size_t most = room(view), shown = look->n;

    for (size_t i = 0; i < look->n; i++)
        ret[i] = &look->queues[i];
    if (look->n + (look->left_out > 0) > most) {
        shown = most - 1;
        qsort(ret, look->n, sizeof(*ret), by_work);
        qsort(ret, shown, sizeof(*ret), by_name);
    }
    return shown;
}

static int print_queues(const struct cli_statsview *view, const struct cli_term *term,
                        struct qn_err *reterr)
{
    bool wide = is_wide(view, term);
    const struct cli_look *look = view->look;
    const struct cli_look_queue **shown = qn_zalloc(look->n + 1, sizeof(*shown));
    struct cli_table *table =
        wide ? cli_table_create(wide_columns, WIDE_COLUMNS) : cli_table_create(columns, COLUMNS);
    size_t n = shown ? choose(view, shown) : 0;

    for (size_t i = 0; i < n; i++)
        add_queue(table, view, wide, shown[i]);
    if (shown && look->n + look->left_out > n)
        add_rest(table, wide, look->n + look->left_out - n);
    if (look->n > 1)
        add_sum(table, view, wide);
    int rc = shown ? cli_table_print(table, term, 0, reterr)
                   : qn_fail(reterr, QN_ENOMEM, "out of memory");
    cli_table_free(table);
    qn_free(shown);
    return rc;
}

/* ---- the lines below it ---- */

/* A line in the width of the terminal. */
static void print_line(const struct cli_term *term, enum cli_colour colour, const char *text)
{
    struct qn_buf line;

    qn_buf_init(&line, LINE_MAX_BYTES);
    cli_text_add(&line, text, strlen(text), term->width);
    cli_say(term, colour, line.len > 0 ? line.data : "");
    fputc('\n', term->out);
    qn_buf_release(&line);
}

static void print_said(const struct cli_term *term, struct qn_buf *line)
{
    print_line(term, CLI_PLAIN, line->data);
    qn_buf_release(line);
}

static void print_rates(const struct cli_statsview *view, const struct cli_term *term)
{
    const struct cli_look_rates rates = cli_look_rates(view->before, view->look, NULL);
    struct qn_buf line;

    qn_buf_init(&line, LINE_MAX_BYTES);
    qn_buf_printf(&line, LABEL, "per second");
    if (rates.known)
        qn_buf_printf(&line, "%.1f enqueued, %.1f succeeded, %.1f failed", rates.enqueued,
                      rates.succeeded, rates.failed);
    else
        qn_buf_add_str(&line, "-");
    print_said(term, &line);
}

static void add_count(struct qn_buf *line, int64_t n, const char *what)
{
    if (n > 0)
        qn_buf_printf(line, ", %lld %s", (long long)n, what);
}

static void print_totals(const struct cli_statsview *view, const struct cli_term *term)
{
    struct qn_stats sum;
    struct qn_buf line;

    cli_look_sum(view->look, &sum);
    qn_buf_init(&line, LINE_MAX_BYTES);
    qn_buf_printf(&line, LABEL "%lld enqueued, %lld succeeded", "totals", (long long)sum.enqueued,
                  (long long)sum.succeeded);
    add_count(&line, sum.failures, "failed");
    add_count(&line, sum.retried, "retried");
    add_count(&line, sum.cancelled, "cancelled");
    add_count(&line, sum.expired, "expired");
    add_count(&line, sum.recovered, "recovered");
    add_count(&line, sum.replayed, "replayed");
    add_count(&line, sum.purged, "purged");
    print_said(term, &line);
}

static void print_crew(const struct cli_statsview *view, const struct cli_term *term)
{
    const struct cli_look_crew *crew = &view->look->crew;
    struct qn_buf line;

    qn_buf_init(&line, LINE_MAX_BYTES);
    qn_buf_printf(&line, LABEL "%lld running", "workers", (long long)crew->running);
    add_count(&line, crew->quiet, "quiet");
    add_count(&line, crew->stopping, "stopping");
    add_count(&line, crew->other, "starting");
    qn_buf_printf(&line, "; %lld of %lld executors busy", (long long)crew->busy,
                  (long long)crew->executors);
    print_said(term, &line);
}

static void print_server(const struct cli_statsview *view, const struct cli_term *term)
{
    const struct cli_look_server *server = &view->look->server;
    char used[32], most[32], up[CLI_TIME_SIZE];
    struct qn_buf line;

    qn_buf_init(&line, LINE_MAX_BYTES);
    cli_bytes_print(server->used_bytes, used, sizeof(used));
    cli_bytes_print(server->max_bytes, most, sizeof(most));
    cli_age_print(server->uptime_s * 1000, up);
    qn_buf_printf(&line, LABEL, "broker");
    if (server->known)
        qn_buf_printf(&line, "Redis %s, %s%s%s used, %s, %lld clients, up %s", server->version,
                      used, server->max_bytes > 0 ? " of " : "", server->max_bytes > 0 ? most : "",
                      server->eviction, (long long)server->clients, up);
    else
        qn_buf_add_str(&line, "it does not tell about itself");
    print_said(term, &line);
}

/* ---- all of it ---- */

int cli_statsview_print(const struct cli_statsview *view, const struct cli_term *term,
                        struct qn_err *reterr)
{
    int rc;

    if (view->live) {
        print_line(term, CLI_DIM, view->title);
        print_line(term, CLI_RED, view->trouble);
    }
    if (!view->look)
        return QN_OK;
    rc = print_queues(view, term, reterr);
    fputc('\n', term->out);
    if (view->live)
        print_rates(view, term);
    print_totals(view, term);
    print_crew(view, term);
    print_server(view, term);
    return rc;
}
