/* queue_empty.c - quern queue drain, purge: the two ways to an empty queue. */
#include "broker-client/state.h"
#include "common/clock.h"
#include "confirm.h"
#include "link_operate.h"
#include "run.h"
#include <string.h>

#define LOOK_MS 500 /* between two looks at a queue that drains */

static int open_queue(struct cli_link *link, const struct cli *cli, struct qn_err *reterr)
{
    int rc = cli_link_open(link, cli, reterr);

    return rc == QN_OK ? cli_link_find_queue(link, cli->words[0], reterr) : rc;
}

/* ---- drain ---- */

struct drain {
    const struct cli *cli;
    struct cli_link link;
    struct cli_term bar; /* on stderr, for a terminal */
    int64_t end_ms;      /* mono */
    struct qn_stats stats;
    bool warned;
};

static void pause_a_little(struct qn_loop *loop, int64_t ms)
{
    bool never = false;

    (void)!qn_broker_pump(loop, &never, ms, NULL);
}

static int64_t left_in(const struct qn_stats *stats)
{
    return qn_stats_queued(stats) + stats->running + stats->scheduled + stats->retrying;
}

/* "12 queued, 3 running" */
static void name_left(const struct qn_stats *stats, char *out, size_t size)
{
    const struct {
        enum qn_state state;
        int64_t n;
    } parts[] = {{QN_QUEUED, qn_stats_queued(stats)},
                 {QN_RUNNING, stats->running},
                 {QN_SCHEDULED, stats->scheduled},
                 {QN_RETRYING, stats->retrying}};
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && used < size; i++) {
        if (parts[i].n == 0)
            continue;
        int n = snprintf(out + used, size - used, "%s%lld %s", used > 0 ? ", " : "",
                         (long long)parts[i].n, qn_state_name(parts[i].state));
        used += n > 0 ? (size_t)n : 0;
    }
}

/* What keeps it from ever being empty is said once. */
static void warn(struct drain *drain)
{
    const char *why = drain->stats.paused_ms != QN_NO_TIME ? "is paused too: none of its jobs start"
                      : drain->stats.workers == 0          ? "has no worker"
                                                           : NULL;

    if (!why || drain->warned || drain->cli->json)
        return;
    cli_bar_clear(&drain->bar);
    fprintf(stderr, "quern: %s %s\n", drain->cli->words[0], why);
    drain->warned = true;
}

static void show_left(struct drain *drain, int rc)
{
    char text[160];

    name_left(&drain->stats, text, sizeof(text));
    if (rc == QN_OK)
        warn(drain);
    cli_bar_show(&drain->bar, -1, rc == QN_OK ? text : "the broker is away, trying again");
}

/* QN_ETIMEOUT when jobs are left. A broker that goes away meanwhile is waited for. */
static int wait_until_empty(struct drain *drain, struct qn_err *reterr)
{
    const char *queue = drain->cli->words[0];
    char left[160];
    int64_t now_ms;
    int rc;

    for (;;) {
        rc = cli_link_figures(&drain->link, queue, &drain->stats, &now_ms, reterr);
        int64_t rest_ms = drain->end_ms - qn_mono_ms(&qn_clock_system);
        bool is_over = rc == QN_OK ? left_in(&drain->stats) == 0 : !qn_err_is_transient(rc);
        if (is_over || rest_ms <= 0)
            break;
        show_left(drain, rc);
        pause_a_little(drain->link.loop, rest_ms < LOOK_MS ? rest_ms : LOOK_MS);
    }
    cli_bar_clear(&drain->bar);
    if (rc != QN_OK || left_in(&drain->stats) == 0)
        return rc;
    name_left(&drain->stats, left, sizeof(left));
    return qn_fail(reterr, QN_ETIMEOUT, "%s still has jobs: %s", queue, left);
}

static void tell_drain(const struct cli *cli, bool changed, bool waited)
{
    const char *queue = cli->words[0];
    FILE *out = cli->term.out;

    if (cli->json)
        fprintf(out, "{\"queue\":\"%s\",\"draining\":true,\"changed\":%s%s}\n", queue,
                changed ? "true" : "false", waited ? ",\"left\":0" : "");
    else if (waited)
        fprintf(out, "%s is empty, and takes no new jobs until quern queue resume\n", queue);
    else
        fprintf(out,
                changed ? "%s is draining now: it takes no new jobs\n" : "%s was draining before\n",
                queue);
}

