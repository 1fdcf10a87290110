/* chaos_client.c - the producer and the auditor of the chaos run.
 *
 *   chaos_client produce LEDGER SEED   enqueues until SIGTERM; a line per
 *                                      acknowledged job
 *   chaos_client audit LEDGER          asks for each job of the ledger; prints
 *                                      "state id" of those that did not succeed
 *                                      and a last line "checked N"
 *
 * An unknown outcome is asked again with the same names, for as long as it
 * takes: what is in the ledger was acknowledged.
 */
#include "common/clock.h"
#include "common/id.h"
#include <poll.h>
#include <quern/client.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_MAX 20

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

struct batch {
    struct qn_enqueue jobs[BATCH_MAX];
    char names[BATCH_MAX][QN_ID_TEXT_SIZE];
    char args[BATCH_MAX][32];
    size_t n;
};

static int fill(struct batch *batch, uint64_t *seed)
{
    struct qn_err err = {0};
    batch->n = 1 + next_random(seed) % BATCH_MAX;
    for (size_t i = 0; i < batch->n; i++) {
        if (qn_id_make(qn_wall_ms(&qn_clock_system), batch->names[i], &err) < 0)
            return -1;
        int ms = (int)(next_random(seed) % 8);
        int len = snprintf(batch->args[i], sizeof(batch->args[i]), "{\"ms\":%d}", ms);
        batch->jobs[i] = (struct qn_enqueue){
            .task = "chaos.effect",
            .args = batch->args[i],
            .args_len = (size_t)len,
            .name = batch->names[i],
            .priority = (int)(next_random(seed) % 4),
            .delay_ms = next_random(seed) % 10 == 0 ? (int64_t)(next_random(seed) % 1000) : 0,
            .max_attempts = 1000,
            .retry = {.kind = QN_BACKOFF_FIXED, .base_ms = 20},
            .accept_unknown = true,
        };
    }
    return 0;
}

static bool all_acknowledged(const struct qn_receipt *receipts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (receipts[i].code != QN_OK)
            return false;
    return true;
}

/* Until the broker has them all. 0, or -1 for what trying again cannot mend. */
static int deliver(struct qn_client *client, struct batch *batch, struct qn_receipt *receipts)
{
    for (;;) {
        struct qn_err err = {0};
        int rc = qn_client_enqueue_many(client, batch->jobs, batch->n, receipts, &err);
        if (rc == QN_OK && all_acknowledged(receipts, batch->n))
            return 0;
        if (rc < 0 && !qn_err_is_transient(rc)) {
            fprintf(stderr, "chaos_client: %s\n", err.msg);
            return -1;
        }
        poll(NULL, 0, 20); /* the broker is away: ask again in a moment */
    }
}

static int produce(struct qn_client *client, FILE *ledger, uint64_t seed)
{
    struct batch *batch = calloc(1, sizeof(*batch));
    struct qn_receipt receipts[BATCH_MAX];
    while (batch && !stopping) {
        if (fill(batch, &seed) < 0 || deliver(client, batch, receipts) < 0) {
            free(batch);
            return 1;
        }
        for (size_t i = 0; i < batch->n; i++)
            fprintf(ledger, "%s\n", receipts[i].id);
        fflush(ledger);
        poll(NULL, 0, 6); /* the rate: what the workers can keep up with */
    }
    free(batch);
    return 0;
}

static int audit(struct qn_client *client, FILE *ledger)
{
    char id[QN_ID_SIZE + 1];
    long checked = 0;
    while (fgets(id, sizeof(id), ledger)) {
        id[strcspn(id, "\n")] = '\0';
        struct qn_job_info *info = NULL;
        struct qn_err err = {0};
        int rc = qn_client_get(client, id, &info, &err);
        if (rc < 0)
            printf("%s %s\n", qn_err_name(rc), id);
        else if (info->state != QN_SUCCEEDED)
            printf("%s %s %s\n", qn_state_name(info->state), id, info->history);
        qn_job_info_free(info);
        checked++;
    }
    printf("checked %ld\n", checked);
    return 0;
}

int main(int argc, char **argv)
{
    bool producing = argc == 4 && strcmp(argv[1], "produce") == 0;
    if (!producing && !(argc == 3 && strcmp(argv[1], "audit") == 0)) {
        fprintf(stderr, "chaos_client produce LEDGER SEED | audit LEDGER\n");
        return 2;
    }
    signal(SIGTERM, on_term);
    signal(SIGPIPE, SIG_IGN);
    struct qn_err err = {0};
    struct qn_client *client = NULL;
    struct qn_client_options options = {.timeout_ms = 2000};
    if (qn_client_open(&client, &options, &err) < 0) {
        fprintf(stderr, "chaos_client: %s\n", err.msg);
        return 1;
    }
    FILE *ledger = fopen(argv[2], producing ? "a" : "r");
    int rc = 1;
    if (ledger)
        rc = producing ? produce(client, ledger, strtoull(argv[3], NULL, 10))
                       : audit(client, ledger);
    if (ledger)
        fclose(ledger);
    qn_client_close(client);
    return rc;
}
