#include "batch.h"

#include "broker-client/draft.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "common/str.h"
#include "lines.h"
#include "link.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define JOBS_MAX       QN_ENQUEUE_BATCH_MAX
#define LINE_MAX_BYTES (2 * 1024 * 1024)
#define TEXT_MAX_BYTES (4 * LINE_MAX_BYTES) /* of the lines of a batch */
#define PAUSE_MS       100                  /* before the broker is asked again */

struct entry {
    int64_t line;
    size_t at, len; /* in the text */
    bool own_name;  /* the line names it */
    struct qn_draft draft;
    struct qn_draft_tags tags;
    struct qn_receipt receipt;
};

struct batch {
    const struct cli *cli;
    struct qn_client *client;
    struct qn_draft_rules rules;
    struct qn_buf text;
    size_t n;
    struct entry entries[JOBS_MAX];
    size_t n_jobs; /* that are being sent */
    size_t entry_of[JOBS_MAX];
    struct qn_enqueue jobs[JOBS_MAX];
    struct qn_receipt receipts[JOBS_MAX];
    int64_t made, existed, refused;
    bool unavailable; /* the broker did not answer for all of them */
};

/* ---- lines to jobs ---- */

static void refuse(struct qn_receipt *receipt, int code, const char *text)
{
    receipt->code = code;
    qn_str_copy(receipt->msg, sizeof(receipt->msg), text);
}

static void parse(struct batch *batch, struct entry *entry)
{
    struct qn_span json = {batch->text.data + entry->at, entry->len};
    char field[QN_DRAFT_FIELD_SIZE];
    struct qn_err err = {0};

    int rc = qn_json_check(json.data, json.len, NULL, &err);
    if (rc == QN_OK) {
        size_t blanks = strspn(json.data, " \t");
        json = (struct qn_span){json.data + blanks, json.len - blanks};
        rc = qn_draft_parse(json, &batch->rules, &entry->draft, field, &err);
    }
    if (rc != QN_OK)
        refuse(&entry->receipt, rc, err.msg);
    entry->own_name = entry->draft.name[0] != '\0';
    if (qn_config_flag(&batch->cli->config, "accept-unknown"))
        entry->draft.accept_unknown = true;
}

static void add_line(struct batch *batch, int64_t number, struct qn_span line)
{
    struct entry *entry = &batch->entries[batch->n];

    *entry = (struct entry){.line = number, .at = batch->text.len, .len = line.len};
    qn_buf_add(&batch->text, line.data, line.len);
    qn_buf_add_byte(&batch->text, '\0');
    if (qn_buf_status(&batch->text) == QN_OK)
        batch->n++;
}

/* ---- sending ---- */

static bool is_open(const struct entry *entry)
{
    return qn_err_is_transient(entry->receipt.code);
}

/* Under the id it had, when it had one. */
static void name_again(struct entry *entry)
{
    char queue[QN_QUEUE_MAX + 1], name[QN_NAME_MAX + 1];

    if (entry->receipt.id[0] == '\0' || qn_id_split(entry->receipt.id, queue, name, NULL) != QN_OK)
        return;
    qn_str_copy(entry->draft.queue, sizeof(entry->draft.queue), queue);
    qn_str_copy(entry->draft.name, sizeof(entry->draft.name), name);
}

static void choose(struct batch *batch, bool first)
{
    batch->n_jobs = 0;
    for (size_t i = 0; i < batch->n; i++) {
        struct entry *entry = &batch->entries[i];
        if (first ? entry->receipt.code != QN_OK : !is_open(entry))
            continue;
        if (!first)
            name_again(entry);
        batch->entry_of[batch->n_jobs] = i;
        batch->receipts[batch->n_jobs] = (struct qn_receipt){0};
        qn_draft_enqueue(&entry->draft, &entry->tags, &batch->jobs[batch->n_jobs++]);
    }
}

/* A job that is found under an id which was made for it is the one that was asked for
 * before. */
static void keep(struct batch *batch, int rc, const struct qn_err *err)
{
    for (size_t i = 0; i < batch->n_jobs; i++) {
        struct entry *entry = &batch->entries[batch->entry_of[i]];
        struct qn_receipt *receipt = &batch->receipts[i];
        if (rc != QN_OK && receipt->code == QN_OK && receipt->id[0] == '\0')
            refuse(receipt, rc, err->msg);
        if (receipt->id[0] == '\0')
            memcpy(receipt->id, entry->receipt.id, sizeof(receipt->id));
        if (!entry->own_name && strcmp(receipt->id, entry->receipt.id) == 0)
            receipt->existed = false;
        entry->receipt = *receipt;
    }
}

static bool any_open(const struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (is_open(&batch->entries[i]))
            return true;
    return false;
}

/* The client reconnects while it is served. */
static void pause_a_little(struct qn_client *client)
{
    (void)poll(NULL, 0, PAUSE_MS);
    (void)!qn_client_service(client, NULL);
}

static void send_all(struct batch *batch)
{
    int64_t until =
        qn_mono_ms(&qn_clock_system) + qn_config_number(&batch->cli->config, "broker-timeout");
    struct qn_err err = {0};

    for (choose(batch, true); batch->n_jobs > 0; choose(batch, false)) {
        int rc = qn_client_enqueue_many(batch->client, batch->jobs, batch->n_jobs, batch->receipts,
                                        &err);
        keep(batch, rc, &err);
        if (!any_open(batch) || qn_mono_ms(&qn_clock_system) >= until)
            return;
        pause_a_little(batch->client);
    }
}

/* ---- telling ---- */

