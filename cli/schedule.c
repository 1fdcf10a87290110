/* schedule.c - quern schedule list, show, run: what the leading quern-beat has told of its
 * schedules (docs/schedules.md).
 */
#include "broker-client/draft.h"
#include "common/clock.h"
#include "common/json_member.h"
#include "common/str.h"
#include "jobview.h"
#include "jsontext.h"
#include "link.h"
#include "run.h"
#include <string.h>

#define STALE_MS  (150 * INT64_C(1000)) /* beat tells once a minute */
#define TEXT_SIZE 512
#define JSON_MAX  (256 * 1024 * 1024)

struct plans {
    struct cli_pairs told; /* of the ones that are whole JSON */
    int64_t now_ms;        /* broker's clock */
    int64_t told_ms;       /* when they were told, 0 never */
    char leader[TEXT_SIZE];
};

/* ---- reading ---- */

struct now {
    struct cli_answer base;
    int64_t ms;
};

static void on_stats(void *arg, const struct qn_reply *reply)
{
    struct now *now = arg;

    if (cli_answer_take(&now->base, reply))
        now->ms = reply->now_ms;
}

/* How old a message is only the broker's own clock tells. */
static int ask_now(struct cli_link *link, int64_t *ret_ms, struct qn_err *reterr)
{
    struct now now = {0};

    link->broker->ops->stats(link->broker, "default", on_stats, &now);
    int rc = cli_link_finish(link, &now.base, reterr);
    *ret_ms = now.ms;
    return rc;
}

static bool is_whole(struct qn_span json)
{
    enum qn_json_type type;

    return qn_json_check(json.data, json.len, &type, NULL) == QN_OK && type == QN_JSON_OBJECT;
}

static int64_t time_of(struct qn_span json, const char *name)
{
    char text[QN_TIME_TEXT_SIZE];
    int64_t ms;

    cli_json_text(json, name, text, sizeof(text));
    return qn_time_from_str(text, &ms) == QN_OK ? ms : 0;
}

static void look_through(struct plans *plans)
{
    for (size_t i = 0; i < plans->told.n; i++) {
        struct qn_span *json = &plans->told.all[i].value;
        if (!is_whole(*json))
            *json = (struct qn_span){"{}", 2};
        int64_t told_ms = time_of(*json, "told_at");
        if (told_ms <= plans->told_ms)
            continue;
        plans->told_ms = told_ms;
        cli_json_text(*json, "leader", plans->leader, sizeof(plans->leader));
    }
}

static int read_plans(const struct cli *cli, struct plans *ret, struct qn_err *reterr)
{
    struct cli_link link = {0};
    int rc = cli_link_open(&link, cli, reterr);

    *ret = (struct plans){0};
    if (rc == QN_OK)
        rc = cli_link_schedules(&link, &ret->told, reterr);
    if (rc == QN_OK)
        rc = ask_now(&link, &ret->now_ms, reterr);
    cli_link_close(&link);
    if (rc == QN_OK)
        look_through(ret);
    return rc;
}

static bool anybody_leads(const struct plans *plans)
{
    return plans->told_ms > 0 && plans->now_ms - plans->told_ms < STALE_MS;
}

/* "3m20s", whole seconds from one on. */
static void print_span(int64_t ms, char out[QN_MS_TEXT_SIZE])
{
    ms = ms < 0 ? 0 : ms;
    qn_ms_to_str(ms < 1000 ? ms : ms / 1000 * 1000, out);
}

/* On stderr: it belongs to no answer. */
static void warn(const struct cli *cli, const struct plans *plans)
{
    char age[QN_MS_TEXT_SIZE];

    if (cli->json || anybody_leads(plans))
        return;
    print_span(plans->now_ms - plans->told_ms, age);
    if (plans->told_ms == 0)
        fputs("quern: no beat leads, or none has schedules; quern-beat starts one\n", stderr);
    else
        fprintf(stderr, "quern: no beat leads: this was told %s ago, by %s\n", age, plans->leader);
}

/* ---- list ---- */

/* "in 3m", "2h ago": to the largest unit. */
static void print_far(const struct plans *plans, int64_t at_ms, char *out, size_t size)
{
    int64_t s = (at_ms - plans->now_ms) / 1000, far = s < 0 ? -s : s;
    char text[32];

    if (far < 100)
        snprintf(text, sizeof(text), "%llds", (long long)far);
    else if (far < 100 * 60)
        snprintf(text, sizeof(text), "%lldm", (long long)far / 60);
    else if (far < 48 * 3600)
        snprintf(text, sizeof(text), "%lldh", (long long)far / 3600);
    else
        snprintf(text, sizeof(text), "%lldd", (long long)far / 86400);
    snprintf(out, size, at_ms == 0 ? "" : at_ms <= plans->now_ms ? "%s ago" : "in %s", text);
}