static int start_drain(struct drain *drain, struct qn_err *reterr)
{
    int64_t timeout_ms;
    int rc = cli_option_ms(drain->cli, "timeout", -1, &timeout_ms, reterr);

    if (rc == QN_OK && timeout_ms >= 0 && !cli_flag(drain->cli, "wait"))
        return qn_fail(reterr, QN_EINVAL, "--timeout goes with --wait");
    drain->end_ms = timeout_ms < 0 ? INT64_MAX : qn_mono_ms(&qn_clock_system) + timeout_ms;
    cli_term_init(&drain->bar, stderr);
    drain->bar.tty = drain->bar.tty && !drain->cli->json;
    return rc == QN_OK ? open_queue(&drain->link, drain->cli, reterr) : rc;
}

int cli_run_queue_drain(struct cli *cli)
{
    struct drain drain = {.cli = cli};
    struct qn_err err = {0};
    bool changed = false, waits = cli_flag(cli, "wait");
    int rc = start_drain(&drain, &err);

    if (rc == QN_OK)
        rc = cli_link_gate(&drain.link, cli->words[0], QN_GATE_DRAINING, &changed, &err);
    if (rc == QN_OK && waits)
        rc = wait_until_empty(&drain, &err);
    cli_link_close(&drain.link);
    if (rc == QN_ETIMEOUT && left_in(&drain.stats) > 0)
        return cli_fail_as(cli, CLI_EXIT_TIMEOUT, &err, "it goes on draining");
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    tell_drain(cli, changed, waits);
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
    int64_t before_ms; /* when this began: what comes later stays */
    bool lost;         /* answers were: more may have been removed */
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
    int rc =
        cli_link_figures(&purge->link, purge->cli->words[0], &stats, &purge->before_ms, reterr);

    if (rc != QN_OK)
        return rc;
    const int64_t there[STATES] = {qn_stats_queued(&stats), stats.scheduled, stats.retrying};
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

static int purge_state(struct purge *purge, size_t i, struct qn_err *reterr)
{
    struct cli_purged step = {.more = true};
    int rc = QN_OK;

    while (rc == QN_OK && step.more) {
        rc = cli_link_purge(&purge->link, purge->cli->words[0], waiting_states[i], purge->before_ms,
                            &step, reterr);
        purge->n[i] += step.n;
        purge->lost = purge->lost || step.lost;
    }
    return rc;
}

static int purge_all(struct purge *purge, struct qn_err *reterr)
{
    int rc = QN_OK;

    memset(purge->n, 0, sizeof(purge->n));
    for (size_t i = 0; i < STATES && rc == QN_OK; i++)
        if (purge->wanted[i])
            rc = purge_state(purge, i, reterr);
    return rc;
}

/* The connection broke in the middle: what was removed stays so. */
static bool has_begun(const struct purge *purge)
{
    return purge->lost || purge->n[0] + purge->n[1] + purge->n[2] > 0;
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
        fputs(purge->lost ? ",\"at_least\":true}\n" : "}\n", out);
        return;
    }
    name_counts(purge, counts, sizeof(counts));
    fprintf(out, "%s: %s%s jobs %s\n", purge->cli->words[0], purge->lost ? "at least " : "", counts,
            dry ? "would be removed" : "removed");
}

int cli_run_queue_purge(struct cli *cli)
{
    struct purge purge = {.cli = cli};
    struct qn_err err = {0};
    bool dry = cli_flag(cli, "dry-run"), acts = false;
    int rc = read_state(&purge, &err);

    if (rc == QN_OK)
        rc = open_queue(&purge.link, cli, &err);
    if (rc == QN_OK)
        rc = count(&purge, &err);
    if (rc == QN_OK && !dry)
        rc = ask(&purge, &err);
    if (rc == QN_OK && !dry) {
        acts = true;
        rc = purge_all(&purge, &err);
    }
    cli_link_close(&purge.link);
    if (rc == QN_OK || (acts && has_begun(&purge)))
        tell_purge(&purge, dry);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
