#include "statsview.h"

#include "common/mem.h"
#include "jobview.h"
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 4096
#define LABEL          "%-12s"
#define AROUND         5 /* lines beside the rows: the head, a blank, three below */
#define AROUND_LIVE    3 /* title, trouble, rates */

/* ---- the table ---- */

/* A queue, or the sum of all. */
struct row {
    const char *name;
    const struct qn_stats *stats;
    bool is_sum;
    int64_t now_ms;
    struct cli_look_rates rates;
};

static void add_name(struct cli_table *table, const struct row *row)
{
    cli_table_add(table, row->name, row->is_sum ? CLI_BOLD : CLI_PLAIN);
}

static void add_queued(struct cli_table *table, const struct row *row)
{
    cli_table_add_number(table, qn_stats_queued(row->stats));
}

static void add_running(struct cli_table *table, const struct row *row)
{
    cli_table_add_number(table, row->stats->running);
}

static void add_scheduled(struct cli_table *table, const struct row *row)
{
    cli_table_add_number(table, row->stats->scheduled);
}

static void add_retrying(struct cli_table *table, const struct row *row)
{
    cli_table_add_number(table, row->stats->retrying);
}

static void add_failed(struct cli_table *table, const struct row *row)
{
    cli_table_add_number(table, row->stats->failed);
}

static void add_oldest(struct cli_table *table, const struct row *row)
{
    char age[CLI_TIME_SIZE] = "";

    if (row->stats->oldest_ms != QN_NO_TIME)
        cli_age_print(row->now_ms - row->stats->oldest_ms, age);
    cli_table_add(table, age, CLI_PLAIN);
}

/* One may serve several queues: there is no sum of them. */
static void add_workers(struct cli_table *table, const struct row *row)
{
    if (row->is_sum)
        cli_table_add(table, "", CLI_PLAIN);
    else
        cli_table_add_number(table, row->stats->workers);
}

static void add_rate(struct cli_table *table, const struct row *row, double rate)
{
    char text[32];

    snprintf(text, sizeof(text), "%.1f", rate);
    cli_table_add(table, row->rates.known ? text : "-", CLI_PLAIN);
}

static void add_in(struct cli_table *table, const struct row *row)
{
    add_rate(table, row, row->rates.enqueued);
}

static void add_done(struct cli_table *table, const struct row *row)
{
    add_rate(table, row, row->rates.succeeded);
}

static void add_lost(struct cli_table *table, const struct row *row)
{
    add_rate(table, row, row->rates.failed);
}

static bool is_at_budget(const struct qn_stats *stats)
{
    int64_t live = qn_stats_queued(stats) + stats->running + stats->scheduled + stats->retrying;

    return (stats->max_jobs > 0 && live >= stats->max_jobs) ||
           (stats->max_bytes > 0 && stats->bytes >= stats->max_bytes);
}

const char *cli_queue_state(const struct qn_stats *stats, enum cli_colour *ret_colour)
{
    *ret_colour = CLI_YELLOW;
    if (stats->paused_ms != QN_NO_TIME)
        return "paused";
    if (stats->draining_ms != QN_NO_TIME)
        return "draining";
    *ret_colour = CLI_RED;
    if (stats->workers == 0)
        return "no worker";
    if (is_at_budget(stats))
        return "full";
    *ret_colour = CLI_GREEN;
    return "open";
}

static void add_state(struct cli_table *table, const struct row *row)
{
    enum cli_colour colour = CLI_PLAIN;
    const char *state = row->is_sum ? "" : cli_queue_state(row->stats, &colour);

    cli_table_add(table, state, colour);
}

/* With the width of a terminal from which on there is room for it. */
static const struct shown {
    struct cli_column column;
    int least;
    bool live;
    void (*add)(struct cli_table *table, const struct row *row);
} all_columns[] = {
    {{"QUEUE", false, true}, 0, false, add_name},
    {{"QUEUED", true, false}, 0, false, add_queued},
    {{"RUN", true, false}, 0, false, add_running},
    {{"SCHED", true, false}, 72, false, add_scheduled},
    {{"RETRY", true, false}, 72, false, add_retrying},
    {{"FAILED", true, false}, 0, false, add_failed},
    {{"OLDEST", true, false}, 56, false, add_oldest},
    {{"WORKERS", true, false}, 80, false, add_workers},
    {{"IN/S", true, false}, CLI_STATSVIEW_WIDE, true, add_in},
    {{"DONE/S", true, false}, CLI_STATSVIEW_WIDE, true, add_done},
    {{"FAIL/S", true, false}, CLI_STATSVIEW_WIDE, true, add_lost},
    {{"STATE", false, false}, 0, false, add_state},
};
#define COLUMNS (sizeof(all_columns) / sizeof(all_columns[0]))

/* A table of the columns for which there is room. */
struct plan {
    size_t n;
    const struct shown *shown[COLUMNS];
    struct cli_column columns[COLUMNS];
};