static int64_t first_next(struct qn_span json)
{
    struct qn_json_item list, item;
    struct qn_json_walk walk;
    struct qn_buf text;
    int64_t ms = 0;

    if (!cli_json_at(json, "next", &list) || list.type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK ||
        !qn_json_walk_next(&walk, &item) || item.type != QN_JSON_STRING)
        return 0;
    qn_buf_init(&text, TEXT_SIZE);
    if (qn_json_unescape(item.value, &text) != QN_OK || qn_time_from_str(text.data, &ms) != QN_OK)
        ms = 0;
    qn_buf_release(&text);
    return ms;
}

static void add_row(struct cli_table *table, const struct plans *plans,
                    const struct cli_pair *schedule)
{
    static const char *const members[] = {"zone", "job.task", "job.queue"};
    struct qn_span json = schedule->value;
    char text[TEXT_SIZE], when[TEXT_SIZE + 8], error[TEXT_SIZE];

    cli_json_text(json, "cron", text, sizeof(text));
    snprintf(when, sizeof(when), "%s", text);
    if (text[0] == '\0') {
        cli_json_text(json, "every", text, sizeof(text));
        snprintf(when, sizeof(when), "every %s", text);
    }
    cli_table_add(table, schedule->name, CLI_PLAIN);
    cli_table_add(table, when, CLI_PLAIN);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        cli_json_text(json, members[i], text, sizeof(text));
        cli_table_add(table, text, CLI_PLAIN);
    }
    cli_json_text(json, "last_error", error, sizeof(error));
    print_far(plans, time_of(json, "last_planned_at"), text, sizeof(text));
    cli_table_add(table, text, error[0] ? CLI_RED : CLI_DIM);
    print_far(plans, first_next(json), text, sizeof(text));
    cli_table_add(table, text, CLI_PLAIN);
}

static int print_table(const struct cli *cli, const struct plans *plans, struct qn_err *reterr)
{
    static const struct cli_column columns[] = {
        {"NAME", false, true}, {"WHEN", false, true},   {"ZONE", false, true},
        {"TASK", false, true}, {"QUEUE", false, false}, {"LAST", true, false},
        {"NEXT", true, false},
    };
    struct cli_table *table = cli_table_create(columns, sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < plans->told.n; i++)
        add_row(table, plans, &plans->told.all[i]);
    int rc = cli_table_print(table, &cli->term, 0, reterr);
    cli_table_free(table);
    return rc;
}

static int print_list_json(const struct cli *cli, const struct plans *plans, struct qn_err *reterr)
{
    struct qn_buf out;

    qn_buf_init(&out, JSON_MAX);
    qn_buf_add_byte(&out, '{');
    qn_json_member_flag(&out, "leads", anybody_leads(plans));
    qn_json_member_text(&out, "leader", plans->leader);
    qn_json_member_time(&out, "told_at", plans->told_ms);
    qn_json_add_key(&out, "schedules");
    for (size_t i = 0; i < plans->told.n; i++) {
        qn_buf_add_str(&out, i > 0 ? ",\n " : "[\n ");
        qn_buf_add(&out, plans->told.all[i].value.data, plans->told.all[i].value.len);
    }
    qn_buf_add_str(&out, plans->told.n > 0 ? "]}\n" : "[]}\n");
    int rc = qn_buf_status(&out);
    if (rc == QN_OK)
        fputs(out.data, cli->term.out);
    else
        qn_fail(reterr, rc, "schedules: %s", qn_err_text(rc));
    qn_buf_release(&out);
    return rc;
}

