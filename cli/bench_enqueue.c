/* bench_enqueue.c - jobs into a queue that nobody serves: one by one, and in bulk.
 *
 * One by one is compared with the least that a round trip can cost here: PING on a connection
 * of the same kind. The two take turns, so that both see the same machine.
 */
#include "bench.h"
#include "bench_server.h"

#define SINGLES_MAX 10000
#define TURN        100

static const struct cli_figure_kind ping = {"ping_roundtrip", "round trip of a PING", "us"};
static const struct cli_figure_kind single = {"enqueue_single", "enqueue, one by one", "jobs/s"};
static const struct cli_figure_kind ratio = {"enqueue_single_pings", "  one in round trips of PING",
                                             "times"};
static const struct cli_figure_kind bulk = {"enqueue_bulk", "enqueue, in bulk", "jobs/s"};

int cli_bench_fill(struct cli_bench *bench, int64_t n, int64_t *ret_ns, struct qn_err *reterr)
{
    int rc = QN_OK;

    *ret_ns = 0;
    while (n > 0 && rc == QN_OK) {
        size_t made;
        int64_t start = cli_bench_ns();
        rc = cli_bench_jobs_many(&bench->jobs, bench->room.client, n, &made, reterr);
        *ret_ns += cli_bench_ns() - start;
        n -= (int64_t)made;
        if (rc == QN_OK)
            rc = cli_bench_room_look(&bench->room, 0, reterr);
    }
    return rc;
}

struct singles {
    int64_t n, ping_ns, enqueue_ns;
};

static int take_turns(struct cli_bench *bench, struct singles *to, struct qn_err *reterr)
{
    struct qn_receipt receipt;
    int rc = QN_OK;
    int64_t start = cli_bench_ns();

    for (int i = 0; i < TURN && rc == QN_OK; i++)
        rc = cli_server_ping(&bench->room.link, reterr);
    int64_t middle = cli_bench_ns();
    for (int i = 0; i < TURN && rc == QN_OK; i++)
        rc = cli_bench_jobs_one(&bench->jobs, bench->room.client, &receipt, reterr);
    to->ping_ns += middle - start;
    to->enqueue_ns += cli_bench_ns() - middle;
    to->n += TURN;
    return rc == QN_OK ? cli_bench_room_look(&bench->room, 0, reterr) : rc;
}

static int measure_singles(struct cli_bench *bench, struct qn_err *reterr)
{
    int64_t all = bench->options.jobs < SINGLES_MAX ? bench->options.jobs : SINGLES_MAX;
    struct singles singles = {.n = 0}, warm = {.n = 0};
    int rc = take_turns(bench, &warm, reterr);

    while (rc == QN_OK && singles.n < all)
        rc = take_turns(bench, &singles, reterr);
    if (rc != QN_OK)
        return rc;
    double n = (double)singles.n, enqueue_ns = (double)singles.enqueue_ns;
    double ping_ns = (double)singles.ping_ns;
    rc = cli_figures_add(&bench->figures, &ping, 0, ping_ns / n / 1000, reterr);
    if (rc == QN_OK)
        rc = cli_figures_add(&bench->figures, &single, 0, n / enqueue_ns * 1e9, reterr);
    if (rc == QN_OK)
        rc = cli_figures_add(&bench->figures, &ratio, 0, enqueue_ns / ping_ns, reterr);
    return rc;
}

int cli_bench_enqueue(struct cli_bench *bench, struct qn_err *reterr)
{
    int64_t ns = 0;
    int rc = measure_singles(bench, reterr);

    if (rc == QN_OK)
        rc = cli_bench_fill(bench, bench->options.jobs, &ns, reterr);
    if (rc == QN_OK)
        rc = cli_bench_room_clear(&bench->room, reterr);
    return rc == QN_OK ? cli_figures_add(&bench->figures, &bulk, 0,
                                         (double)bench->options.jobs / (double)ns * 1e9, reterr)
                       : rc;
}
