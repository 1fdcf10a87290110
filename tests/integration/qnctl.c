/* qnctl.c - makes jobs and asks for them, for scripts: the C client as words.
 *
 *   qnctl put TASK ARGS [queue=Q name=N priority=P attempts=A soft=MS hard=MS delay=MS
 *                        retry=MS request=R count=N
 *                        key=K unique=UNTIL subject=TEXT conflict=WHAT for=MS]
 *                                                        prints ids
 *   qnctl get ID                                          prints JSON
 *   qnctl wait ID MS                                      the same, at its end
 *   qnctl cancel ID
 *
 * The broker is QUERN_BROKER_URL, QUERN_NAMESPACE. Exit code 1 for an error.
 */
#include "common/buf.h"
#include "common/json.h"
#include "common/str.h"
#include <quern/client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const struct qn_err *err)
{
    fprintf(stderr, "qnctl: %s\n", err->msg);
    return 1;
}

static bool option(const char *word, const char *name, const char **ret)
{
    size_t len = strlen(name);

    if (strncmp(word, name, len) != 0 || word[len] != '=')
        return false;
    *ret = word + len + 1;
    return true;
}

static int64_t number(const char *text)
{
    int64_t value;

    if (qn_str_to_i64(text, &value) != QN_OK) {
        fprintf(stderr, "qnctl: \"%s\" is no number\n", text);
        exit(2);
    }
    return value;
}

/* The place of a word in a table that NULL ends. */
static int place_of(const char *word, const char *const *words)
{
    for (int i = 0; words[i]; i++) {
        if (strcmp(word, words[i]) == 0)
            return i;
    }
    fprintf(stderr, "qnctl: \"%s\"?\n", word);
    exit(2);
}

static bool read_unique(const char *word, struct qn_enqueue *job)
{
    static const char *const untils[] = {"no", "started", "finished", "window", NULL};
    static const char *const conflicts[] = {"reject", "existing", "replace", NULL};
    const char *value;

    if (option(word, "key", &value))
        job->limit_key = value;
    else if (option(word, "unique", &value))
        job->unique.until = (enum qn_unique_until)place_of(value, untils);
    else if (option(word, "subject", &value))
        job->unique_key = value;
    else if (option(word, "conflict", &value))
        job->unique.conflict = (enum qn_unique_conflict)place_of(value, conflicts);
    else if (option(word, "for", &value))
        job->unique.for_ms = number(value);
    else
        return false;
    return true;
}

static int read_options(int argc, char **argv, struct qn_enqueue *job, int *ret_count)
{
    const char *value;

    for (int i = 0; i < argc; i++) {
        if (option(argv[i], "queue", &value))
            job->queue = value;
        else if (option(argv[i], "name", &value))
            job->name = value;
        else if (option(argv[i], "request", &value))
            job->request_id = value;
        else if (option(argv[i], "priority", &value))
            job->priority = (int)number(value);
        else if (option(argv[i], "attempts", &value))
            job->max_attempts = (int)number(value);
        else if (option(argv[i], "soft", &value))
            job->soft_limit_ms = number(value);
        else if (option(argv[i], "hard", &value))
            job->hard_limit_ms = number(value);
        else if (option(argv[i], "delay", &value))
            job->delay_ms = number(value);
        else if (option(argv[i], "count", &value))
            *ret_count = (int)number(value);
        else if (option(argv[i], "retry", &value))
            job->retry = (struct qn_retry){QN_BACKOFF_FIXED, number(value), 0, {0}};
        else if (!read_unique(argv[i], job))
            return -1;
    }
    return 0;
}

static int put(struct qn_client *client, int argc, char **argv)
{
    struct qn_enqueue job = {.accept_unknown = true};
    struct qn_receipt receipt;
    struct qn_err err = {0};
    int count = 1;

    if (argc < 2 || read_options(argc - 2, argv + 2, &job, &count) < 0) {
        fprintf(stderr, "qnctl: put TASK ARGS [option=value ...]\n");
        return 2;
    }
    job.task = argv[0];
    job.args = argv[1];
    job.args_len = strlen(argv[1]);
    while (count-- > 0) {
        if (qn_client_enqueue(client, &job, &receipt, &err) != QN_OK)
            return fail(&err);
        puts(receipt.id);
    }
    return 0;
}

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_number(struct qn_buf *out, const char *key, int64_t number)
{
    qn_json_add_key(out, key);
    qn_json_add_i64(out, number);
}

static void show(struct qn_job_info *info)
{
    struct qn_buf out;

    qn_buf_init(&out, 16 * 1024 * 1024);
    qn_buf_add_byte(&out, '{');
    add_text(&out, "id", info->id);
    add_text(&out, "state", qn_state_name(info->state));
    add_text(&out, "cause", qn_cause_name(info->cause));
    add_text(&out, "error", info->error);
    add_text(&out, "result", info->result);
    add_text(&out, "progress", info->progress);
    add_text(&out, "history", info->history);
    add_text(&out, "worker", info->worker);
    add_text(&out, "task", info->task);
    add_text(&out, "request_id", info->request_id);
    add_number(&out, "attempts", info->attempts);
    add_number(&out, "deaths", info->deaths);
    add_number(&out, "started_ms", info->started_ms);
    add_number(&out, "ended_ms", info->ended_ms);
    qn_buf_add_byte(&out, '}');
    puts(out.data);
    qn_buf_release(&out);
    qn_job_info_free(info);
}

static int ask(struct qn_client *client, int argc, char **argv, bool wait)
{
    struct qn_job_info *info = NULL;
    struct qn_err err = {0};
    int rc;

    if (argc < (wait ? 2 : 1))
        return 2;
    rc = wait ? qn_client_wait(client, argv[0], number(argv[1]), &info, &err)
              : qn_client_get(client, argv[0], &info, &err);
    if (info)
        show(info);
    return rc == QN_OK ? 0 : fail(&err);
}

static int cancel(struct qn_client *client, int argc, char **argv)
{
    enum qn_state state = QN_CANCELLED;
    struct qn_err err = {0};

    if (argc < 1)
        return 2;
    if (qn_client_cancel(client, argv[0], &state, &err) != QN_OK)
        return fail(&err);
    puts(qn_state_name(state));
    return 0;
}

static int command(struct qn_client *client, int argc, char **argv)
{
    if (strcmp(argv[1], "put") == 0)
        return put(client, argc - 2, argv + 2);
    if (strcmp(argv[1], "get") == 0)
        return ask(client, argc - 2, argv + 2, false);
    if (strcmp(argv[1], "wait") == 0)
        return ask(client, argc - 2, argv + 2, true);
    if (strcmp(argv[1], "cancel") == 0)
        return cancel(client, argc - 2, argv + 2);
    return 2;
}

int main(int argc, char **argv)
{
    const struct qn_client_options options = {.timeout_ms = 10000};
    struct qn_client *client = NULL;
    struct qn_err err = {0};

    if (argc < 2)
        return 2;
    if (qn_client_open(&client, &options, &err) != QN_OK)
        return fail(&err);
    int code = command(client, argc, argv);
    qn_client_close(client);
    return code;
}