int cli_run_schedule_list(struct cli *cli)
{
    struct plans plans;
    struct qn_err err = {0};
    int rc = read_plans(cli, &plans, &err);

    if (rc == QN_OK)
        rc = cli->json ? print_list_json(cli, &plans, &err) : print_table(cli, &plans, &err);
    if (rc == QN_OK)
        warn(cli, &plans);
    cli_pairs_release(&plans.told);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

/* ---- one ---- */

static int find(const struct plans *plans, const char *name, struct qn_span *ret,
                struct qn_err *reterr)
{
    for (size_t i = 0; i < plans->told.n; i++)
        if (strcmp(plans->told.all[i].name, name) == 0) {
            *ret = plans->told.all[i].value;
            return QN_OK;
        }
    return qn_fail(reterr, QN_ENOTFOUND, "schedule \"%.40s\": no beat has told of one%s", name,
                   plans->told_ms == 0 ? "; none leads" : "");
}

static void print_line(const struct cli_term *term, const char *title, const char *text)
{
    if (text[0] == '\0')
        return;
    fprintf(term->out, "  %-11s ", title);
    cli_say(term, CLI_PLAIN, text);
    fputc('\n', term->out);
}

static void print_next(const struct cli_term *term, struct qn_span json)
{
    struct qn_json_item list, item;
    struct qn_json_walk walk;
    const char *title = "next";

    if (!cli_json_at(json, "next", &list) || list.type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return;
    for (; qn_json_walk_next(&walk, &item); title = "") {
        char text[QN_TIME_TEXT_SIZE];
        if (item.type != QN_JSON_STRING || item.value.len < 2)
            continue;
        snprintf(text, sizeof(text), "%.*s", (int)(item.value.len - 2), item.value.data + 1);
        text[strcspn(text, "T")] = ' ';
        print_line(term, title, text);
    }
}

static void print_one(const struct cli *cli, const struct plans *plans, struct qn_span json)
{
    static const struct {
        const char *title, *member;
    } lines[] = {
        {"cron", "cron"},
        {"every", "every"},
        {"zone", "zone"},
        {"task", "job.task"},
        {"arguments", "job.args"},
        {"queue", "job.queue"},
        {"priority", "job.priority"},
        {"expires", "job.expires"},
        {"attempts", "job.max_attempts"},
        {"source", "source"},
    };
    char text[2048], time[CLI_TIME_SIZE], age[QN_MS_TEXT_SIZE];

    cli_say(&cli->term, CLI_BOLD, cli->words[0]);
    fputc('\n', cli->term.out);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        cli_json_text(json, lines[i].member, text, sizeof(text));
        print_line(&cli->term, lines[i].title, text);
    }
    cli_time_print(time_of(json, "last_planned_at"), time);
    print_line(&cli->term, "last", time);
    cli_json_text(json, "last_job", text, sizeof(text));
    print_line(&cli->term, "made", text);
    cli_json_text(json, "last_error", text, sizeof(text));
    print_line(&cli->term, "refused", text);
    print_next(&cli->term, json);
    print_span(plans->now_ms - plans->told_ms, age);
    snprintf(text, sizeof(text), "%s, %s ago", plans->leader, age);
    print_line(&cli->term, "told by", text);
}

int cli_run_schedule_show(struct cli *cli)
{
    struct plans plans;
    struct qn_span json = {0};
    struct qn_err err = {0};
    int rc = read_plans(cli, &plans, &err);

    if (rc == QN_OK)
        rc = find(&plans, cli->words[0], &json, &err);
    if (rc == QN_OK && cli->json)
        fprintf(cli->term.out, "%s\n", json.data);
    else if (rc == QN_OK)
        print_one(cli, &plans, json);
    if (rc == QN_OK)
        warn(cli, &plans);
    cli_pairs_release(&plans.told);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

/* ---- its job, now ---- */

static int make(const struct cli *cli, const struct qn_draft *draft, struct qn_receipt *ret,
                struct qn_err *reterr)
{
    struct qn_client *client = NULL;
    struct qn_draft_tags tags;
    struct qn_enqueue job;
    int rc = cli_client_open(&client, cli, reterr);

    qn_draft_enqueue(draft, &tags, &job);
    job.accept_unknown = qn_config_flag(&cli->config, "accept-unknown");
    if (rc == QN_OK)
        rc = qn_client_enqueue(client, &job, ret, reterr);
    qn_client_close(client);
    return rc;
}

static int parse(struct qn_span json, struct qn_draft *ret, struct qn_err *reterr)
{
    char field[QN_DRAFT_FIELD_SIZE];
    struct qn_json_item job;

    if (!cli_json_at(json, "job", &job))
        return qn_fail(reterr, QN_ECORRUPT, "beat has not told what the schedule's job is");
    return qn_draft_parse(job.value, NULL, ret, field, reterr);
}

int cli_run_schedule_run(struct cli *cli)
{
    struct plans plans;
    struct qn_span json = {0};
    struct qn_draft draft;
    struct qn_receipt receipt = {0};
    struct qn_err err = {0};
    int rc = read_plans(cli, &plans, &err);

    if (rc == QN_OK)
        rc = find(&plans, cli->words[0], &json, &err);
    if (rc == QN_OK)
        rc = parse(json, &draft, &err);
    if (rc == QN_OK)
        rc = make(cli, &draft, &receipt, &err);
    if (rc == QN_OK) {
        fprintf(cli->term.out, cli->json ? "{\"id\":\"%s\"}\n" : "%s\n", receipt.id);
        warn(cli, &plans);
    }
    cli_pairs_release(&plans.told);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
