/* cron.c - quern cron next, explain: without a broker. */
#include "cron/cron.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/json_member.h"
#include "cron/words.h"
#include "cron_batch.h"
#include "run.h"
#include "wrap.h"
#include <limits.h>

#define COUNT_PRESET 5
#define EXPLAIN_NEXT 3
#define JSON_MAX     (64 * 1024)
#define WIDTH_LEAST  20

/* What is asked about. */
struct plan {
    const char *text, *zone_name;
    struct qn_cron cron;
    struct qn_zone *zone;
    int64_t after_s;
    int64_t times[CLI_CRON_COUNT_MAX];
    int n;
};

/* The zone that schedules have which name none, unless one is given. */
static const char *zone_name_of(const struct cli *cli)
{
    const char *given = cli_option(cli, "tz");

    return given ? given : qn_config_text(&cli->config, "timezone");
}

static int open_plan(const struct cli *cli, struct plan *plan, struct qn_err *reterr)
{
    const char *after = cli_option(cli, "after");
    int64_t ms = qn_wall_ms(&qn_clock_system);

    *plan = (struct plan){.text = cli->words[0], .zone_name = zone_name_of(cli)};
    if (after && qn_time_from_str(after, &ms) != QN_OK)
        return qn_fail(reterr, QN_EINVAL,
                       "--after: \"%.40s\" is no time such as 2026-06-30T15:15:00+08:00", after);
    plan->after_s = cli_cron_second(ms);
    int rc = qn_cron_parse(&plan->cron, plan->text, reterr);
    return rc == QN_OK ? qn_zone_load(&plan->zone, plan->zone_name, NULL, reterr) : rc;
}

static int find_times(struct plan *plan, int64_t count, struct qn_err *reterr)
{
    int64_t at = plan->after_s;

    while (plan->n < count && qn_cron_next(&plan->cron, plan->zone, at, &at))
        plan->times[plan->n++] = at;
    return plan->n > 0 ? QN_OK : qn_fail(reterr, QN_EINVAL, "%s", CLI_CRON_NEVER);
}

static void add_times(struct qn_buf *out, const struct plan *plan)
{
    char text[QN_ZONE_TEXT_SIZE];

    qn_json_member_text(out, "zone", plan->zone_name);
    qn_json_add_key(out, "next");
    qn_buf_add_byte(out, '[');
    for (int i = 0; i < plan->n; i++) {
        qn_zone_time_to_str(plan->zone, plan->times[i], text);
        qn_buf_printf(out, "%s\"%s\"", i > 0 ? "," : "", text);
    }
    qn_buf_add_byte(out, ']');
}

static bool has_changes(const struct plan *plan)
{
    struct qn_zone_change change;

    return plan->cron.every_s || qn_zone_change_after(plan->zone, plan->after_s, &change);
}

static void print_json(const struct cli *cli, const struct plan *plan, const char *words)
{
    char after[QN_ZONE_TEXT_SIZE];
    struct qn_buf out;

    qn_buf_init(&out, JSON_MAX);
    qn_zone_time_to_str(plan->zone, plan->after_s, after);
    qn_buf_add_byte(&out, '{');
    qn_json_member_text(&out, "cron", plan->text);
    qn_json_member_text(&out, "words", words);
    if (words[0] != '\0' && has_changes(plan))
        qn_json_member_text(&out, "clock", qn_cron_words_of_changes(&plan->cron));
    qn_json_member_text(&out, "after", after);
    add_times(&out, plan);
    qn_buf_add_str(&out, "}\n");
    fputs(out.data, cli->term.out);
    qn_buf_release(&out);
}

static void print_times(const struct cli *cli, const struct plan *plan, const char *before)
{
    char text[QN_ZONE_TEXT_SIZE];

    for (int i = 0; i < plan->n; i++) {
        qn_zone_time_to_str(plan->zone, plan->times[i], text);
        fprintf(cli->term.out, "%s%s\n", before, text);
    }
}

/* What was given is wrong, whatever it was. */
static int refuse(const struct cli *cli, const struct qn_err *err)
{
    return cli_fail_as(cli, CLI_EXIT_USAGE, err, NULL);
}

/* ---- next ---- */

static int check_options(const struct cli *cli, int64_t *ret_count, struct qn_err *reterr)
{
    const char *batch = cli_option(cli, "batch");
    int rc = cli_option_number(cli, "count", batch ? CLI_CRON_BATCH_COUNT : COUNT_PRESET, ret_count,
                               reterr);

    if (rc != QN_OK)
        return rc;
    if (*ret_count < 1 || *ret_count > CLI_CRON_COUNT_MAX)
        return qn_fail(reterr, QN_EINVAL, "--count is from 1 to %d", CLI_CRON_COUNT_MAX);
    if (!batch && cli->n_words == 0)
        return qn_fail(reterr, QN_EINVAL, "an expression is missing: quern cron next '30 2 * * *'");
    if (batch && (cli->n_words > 0 || cli_flag(cli, "tz") || cli_flag(cli, "after") || cli->json))
        return qn_fail(reterr, QN_EINVAL,
                       "--batch takes expression, zone and time from its lines, and has no --json");
    return QN_OK;
}

int cli_run_cron_next(struct cli *cli)
{
    const char *batch = cli_option(cli, "batch");
    struct plan plan = {.zone = NULL};
    struct qn_err err = {0};
    int64_t count = 0;
    int rc = check_options(cli, &count, &err);

    if (rc == QN_OK && batch)
        return cli_cron_batch(cli, batch, (int)count);
    if (rc == QN_OK)
        rc = open_plan(cli, &plan, &err);
    if (rc == QN_OK)
        rc = find_times(&plan, count, &err);
    if (rc == QN_OK && cli->json)
        print_json(cli, &plan, "");
    else if (rc == QN_OK)
        print_times(cli, &plan, "");
    qn_zone_free(plan.zone);
    return rc == QN_OK ? CLI_EXIT_OK : refuse(cli, &err);
}

/* ---- explain ---- */

static void print_human(const struct cli *cli, const struct plan *plan, const char *words)
{
    const struct cli_term *term = &cli->term;
    int width = term->width > WIDTH_LEAST ? term->width : INT_MAX;

    cli_wrap(term, CLI_BOLD, 0, width, words);
    if (!plan->cron.every_s) {
        fputs("  in ", term->out);
        cli_say(term, CLI_PLAIN, plan->zone_name);
        fputc('\n', term->out);
    }
    if (has_changes(plan)) {
        fputs("  ", term->out);
        cli_wrap(term, CLI_DIM, 2, width, qn_cron_words_of_changes(&plan->cron));
    }
    print_times(cli, plan, "  next  ");
}

int cli_run_cron_explain(struct cli *cli)
{
    struct plan plan = {.zone = NULL};
    struct qn_err err = {0};
    struct qn_buf words;

    qn_buf_init(&words, QN_CRON_WORDS_MAX);
    int rc = open_plan(cli, &plan, &err);
    if (rc == QN_OK)
        rc = find_times(&plan, EXPLAIN_NEXT, &err);
    if (rc == QN_OK) {
        qn_cron_words(&plan.cron, &words);
        rc = qn_buf_status(&words);
    }
    if (rc == QN_OK && cli->json)
        print_json(cli, &plan, words.data);
    else if (rc == QN_OK)
        print_human(cli, &plan, words.data);
    qn_buf_release(&words);
    qn_zone_free(plan.zone);
    return rc == QN_OK ? CLI_EXIT_OK : refuse(cli, &err);
}
