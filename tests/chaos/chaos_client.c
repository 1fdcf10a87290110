/* chaos_client.c - the producer and the auditor of the chaos run.
 *
 *   chaos_client produce LEDGER SEED   enqueues until SIGTERM
 *   chaos_client audit                 reads ids, one a line, and tells of each:
 *                                      id state cause attempts deaths enqueued ended,
 *                                      or id and the error's name
 *
 * Lines of LEDGER, each one write; MS is the wall clock:
 *
 *   accept SENT_MS ACK_MS ID KIND      the broker acknowledged it
 *   cancel SENT_MS ACK_MS ID STATE     what it answered to a cancel
 *
 * An unknown outcome is asked again with the same names, for as long as it takes.
 */
#include "common/clock.h"
#include "common/id.h"
#include <inttypes.h>
#include <poll.h>
#include <quern/client.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_MAX 12
#define WORK_MS   40 /* a job takes less */
#define PAUSE_MS  60 /* between batches: what the workers can keep up with */

static volatile sig_atomic_t stopping;

static void on_term(int signo)
{
    (void)signo;
    stopping = 1;
}

static uint64_t next_random(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* What is made: the first whose share the dice fall into. */
struct kind {
    const char *name; /* in the ledger */
    const char *task;
    const char *how;
    unsigned int share; /* of 1000 */
};

static const struct kind kinds[] = {
    {"effect", "chaos.effect", "plain", 520}, {"tenant", "chaos.effect", "plain", 170},
    {"effect", "chaos.effect", "retry", 60},  {"effect", "chaos.effect", "snooze", 60},
    {"parent", "chaos.effect", "follow", 60}, {"victim", "chaos.effect", "plain", 60},
    {"once", "chaos.once", "plain", 60},      {"answers", "chaos.toxic", "storm", 1},
    {"answers", "chaos.toxic", "setsid", 3},  {"crashes", "chaos.toxic", "segfault", 2},
    {"crashes", "chaos.toxic", "memory", 1},  {"overtime", "chaos.toxic", "hang", 2},
    {"overtime", "chaos.toxic", "deaf", 1},
};

#define TENANTS 3
static const char *const tenants[TENANTS] = {"north", "south", "west"};

static const struct kind *choose(uint64_t *seed)
{
    unsigned int dice = (unsigned int)(next_random(seed) % 1000);
    const struct kind *kind = kinds;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (dice < kinds[i].share)
            return &kinds[i];
        dice -= kinds[i].share;
    }
    return kind;
}

struct batch {
    struct qn_enqueue jobs[BATCH_MAX];
    struct qn_receipt receipts[BATCH_MAX];
    const struct kind *kinds[BATCH_MAX];
    char names[BATCH_MAX][QN_ID_TEXT_SIZE];
    char args[BATCH_MAX][64];
    size_t n;
    int64_t sent_ms, acked_ms;
};

static void describe(struct batch *batch, size_t i, uint64_t *seed)
{
    const struct kind *kind = choose(seed);
    bool is_toxic = strcmp(kind->task, "chaos.toxic") == 0;
    int len = is_toxic
                  ? snprintf(batch->args[i], sizeof(batch->args[i]), "{\"how\":\"%s\"}", kind->how)
                  : snprintf(batch->args[i], sizeof(batch->args[i]), "{\"how\":\"%s\",\"ms\":%d}",
                             kind->how, (int)(next_random(seed) % WORK_MS));

    batch->kinds[i] = kind;
    batch->jobs[i] = (struct qn_enqueue){
        .task = kind->task,
        .args = batch->args[i],
        .args_len = (size_t)len,
        .name = batch->names[i],
        .priority = is_toxic ? 0 : (int)(next_random(seed) % 4),
        .delay_ms = next_random(seed) % 10 == 0 ? (int64_t)(next_random(seed) % 1000) : 0,
        .max_attempts = is_toxic ? 2 : 1000,
        .retry = {.kind = QN_BACKOFF_FIXED, .base_ms = 20},
        .limit_key =
            strcmp(kind->name, "tenant") == 0 ? tenants[next_random(seed) % TENANTS] : NULL,
        .accept_unknown = true,
    };
}

static int fill(struct batch *batch, uint64_t *seed)
{
    struct qn_err err = {0};

    batch->n = 1 + next_random(seed) % BATCH_MAX;
    for (size_t i = 0; i < batch->n; i++) {
        if (qn_id_make(qn_wall_ms(&qn_clock_system), batch->names[i], &err) < 0)
            return -1;
        describe(batch, i, seed);
    }
    return 0;
}

static bool all_acknowledged(const struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->receipts[i].code != QN_OK)
            return false;
    return true;
}