static void tell_json(const struct batch *batch, const struct entry *entry)
{
    const struct qn_receipt *receipt = &entry->receipt;
    struct qn_buf out;

    qn_buf_init(&out, 8192);
    qn_buf_add_byte(&out, '{');
    qn_json_member_number(&out, "line", entry->line);
    qn_json_member_text(&out, "id", receipt->id);
    if (receipt->code == QN_OK)
        qn_json_member_flag(&out, "existed", receipt->existed);
    else
        qn_json_member_text(&out, "error", receipt->msg);
    qn_buf_add_str(&out, "}\n");
    fputs(out.data, batch->cli->term.out);
    qn_buf_release(&out);
}

static void tell(struct batch *batch, struct entry *entry)
{
    const struct qn_receipt *receipt = &entry->receipt;
    bool made = receipt->code == QN_OK;

    batch->made += made && !receipt->existed;
    batch->existed += made && receipt->existed;
    batch->refused += !made;
    batch->unavailable = batch->unavailable || is_open(entry);
    if (batch->cli->json)
        tell_json(batch, entry);
    else if (made)
        fprintf(batch->cli->term.out, "%s\n", receipt->id);
    else
        fprintf(stderr, "line %lld: %s\n", (long long)entry->line, receipt->msg);
}

static void flush(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (batch->entries[i].receipt.code == QN_OK)
            parse(batch, &batch->entries[i]);
    send_all(batch);
    for (size_t i = 0; i < batch->n; i++)
        tell(batch, &batch->entries[i]);
    fflush(batch->cli->term.out);
    batch->n = 0;
    qn_buf_reset(&batch->text);
}

/* Somebody reads the ids, and the broker takes the jobs. */
static bool goes_on(const struct batch *batch)
{
    return !batch->unavailable && !ferror(batch->cli->term.out);
}

static bool is_full(const struct batch *batch)
{
    return batch->n == JOBS_MAX || batch->text.len > TEXT_MAX_BYTES - LINE_MAX_BYTES - 2;
}

/* ---- the file ---- */

static bool is_blank(struct qn_span line)
{
    return strspn(line.data, " \t") >= line.len;
}

static int run(struct batch *batch, struct cli_lines *lines, struct qn_err *reterr)
{
    enum cli_line what = CLI_LINE_NONE;

    while (what != CLI_LINE_END && goes_on(batch)) {
        struct qn_span line = {0};
        what = cli_lines_next(lines, batch->n == 0, &line);
        if (what == CLI_LINE_FAILED)
            return qn_fail_sys(reterr, "line %lld", (long long)lines->number + 1);
        if ((what == CLI_LINE && !is_blank(line)) || what == CLI_LINE_LONG)
            add_line(batch, lines->number, what == CLI_LINE ? line : (struct qn_span){"", 0});
        if (qn_buf_status(&batch->text) != QN_OK)
            return qn_fail(reterr, QN_ENOMEM, "line %lld: out of memory", (long long)lines->number);
        if (what == CLI_LINE_LONG)
            refuse(&batch->entries[batch->n - 1].receipt, QN_ELIMIT, "is longer than 2 MiB");
        if (is_full(batch) || what == CLI_LINE_NONE || what == CLI_LINE_END)
            flush(batch);
    }
    return QN_OK;
}

static int tell_sum(const struct batch *batch, int64_t lines)
{
    const char *stopped = batch->unavailable ? ", stopped there" : "";

    if (batch->cli->json)
        fprintf(stderr, "{\"lines\":%lld,\"made\":%lld,\"existed\":%lld,\"refused\":%lld}\n",
                (long long)lines, (long long)batch->made, (long long)batch->existed,
                (long long)batch->refused);
    else
        fprintf(stderr, "quern: %lld lines%s: %lld made, %lld there before, %lld refused\n",
                (long long)lines, stopped, (long long)batch->made, (long long)batch->existed,
                (long long)batch->refused);
    if (batch->unavailable)
        return CLI_EXIT_UNAVAILABLE;
    if (ferror(batch->cli->term.out))
        return CLI_EXIT_FAILED;
    return batch->refused > 0 ? CLI_EXIT_USAGE : CLI_EXIT_OK;
}

static int open_file(const char *path, struct qn_err *reterr)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

    return fd >= 0 ? fd : qn_fail_sys(reterr, "--batch %s", path);
}

static int start(struct batch *batch, const char *path, int *ret_fd, struct qn_err *reterr)
{
    *ret_fd = open_file(path, reterr);
    if (*ret_fd < 0)
        return *ret_fd;
    return cli_client_open(&batch->client, batch->cli, reterr);
}

int cli_batch(const struct cli *cli, const char *path, const char *task)
{
    struct batch *batch = qn_zalloc(1, sizeof(*batch));
    struct cli_lines lines;
    struct qn_err err = {0};
    int fd = -1, rc;

    if (!batch) {
        qn_fail(&err, QN_ENOMEM, "--batch: out of memory");
        return cli_fail(cli, &err);
    }
    batch->cli = cli;
    batch->rules = (struct qn_draft_rules){.task = task, .accept_unknown = true};
    qn_buf_init(&batch->text, TEXT_MAX_BYTES);
    rc = start(batch, path, &fd, &err);
    cli_lines_init(&lines, fd, LINE_MAX_BYTES);
    if (rc == QN_OK)
        rc = run(batch, &lines, &err);
    int code = rc == QN_OK ? tell_sum(batch, lines.number) : cli_fail(cli, &err);
    if (fd > STDIN_FILENO)
        close(fd);
    cli_lines_release(&lines);
    qn_client_close(batch->client);
    qn_buf_release(&batch->text);
    qn_free(batch);
    return code;
}
