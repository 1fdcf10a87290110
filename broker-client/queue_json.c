#include "queue_json.h"

#include "common/json.h"
#include "common/json_member.h"

void qn_queue_json_figures(struct qn_buf *out, const struct qn_stats *stats)
{
    qn_json_member_number(out, "queued", qn_stats_queued(stats));
    qn_json_add_key(out, "queued_by_priority");
    qn_buf_printf(out, "[%lld,%lld,%lld,%lld]", (long long)stats->queued[0],
                  (long long)stats->queued[1], (long long)stats->queued[2],
                  (long long)stats->queued[3]);
    qn_json_member_number(out, "parked", stats->parked);
    qn_json_member_number(out, "running", stats->running);
    qn_json_member_number(out, "scheduled", stats->scheduled);
    qn_json_member_number(out, "retrying", stats->retrying);
    qn_json_member_number(out, "failed", stats->failed);
    qn_json_member_number(out, "ended", stats->ended);
}

void qn_queue_json_totals(struct qn_buf *out, const struct qn_stats *stats)
{
    qn_json_add_key(out, "totals");
    qn_buf_add_byte(out, '{');
    qn_json_member_number(out, "enqueued", stats->enqueued);
    qn_json_member_number(out, "succeeded", stats->succeeded);
    qn_json_member_number(out, "failed", stats->failures);
    qn_json_member_number(out, "cancelled", stats->cancelled);
    qn_json_member_number(out, "expired", stats->expired);
    qn_json_member_number(out, "retried", stats->retried);
    qn_json_member_number(out, "recovered", stats->recovered);
    qn_json_member_number(out, "replayed", stats->replayed);
    qn_json_member_number(out, "purged", stats->purged);
    qn_buf_add_byte(out, '}');
}

void qn_queue_json_limit(struct qn_buf *out, const struct qn_limit *limit)
{
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "scope", limit->scope);
    qn_json_member_number(out, "concurrency", limit->concurrency);
    qn_json_member_number(out, "rate", limit->rate);
    qn_json_member_number(out, "per_ms", limit->per_ms);
    qn_json_member_number(out, "burst", limit->burst);
    qn_json_member_flag(out, "declared", limit->declared);
    qn_json_member_number(out, "running", limit->running);
    qn_json_member_number(out, "held", limit->held);
    qn_json_member_time(out, "next_at", limit->next_at_ms);
    qn_buf_add_byte(out, '}');
}
