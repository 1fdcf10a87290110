/* workertell.c - quern worker quiet, stop: a message to the inbox of each that is meant. */
#include "common/json_member.h"
#include "jsontext.h"
#include "link_operate.h"
#include "run.h"
#include <string.h>

#define NAME_SIZE 160 /* host:pid */

struct telling {
    const struct cli *cli;
    const char *text; /* the message */
    struct cli_link link;
    struct cli_pairs workers;
    int told;
    int code; /* the worst of several */
};

/* ---- who is meant ---- */

static void host_and_pid(const struct cli_pair *worker, char out[NAME_SIZE])
{
    char host[80];

    cli_json_text(worker->value, "host", host, sizeof(host));
    snprintf(out, NAME_SIZE, "%s:%lld", host, (long long)cli_json_number(worker->value, "pid", 0));
}

static bool is_named(const struct cli_pair *worker, const char *word)
{
    char name[NAME_SIZE];

    host_and_pid(worker, name);
    return strncmp(worker->name, word, strlen(word)) == 0 || strcmp(name, word) == 0;
}

/* Calls fn with each queue of a worker until it is true. */
static bool any_queue(const struct cli_pair *worker, bool (*fn)(void *arg, const char *queue),
                      void *arg)
{
    struct qn_json_item list, item;
    struct qn_json_walk walk;
    char queue[QN_QUEUE_MAX + 1];
    bool found = false;

    if (!cli_json_at(worker->value, "queues", &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return false;
    while (!found && qn_json_walk_next(&walk, &item)) {
        cli_json_text(item.value, "name", queue, sizeof(queue));
        found = fn(arg, queue);
    }
    return found;
}

static bool is_same(void *arg, const char *queue)
{
    const char *const *wanted = arg;

    return strcmp(*wanted, queue) == 0;
}

/* Descriptions come from other programs: one that is no JSON serves nothing. */
static void check_descriptions(struct cli_pairs *workers)
{
    for (size_t i = 0; i < workers->n; i++) {
        struct qn_span *json = &workers->all[i].value;
        if (qn_json_check(json->data, json->len, NULL, NULL) != QN_OK)
            *json = (struct qn_span){.data = "{}", .len = 2};
    }
}

/* ---- telling ---- */

struct attempt {
    struct telling *telling;
    const struct cli_pair *worker;
    int rc;
    struct qn_err *err;
};

/* True when it was told, or nobody can be. */
static bool tell_through(void *arg, const char *queue)
{
    struct attempt *attempt = arg;
    bool told = false;

    attempt->rc = cli_link_message(&attempt->telling->link, queue, attempt->worker->name,
                                   attempt->telling->text, &told, attempt->err);
    return told || attempt->rc != QN_OK;
}

static void say_json(const struct telling *telling, const struct cli_pair *worker)
{
    struct qn_buf out;

    qn_buf_init(&out, 4096);
    qn_buf_add_byte(&out, '{');
    qn_json_member_text(&out, "worker", worker->name);
    qn_json_member_text(&out, "told", telling->text);
    fprintf(telling->cli->term.out, "%s}\n", out.data);
    qn_buf_release(&out);
}

static void say(const struct telling *telling, const struct cli_pair *worker)
{
    const struct cli_term *term = &telling->cli->term;
    char name[NAME_SIZE], line[NAME_SIZE * 2];

    if (telling->cli->json) {
        say_json(telling, worker);
        return;
    }
    host_and_pid(worker, name);
    snprintf(line, sizeof(line), "%.80s (%s) was told to %s", worker->name, name,
             strcmp(telling->text, "stop") == 0 ? "stop: it ends when its jobs have ended"
                                                : "be quiet: it takes no more jobs");
    cli_say(term, CLI_PLAIN, line);
    fputc('\n', term->out);
}

static int tell_one(struct telling *telling, const struct cli_pair *worker, struct qn_err *reterr)
{
    struct attempt attempt = {.telling = telling, .worker = worker, .rc = QN_OK, .err = reterr};
    bool ended = any_queue(worker, tell_through, &attempt);

    if (attempt.rc != QN_OK)
        return attempt.rc;
    if (!ended)
        return qn_fail(reterr, QN_ENOTFOUND, "worker %s has left its queues", worker->name);
    say(telling, worker);
    telling->told++;
    return QN_OK;
}

/* By --all or --queue. */
static int tell_many(struct telling *telling, struct qn_err *reterr)
{
    const char *queue = cli_option(telling->cli, "queue");
    int rc = QN_OK;

    for (size_t i = 0; i < telling->workers.n && rc == QN_OK; i++) {
        const struct cli_pair *worker = &telling->workers.all[i];
        if (!queue || any_queue(worker, is_same, &queue))
            rc = tell_one(telling, worker, reterr);
        if (rc == QN_ENOTFOUND || rc == QN_EINVAL) /* it left meanwhile, or is none */
            rc = QN_OK;
    }
    if (rc == QN_OK && telling->told == 0)
        return qn_fail(reterr, QN_ENOTFOUND, "there is no such worker alive");
    return rc;
}

static int tell_named(struct telling *telling, const char *word, struct qn_err *reterr)
{
    const struct cli_pair *worker = NULL;

    if (word[0] == '\0')
        return qn_fail(reterr, QN_EINVAL, "an empty word names no worker");
    for (size_t i = 0; i < telling->workers.n; i++) {
        if (!is_named(&telling->workers.all[i], word))
            continue;
        if (worker)
            return qn_fail(reterr, QN_EINVAL, "\"%.80s\" begins the names of several workers",
                           word);
        worker = &telling->workers.all[i];
    }
    if (!worker)
        return qn_fail(reterr, QN_ENOTFOUND, "there is no worker \"%.80s\": quern worker list",
                       word);
    return tell_one(telling, worker, reterr);
}

static int check_usage(const struct cli *cli, struct qn_err *reterr)
{
    int ways = (cli->n_words > 0) + cli_flag(cli, "all") + (cli_option(cli, "queue") != NULL);

    return ways == 1
               ? QN_OK
               : qn_fail(reterr, QN_EINVAL, "%s: name workers, or give one of --all and --queue",
                         cli->command->name);
}

static int tell(struct cli *cli, const char *text)
{
    struct telling telling = {.cli = cli, .text = text};
    struct qn_err err = {0};
    int rc = check_usage(cli, &err);

    if (rc == QN_OK)
        rc = cli_link_open(&telling.link, cli, &err);
    if (rc == QN_OK)
        rc = cli_link_workers(&telling.link, &telling.workers, &err);
    if (rc == QN_OK)
        check_descriptions(&telling.workers);
    if (rc == QN_OK && cli->n_words == 0)
        rc = tell_many(&telling, &err);
    for (int i = 0; i < cli->n_words && rc == QN_OK; i++) {
        int one = tell_named(&telling, cli->words[i], &err);
        if (cli_exit_of(one) > telling.code)
            telling.code = cli_exit_of(one);
        if (one != QN_OK)
            cli_fail(cli, &err);
    }
    cli_pairs_release(&telling.workers);
    cli_link_close(&telling.link);
    return rc == QN_OK ? telling.code : cli_fail(cli, &err);
}

int cli_run_worker_quiet(struct cli *cli)
{
    return tell(cli, "quiet");
}

int cli_run_worker_stop(struct cli *cli)
{
    return tell(cli, "stop");
}
