/* profile_probe.c - profiles tables of a database, without a queue.
 *
 *   profile_probe URL TIER QUERY_MS TABLE_MS [SCHEMA.TABLE...]
 *
 * Prints one JSON object a table and line, all tables when none is named. An error goes to
 * stderr as "CODE text", exit code 1. In the environment: PROBE_PERSONAL, personal data are not
 * masked; PROBE_LOAD, the share of the server's connections that are active is printed instead;
 * PROBE_STOPPED, the soft limit has come before the first table.
 */
#include "common/clock.h"
#include "common/json.h"
#include "tasks/lib/profile/load.h"
#include "tasks/lib/profile/profile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)

static int print_table(struct qn_pg *pg, const struct qn_catalog_table *table,
                       const struct qn_profile_wish *wish, struct qn_err *err)
{
    struct qn_profile_table profile;
    struct qn_arena arena;
    struct qn_buf out;
    int rc;

    qn_arena_init(&arena, OUTPUT_MAX);
    qn_buf_init(&out, OUTPUT_MAX);
    rc = qn_profile_table(&profile, &arena, pg, table, wish, err);
    if (rc == QN_OK) {
        rc = qn_profile_to_json(&profile, table, &out);
    }
    if (rc == QN_OK) {
        rc = qn_json_check(out.data, out.len, NULL, err);
    }
    if (rc == QN_OK) {
        printf("%s\n", out.data);
    }
    qn_buf_release(&out);
    qn_arena_release(&arena);
    return rc;
}

static enum qn_profile_tier tier_of(const char *name)
{
    int tier = QN_PROFILE_TIERS - 1;

    while (tier > QN_PROFILE_NONE && strcmp(qn_profile_tier_names[tier], name) != 0) {
        tier--;
    }
    return (enum qn_profile_tier)tier;
}

static int stop(struct qn_pg *pg, struct qn_err *err)
{
    int pair[2];
    int rc;

    if (pipe(pair) != 0) {
        return qn_fail_sys(err, "pipe");
    }
    rc = qn_pg_ready(pg, "profile_probe", pair[0], err);
    return rc == QN_OK && write(pair[1], "x", 1) != 1 ? qn_fail_sys(err, "write") : rc;
}

static int print_load(struct qn_pg *pg, struct qn_err *err)
{
    double share;
    int rc = qn_profile_load(pg, &share, err);

    if (rc == QN_OK) {
        printf("%.3f\n", share);
    }
    return rc;
}

static int print_all(struct qn_pg *pg, char **words, const struct qn_catalog_choice *choice,
                     struct qn_err *err)
{
    const struct qn_profile_wish wish = {
        .tier = tier_of(words[0]),
        .query_ms = strtoll(words[1], NULL, 10),
        .table_ms = strtoll(words[2], NULL, 10),
        .now_ms = qn_wall_ms(&qn_clock_system),
        .seed = 11,
        .show_personal = getenv("PROBE_PERSONAL") != NULL,
    };
    struct qn_catalog *catalog;
    int rc = qn_catalog_read(&catalog, pg, choice, err);

    if (rc == QN_OK && getenv("PROBE_STOPPED") != NULL) {
        rc = stop(pg, err);
    }
    if (rc != QN_OK) {
        return rc;
    }
    for (size_t i = 0; rc == QN_OK && i < catalog->n_tables; i++) {
        rc = print_table(pg, &catalog->tables[i], &wish, err);
    }
    qn_catalog_free(catalog);
    return rc;
}

int main(int argc, char **argv)
{
    struct qn_err err = {.code = QN_OK};
    struct qn_pg *pg = NULL;
    int rc;

    if (argc < 5) {
        fputs("usage: profile_probe URL TIER QUERY_MS TABLE_MS [SCHEMA.TABLE...]\n", stderr);
        return 64;
    }
    rc = qn_pg_create(&pg, argv[1], &err);
    if (rc == QN_OK) {
        rc = qn_pg_ready(pg, "profile_probe", -1, &err);
    }
    if (rc == QN_OK && getenv("PROBE_LOAD") != NULL) {
        rc = print_load(pg, &err);
    } else if (rc == QN_OK) {
        const struct qn_catalog_choice choice = {.include = (const char *const *)&argv[5],
                                                 .n_include = (size_t)argc - 5};

        rc = print_all(pg, &argv[2], &choice, &err);
    }
    if (rc != QN_OK) {
        fprintf(stderr, "%s %s\n", qn_err_name(rc), err.msg);
    }
    qn_pg_free(pg);
    return rc == QN_OK ? 0 : 1;
}
