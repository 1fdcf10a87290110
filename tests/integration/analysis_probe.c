/* analysis_probe.c - profiles all tables as an analysis does, without a queue.
 *
 *   analysis_probe URL WAIT_MS PROFILE_MS
 *
 * Prints "table<TAB>tier<TAB>trouble" for each. An error is "CODE text", exit code 1.
 */
#include "common/clock.h"
#include "tasks/lib/analysis.h"
#include <stdio.h>
#include <stdlib.h>

static void print(const struct qn_analysis *analysis)
{
    for (size_t i = 0; i < analysis->catalog->n_tables; i++) {
        const struct qn_profile_table *profile = &analysis->profiles[i];

        printf("%s\t%s\t%s\n", analysis->catalog->tables[i].name,
               qn_profile_tier_names[profile->tier], profile->trouble);
    }
}

static int run(struct qn_pg *pg, int64_t wait_ms, int64_t profile_ms, struct qn_err *err)
{
    const struct qn_analysis_wish wish = {.tier = QN_PROFILE_SAMPLED,
                                          .declared_only = true,
                                          .wait_ms = wait_ms,
                                          .profile_ms = profile_ms,
                                          .now_ms = qn_wall_ms(&qn_clock_system),
                                          .stop_fd = -1};
    struct qn_analysis analysis;
    int rc = qn_pg_ready(pg, "analysis_probe", -1, err);

    if (rc != QN_OK) {
        return rc;
    }
    rc = qn_analysis_run(&analysis, pg, &wish, err);
    if (rc == QN_OK) {
        print(&analysis);
    }
    qn_analysis_free(&analysis);
    return rc;
}

int main(int argc, char **argv)
{
    struct qn_err err = {.code = QN_OK};
    struct qn_pg *pg = NULL;
    int rc;

    if (argc != 4) {
        return 2;
    }
    rc = qn_pg_create(&pg, argv[1], &err);
    if (rc == QN_OK) {
        rc = run(pg, strtoll(argv[2], NULL, 10), strtoll(argv[3], NULL, 10), &err);
    }
    qn_pg_free(pg);
    if (rc != QN_OK) {
        fprintf(stderr, "%s %s\n", qn_err_name(rc), err.msg);
    }
    return rc == QN_OK ? 0 : 1;
}
