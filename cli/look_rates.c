/* look_rates.c - what happened between two looks, and a look as JSON. */
#include "broker-client/queue_json.h"
#include "common/json.h"
#include "common/json_member.h"
#include "look.h"
#include <string.h>

static bool figures_of(const struct cli_look *look, const char *queue, struct qn_stats *ret)
{
    if (!queue) {
        cli_look_sum(look, ret);
        return true;
    }
    for (size_t i = 0; i < look->n; i++) {
        if (strcmp(look->queues[i].name, queue) == 0) {
            *ret = look->queues[i].stats;
            return true;
        }
    }
    return false;
}

struct cli_look_rates cli_look_rates(const struct cli_look *before, const struct cli_look *look,
                                     const char *queue)
{
    struct cli_look_rates rates = {0};
    struct qn_stats a, b;

    if (!before || look->now_ms <= before->now_ms || !figures_of(before, queue, &a) ||
        !figures_of(look, queue, &b))
        return rates;
    if (b.enqueued < a.enqueued || b.succeeded < a.succeeded || b.failures < a.failures)
        return rates; /* another Redis, or an emptied one */
    double seconds = (double)(look->now_ms - before->now_ms) / 1000;
    rates.known = true;
    rates.enqueued = (double)(b.enqueued - a.enqueued) / seconds;
    rates.succeeded = (double)(b.succeeded - a.succeeded) / seconds;
    rates.failed = (double)(b.failures - a.failures) / seconds;
    return rates;
}

/* ---- JSON ---- */

static void add_rate(struct qn_buf *out, const char *key, double rate)
{
    qn_json_add_key(out, key);
    qn_buf_printf(out, "%.3f", rate);
}

static void add_rates(struct qn_buf *out, const struct cli_look_rates *rates)
{
    qn_json_add_key(out, "per_second");
    if (!rates->known) {
        qn_buf_add_str(out, "null");
        return;
    }
    qn_buf_add_byte(out, '{');
    add_rate(out, "enqueued", rates->enqueued);
    add_rate(out, "succeeded", rates->succeeded);
    add_rate(out, "failed", rates->failed);
    qn_buf_add_byte(out, '}');
}

static void add_queue(struct qn_buf *out, const struct cli_look_queue *queue,
                      const struct cli_look *look, const struct cli_look *before)
{
    const struct qn_stats *stats = &queue->stats;
    const struct cli_look_rates rates = cli_look_rates(before, look, queue->name);

    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "name", queue->name);
    qn_queue_json_figures(out, stats);
    qn_json_member_number(out, "workers", stats->workers);
    qn_json_member_number(out, "bytes", stats->bytes);
    qn_json_member_number(out, "max_jobs", stats->max_jobs);
    qn_json_member_number(out, "max_bytes", stats->max_bytes);
    qn_json_member_flag(out, "paused", stats->paused_ms != QN_NO_TIME);
    qn_json_member_time(out, "paused_since", stats->paused_ms);
    qn_json_member_flag(out, "draining", stats->draining_ms != QN_NO_TIME);
    qn_json_member_time(out, "draining_since", stats->draining_ms);
    qn_json_member_time(out, "oldest_enqueued_at", stats->oldest_ms);
    qn_queue_json_totals(out, stats);
    if (before)
        add_rates(out, &rates);
    qn_buf_add_byte(out, '}');
}

static void add_crew(struct qn_buf *out, const struct cli_look_crew *crew)
{
    qn_json_add_key(out, "workers");
    qn_buf_add_byte(out, '{');
    qn_json_member_number(out, "alive", crew->running + crew->quiet + crew->stopping + crew->other);
    qn_json_member_number(out, "running", crew->running);
    qn_json_member_number(out, "quiet", crew->quiet);
    qn_json_member_number(out, "stopping", crew->stopping);
    qn_json_member_number(out, "executors", crew->executors);
    qn_json_member_number(out, "busy", crew->busy);
    qn_buf_add_byte(out, '}');
}

static void add_server(struct qn_buf *out, const struct cli_look_server *server)
{
    qn_json_add_key(out, "broker");
    if (!server->known) {
        qn_buf_add_str(out, "null");
        return;
    }
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "version", server->version);
    qn_json_member_text(out, "role", server->role);
    qn_json_member_number(out, "memory_used", server->used_bytes);
    qn_json_member_number(out, "memory_max", server->max_bytes);
    qn_json_member_text(out, "eviction", server->eviction);
    qn_json_member_number(out, "clients", server->clients);
    qn_json_member_number(out, "uptime_seconds", server->uptime_s);
    qn_buf_add_byte(out, '}');
}

int cli_look_json(struct qn_buf *out, const struct cli_look *look, const struct cli_look *before)
{
    const struct cli_look_rates rates = cli_look_rates(before, look, NULL);
    struct qn_stats sum;

    cli_look_sum(look, &sum);
    qn_buf_add_byte(out, '{');
    qn_json_member_time(out, "at", look->now_ms);
    qn_json_add_key(out, "queues");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < look->n; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        add_queue(out, &look->queues[i], look, before);
    }
    qn_buf_add_byte(out, ']');
    if (look->left_out > 0)
        qn_json_member_number(out, "queues_more", (int64_t)look->left_out);
    qn_json_add_key(out, "all");
    qn_buf_add_byte(out, '{');
    qn_queue_json_figures(out, &sum);
    qn_queue_json_totals(out, &sum);
    if (before)
        add_rates(out, &rates);
    qn_buf_add_byte(out, '}');
    add_crew(out, &look->crew);
    add_server(out, &look->server);
    qn_buf_add_byte(out, '}');
    return qn_buf_status(out);
}
