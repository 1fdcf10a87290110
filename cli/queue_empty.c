/* queue_empty.c - quern queue drain, purge: the two ways to an empty queue. */
#include "broker-client/state.h"
#include "common/clock.h"
#include "confirm.h"
#include "link_operate.h"
#include "run.h"
#include <string.h>

#define LOOK_MS 500 /* between two looks at a queue that drains */

static int64_t queued(const struct qn_stats *stats)
{
    return stats->queued[0] + stats->queued[1] + stats->queued[2] + stats->queued[3];
}

static int open_queue(struct cli_link *link, const struct cli *cli, struct qn_err *reterr)
{
    int rc = cli_link_open(link, cli, reterr);

    return rc == QN_OK ? cli_link_find_queue(link, cli->words[0], reterr) : rc;
}

/* ---- drain ---- */

static void pause_a_little(struct qn_loop *loop, int64_t ms)
{
    struct qn_err ignored;
    bool never = false;

    if (qn_broker_pump(loop, &never, ms, &ignored) != QN_ETIMEOUT)
        return;
}

static int64_t left_in(const struct qn_stats *stats)
{
    return queued(stats) + stats->running + stats->scheduled + stats->retrying;
}

/* QN_ETIMEOUT when jobs are left. *ret_left: how many. */
static int wait_until_empty(struct cli_link *link, const struct cli *cli, int64_t timeout_ms,
                            int64_t *ret_left, struct qn_err *reterr)
{
    int64_t end = timeout_ms < 0 ? INT64_MAX : qn_mono_ms(&qn_clock_system) + timeout_ms;
    struct qn_stats stats;
    char text[64];
    int rc;

    while ((rc = cli_link_stats(link, cli->words[0], &stats, reterr)) == QN_OK) {
        *ret_left = left_in(&stats);
        int64_t rest_ms = end - qn_mono_ms(&qn_clock_system);
        if (*ret_left == 0)
            break;
        if (rest_ms <= 0) {
            rc = qn_fail(reterr, QN_ETIMEOUT, "%s still has %lld jobs", cli->words[0],
                         (long long)*ret_left);
            break;
        }
        snprintf(text, sizeof(text), "%lld jobs left", (long long)*ret_left);
        cli_bar_show(&cli->term, -1, text);
        pause_a_little(link->loop, rest_ms < LOOK_MS ? rest_ms : LOOK_MS);
    }
    cli_bar_clear(&cli->term);
    return rc;
}

static void tell_drain(const struct cli *cli, bool changed, bool waited, int64_t left)
{
    FILE *out = cli->term.out;

    if (cli->json && waited)
        fprintf(out, "{\"queue\":\"%s\",\"draining\":true,\"changed\":%s,\"left\":%lld}\n",
                cli->words[0], changed ? "true" : "false", (long long)left);
    else if (cli->json)
        fprintf(out, "{\"queue\":\"%s\",\"draining\":true,\"changed\":%s}\n", cli->words[0],
                changed ? "true" : "false");
    else if (waited)
        fprintf(out, "%s is empty, and takes no new jobs until quern queue resume\n",
                cli->words[0]);
    else
        fprintf(out,
                changed ? "%s is draining now: it takes no new jobs\n" : "%s was draining before\n",
                cli->words[0]);
}

int cli_run_queue_drain(struct cli *cli)
{
    struct cli_link link = {0};
    struct qn_err err = {0};
    bool changed = false, waits = cli_flag(cli, "wait");
    int64_t timeout_ms, left = 0;
    int rc = cli_option_ms(cli, "timeout", -1, &timeout_ms, &err);

    if (rc == QN_OK && timeout_ms >= 0 && !waits)
        rc = qn_fail(&err, QN_EINVAL, "--timeout goes with --wait");
    if (rc == QN_OK)
        rc = open_queue(&link, cli, &err);
    if (rc == QN_OK)
        rc = cli_link_gate(&link, cli->words[0], QN_GATE_DRAINING, &changed, &err);
    if (rc == QN_OK && waits)
        rc = wait_until_empty(&link, cli, timeout_ms, &left, &err);
    cli_link_close(&link);
    if (rc == QN_ETIMEOUT && left > 0)
        return cli_fail_as(cli, CLI_EXIT_TIMEOUT, &err, "it goes on draining");
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    tell_drain(cli, changed, waits, left);
    return CLI_EXIT_OK;
}

/* ---- purge ---- */