static int say(int rc, const char *what, const struct qn_err *err)
{
    fprintf(stderr, "chaos_client: %s: %s: %s\n", what, qn_err_name(rc), err->msg);
    return -1;
}

/* Until the broker has them all. 0, or -1 for what trying again cannot mend. */
static int deliver(struct qn_client *client, struct batch *batch)
{
    for (;;) {
        struct qn_err err = {0};
        batch->sent_ms = qn_wall_ms(&qn_clock_system);
        int rc = qn_client_enqueue_many(client, batch->jobs, batch->n, batch->receipts, &err);
        batch->acked_ms = qn_wall_ms(&qn_clock_system);
        if (rc == QN_OK && all_acknowledged(batch))
            return 0;
        if (rc < 0 && !qn_err_is_transient(rc))
            return say(rc, "enqueue", &err);
        poll(NULL, 0, 20); /* the broker is away: ask again in a moment */
    }
}

/* A job that is gone was lost in a tail cut of the AOF; the ledger says so. */
static int cancel(struct qn_client *client, const char *id, FILE *ledger)
{
    for (;;) {
        struct qn_err err = {0};
        enum qn_state state = 0;
        int64_t sent_ms = qn_wall_ms(&qn_clock_system);
        int rc = qn_client_cancel(client, id, &state, &err);
        if (rc == QN_OK || rc == QN_ENOTFOUND || rc == QN_ESTATE) {
            fprintf(ledger, "cancel %" PRId64 " %" PRId64 " %s %s\n", sent_ms,
                    qn_wall_ms(&qn_clock_system), id, state ? qn_state_name(state) : "gone");
            return 0;
        }
        if (!qn_err_is_transient(rc))
            return say(rc, "cancel", &err);
        poll(NULL, 0, 20);
    }
}

static int settle(struct qn_client *client, struct batch *batch, FILE *ledger)
{
    for (size_t i = 0; i < batch->n; i++)
        fprintf(ledger, "accept %" PRId64 " %" PRId64 " %s %s\n", batch->sent_ms, batch->acked_ms,
                batch->receipts[i].id, batch->kinds[i]->name);
    fflush(ledger);
    for (size_t i = 0; i < batch->n; i++)
        if (strcmp(batch->kinds[i]->name, "victim") == 0 &&
            cancel(client, batch->receipts[i].id, ledger) < 0)
            return -1;
    fflush(ledger);
    return 0;
}

static int produce(struct qn_client *client, const char *path, uint64_t seed)
{
    struct batch *batch = calloc(1, sizeof(*batch));
    FILE *ledger = fopen(path, "a");
    int rc = batch && ledger ? 0 : -1;

    while (rc == 0 && !stopping) {
        rc = fill(batch, &seed);
        if (rc == 0)
            rc = deliver(client, batch);
        if (rc == 0)
            rc = settle(client, batch, ledger);
        poll(NULL, 0, PAUSE_MS);
    }
    if (ledger && fclose(ledger) != 0)
        rc = -1;
    free(batch);
    return rc < 0;
}

static void tell(const struct qn_job_info *info)
{
    const char *cause = qn_cause_name(info->cause);

    printf("%s %s %s %d %d %" PRId64 " %" PRId64 "\n", info->id, qn_state_name(info->state),
           *cause ? cause : "-", info->attempts, info->deaths, info->enqueued_ms, info->ended_ms);
}

static int audit(struct qn_client *client)
{
    char id[QN_ID_SIZE + 1];

    while (fgets(id, sizeof(id), stdin)) {
        id[strcspn(id, "\n")] = '\0';
        struct qn_job_info *info = NULL;
        struct qn_err err = {0};
        int rc = qn_client_get(client, id, &info, &err);
        if (rc < 0)
            printf("%s %s\n", id, qn_err_name(rc));
        else
            tell(info);
        qn_job_info_free(info);
    }
    return 0;
}

int main(int argc, char **argv)
{
    bool producing = argc == 4 && strcmp(argv[1], "produce") == 0;
    if (!producing && !(argc == 2 && strcmp(argv[1], "audit") == 0)) {
        fprintf(stderr, "chaos_client produce LEDGER SEED | audit\n");
        return 2;
    }
    signal(SIGTERM, on_term);
    signal(SIGPIPE, SIG_IGN);
    struct qn_err err = {0};
    struct qn_client *client = NULL;
    struct qn_client_options options = {.timeout_ms = 2000};
    int rc = qn_client_open(&client, &options, &err);
    if (rc < 0) {
        say(rc, "open", &err);
        return 1;
    }
    rc = producing ? produce(client, argv[2], strtoull(argv[3], NULL, 10)) : audit(client);
    qn_client_close(client);
    return rc;
}