static void make_plan(struct plan *plan, const struct cli_statsview *view, int width)
{
    plan->n = 0;
    for (size_t i = 0; i < COLUMNS; i++) {
        const struct shown *one = &all_columns[i];
        if ((width > 0 && width < one->least) || (one->live && !view->live))
            continue;
        plan->shown[plan->n] = one;
        plan->columns[plan->n++] = one->column;
    }
}

static void add_row(struct cli_table *table, const struct plan *plan, const struct row *row)
{
    for (size_t i = 0; i < plan->n; i++)
        plan->shown[i]->add(table, row);
}

static void add_queue(struct cli_table *table, const struct plan *plan,
                      const struct cli_statsview *view, const struct cli_look_queue *queue)
{
    const struct row row = {.name = queue->name,
                            .stats = &queue->stats,
                            .now_ms = view->look->now_ms,
                            .rates = cli_look_rates(view->before, view->look, queue->name)};

    add_row(table, plan, &row);
}

static void add_sum(struct cli_table *table, const struct plan *plan,
                    const struct cli_statsview *view)
{
    struct qn_stats sum;
    const struct row row = {.name = "all",
                            .stats = &sum,
                            .is_sum = true,
                            .now_ms = view->look->now_ms,
                            .rates = cli_look_rates(view->before, view->look, NULL)};

    cli_look_sum(view->look, &sum);
    add_row(table, plan, &row);
}

static void add_rest(struct cli_table *table, const struct plan *plan, size_t rest)
{
    char text[48];

    snprintf(text, sizeof(text), "+ %zu more", rest);
    cli_table_add(table, text, CLI_DIM);
    for (size_t i = 1; i < plan->n; i++)
        cli_table_add(table, "", CLI_PLAIN);
}

/* ---- which queues ---- */

static int64_t to_do(const struct qn_stats *stats)
{
    return qn_stats_queued(stats) + stats->running + stats->scheduled + stats->retrying;
}

static bool is_shut(const struct qn_stats *stats)
{
    return stats->paused_ms != QN_NO_TIME || stats->draining_ms != QN_NO_TIME;
}

static int by_work(const void *a, const void *b)
{
    const struct cli_look_queue *const *x = a, *const *y = b;
    int64_t p = to_do(&(*x)->stats), q = to_do(&(*y)->stats);

    if (p != q)
        return p > q ? -1 : 1;
    if (is_shut(&(*x)->stats) != is_shut(&(*y)->stats))
        return is_shut(&(*x)->stats) ? -1 : 1;
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
    const struct cli_look *look = view->look;
    const struct cli_look_queue **chosen = qn_zalloc(look->n + 1, sizeof(*chosen));
    size_t n = chosen ? choose(view, chosen) : 0;
    struct plan plan;

    make_plan(&plan, view, term->width);
    struct cli_table *table = cli_table_create(plan.columns, plan.n);
    for (size_t i = 0; i < n; i++)
        add_queue(table, &plan, view, chosen[i]);
    if (look->n + look->left_out > n)
        add_rest(table, &plan, look->n + look->left_out - n);
    if (look->n > 1)
        add_sum(table, &plan, view);
    int rc = chosen ? cli_table_print(table, term, 0, reterr)
                    : qn_fail(reterr, QN_ENOMEM, "out of memory");
    cli_table_free(table);
    qn_free(chosen);
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

static void print_said(const struct cli_term *term, enum cli_colour colour, struct qn_buf *line)
{
    print_line(term, colour, line->data);
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
    print_said(term, CLI_PLAIN, &line);
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
    print_said(term, CLI_PLAIN, &line);
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
    print_said(term, CLI_PLAIN, &line);
}

static void add_memory(struct qn_buf *line, const struct cli_look_server *server)
{
    char used[32], most[32];

    cli_bytes_print(server->used_bytes, used, sizeof(used));
    cli_bytes_print(server->max_bytes, most, sizeof(most));
    qn_buf_printf(line, ", %s %s", used, server->max_bytes > 0 ? "of " : "used");
    if (server->max_bytes > 0)
        qn_buf_add_str(line, most);
}

/* In yellow when it is nearly full, or only a copy. */
static void print_server(const struct cli_statsview *view, const struct cli_term *term)
{
    const struct cli_look_server *server = &view->look->server;
    bool is_full = server->max_bytes > 0 && server->used_bytes >= server->max_bytes / 10 * 9;
    bool is_copy = strcmp(server->role, "slave") == 0;
    char up[CLI_TIME_SIZE];
    struct qn_buf line;

    qn_buf_init(&line, LINE_MAX_BYTES);
    qn_buf_printf(&line, LABEL, "broker");
    if (server->known) {
        cli_age_print(server->uptime_s * 1000, up);
        qn_buf_printf(&line, "Redis %s%s", server->version, is_copy ? " (a replica)" : "");
        add_memory(&line, server);
        qn_buf_printf(&line, ", %s, %lld clients, up %s", server->eviction,
                      (long long)server->clients, up);
    } else {
        qn_buf_add_str(&line, "it does not tell about itself");
    }
    print_said(term, is_full || is_copy ? CLI_YELLOW : CLI_PLAIN, &line);
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