static const enum qn_state waiting_states[] = {QN_QUEUED, QN_SCHEDULED, QN_RETRYING};
#define STATES (sizeof(waiting_states) / sizeof(waiting_states[0]))

struct purge {
    const struct cli *cli;
    struct cli_link link;
    bool wanted[STATES];
    int64_t n[STATES]; /* there are, then: were removed */
};

static int read_state(struct purge *purge, struct qn_err *reterr)
{
    const char *text = cli_option(purge->cli, "state");
    bool any = false;

    for (size_t i = 0; i < STATES; i++) {
        purge->wanted[i] = !text || strcmp(text, qn_state_name(waiting_states[i])) == 0;
        any = any || purge->wanted[i];
    }
    return any ? QN_OK
               : qn_fail(reterr, QN_EINVAL,
                         "--state: \"%.40s\" is not queued, scheduled or retrying", text);
}

static int count(struct purge *purge, struct qn_err *reterr)
{
    struct qn_stats stats;
    int rc = cli_link_stats(&purge->link, purge->cli->words[0], &stats, reterr);

    if (rc != QN_OK)
        return rc;
    const int64_t there[STATES] = {queued(&stats), stats.scheduled, stats.retrying};
    for (size_t i = 0; i < STATES; i++)
        purge->n[i] = purge->wanted[i] ? there[i] : 0;
    return QN_OK;
}

/* "3 queued, 1 scheduled and 0 retrying jobs" */
static void name_counts(const struct purge *purge, char *out, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < STATES && used < size; i++) {
        if (!purge->wanted[i])
            continue;
        int n = snprintf(out + used, size - used, "%s%lld %s", used > 0 ? ", " : "",
                         (long long)purge->n[i], qn_state_name(waiting_states[i]));
        used += n > 0 ? (size_t)n : 0;
    }
}

static int ask(const struct purge *purge, struct qn_err *reterr)
{
    char counts[128] = "", question[256];

    name_counts(purge, counts, sizeof(counts));
    snprintf(question, sizeof(question), "This removes %s jobs of %s for good.", counts,
             purge->cli->words[0]);
    return cli_confirm(purge->cli, question, purge->cli->words[0], reterr);
}

static int purge_state(struct purge *purge, size_t i, int64_t before_ms, struct qn_err *reterr)
{
    struct qn_purged step = {.more = true};
    int rc = QN_OK;

    purge->n[i] = 0;
    while (rc == QN_OK && step.more) {
        rc = cli_link_purge(&purge->link, purge->cli->words[0], waiting_states[i], before_ms, &step,
                            reterr);
        purge->n[i] += rc == QN_OK ? step.n : 0;
    }
    return rc;
}

/* Jobs that come while it works stay. */
static int purge_all(struct purge *purge, struct qn_err *reterr)
{
    int64_t now_ms;
    int rc = cli_link_now(&purge->link, purge->cli->words[0], &now_ms, reterr);

    for (size_t i = 0; i < STATES && rc == QN_OK; i++)
        if (purge->wanted[i])
            rc = purge_state(purge, i, now_ms, reterr);
    return rc;
}

static void tell_purge(const struct purge *purge, bool dry)
{
    FILE *out = purge->cli->term.out;
    char counts[128] = "";

    if (purge->cli->json) {
        fprintf(out, "{\"queue\":\"%s\",\"dry_run\":%s", purge->cli->words[0],
                dry ? "true" : "false");
        for (size_t i = 0; i < STATES; i++)
            fprintf(out, ",\"%s\":%lld", qn_state_name(waiting_states[i]), (long long)purge->n[i]);
        fputs("}\n", out);
        return;
    }
    name_counts(purge, counts, sizeof(counts));
    fprintf(out, "%s: %s jobs %s\n", purge->cli->words[0], counts,
            dry ? "would be removed" : "removed");
}

int cli_run_queue_purge(struct cli *cli)
{
    struct purge purge = {.cli = cli};
    struct qn_err err = {0};
    bool dry = cli_flag(cli, "dry-run");
    int rc = read_state(&purge, &err);

    if (rc == QN_OK)
        rc = open_queue(&purge.link, cli, &err);
    if (rc == QN_OK)
        rc = count(&purge, &err);
    if (rc == QN_OK && !dry)
        rc = ask(&purge, &err);
    if (rc == QN_OK && !dry)
        rc = purge_all(&purge, &err);
    cli_link_close(&purge.link);
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    tell_purge(&purge, dry);
    return CLI_EXIT_OK;
}
