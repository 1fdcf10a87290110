/* client.c - the C client, on both brokers. */
#include "subject.h"

#include "broker-client/client_type.h"
#include "broker-client/fsck.h"
#include <quern/client.h>
#include <stdio.h>
#include <stdlib.h>

static int open_client(struct torture_room *room, struct qn_client **ret, struct qn_err *reterr)
{
    const struct qn_client_options options = {
        .url = room->url, .namespace_ = "test", .timeout_ms = 5000};

    return qn_client_open(ret, &options, reterr);
}

static int open_and_close(struct torture_room *room, struct qn_err *reterr)
{
    struct qn_client *client = NULL;
    int rc = open_client(room, &client, reterr);

    if (rc == QN_OK)
        qn_client_close(client);
    return rc;
}

/* It connects at its first question. */
static void prepare_closed(struct torture_room *room)
{
    struct qn_client *client = NULL;
    struct qn_err err;

    if (open_client(room, &client, &err) != QN_OK) {
        fprintf(stderr, "torture: %s\n", err.msg);
        abort();
    }
    room->own = client;
}

static void clean(struct torture_room *room)
{
    qn_client_close(room->own);
}

static const char *const tags[] = {"a", "b", NULL};
static const struct qn_enqueue job = {.task = "t.one",
                                      .args = "{\"n\":1}",
                                      .args_len = 7,
                                      .name = "made",
                                      .tags = tags,
                                      .request_id = "r1",
                                      .accept_unknown = true};

static int enqueue(struct torture_room *room, struct qn_err *reterr)
{
    struct qn_receipt receipt;

    return qn_client_enqueue(room->own, &job, &receipt, reterr);
}

static int enqueue_many(struct torture_room *room, struct qn_err *reterr)
{
    const struct qn_enqueue jobs[] = {job, {.task = "t.two", .accept_unknown = true}, job};
    struct qn_receipt receipts[3];
    int rc = qn_client_enqueue_many(room->own, jobs, 3, receipts, reterr);

    for (int i = 0; rc == QN_OK && i < 3; i++) {
        if (receipts[i].code != QN_OK)
            rc = qn_fail(reterr, receipts[i].code, "%s", receipts[i].msg);
    }
    return rc;
}

static void on_enqueued(void *arg, const struct qn_receipt *receipt)
{
    *(struct qn_receipt *)arg = *receipt;
}

static int submit(struct torture_room *room, struct qn_err *reterr)
{
    struct qn_receipt receipt = {0};
    int rc = qn_client_submit(room->own, &job, on_enqueued, &receipt, reterr);

    while (rc == QN_OK && qn_client_pending(room->own) > 0)
        rc = qn_client_service(room->own, reterr);
    if (rc == QN_OK && receipt.code != QN_OK)
        rc = qn_fail(reterr, receipt.code, "%s", receipt.msg);
    return rc;
}

static int get(struct torture_room *room, struct qn_err *reterr)
{
    struct qn_job_info *info = NULL;
    int rc = qn_client_get(room->own, TORTURE_QUEUE ".ended", &info, reterr);

    qn_job_info_free(info);
    return rc;
}

/* For the others it is connected. */
static void prepare(struct torture_room *room)
{
    struct qn_err err;

    prepare_closed(room);
    if (get(room, &err) != QN_OK) {
        fprintf(stderr, "torture: %s\n", err.msg);
        abort();
    }
    torture_forget_calls(((struct qn_client *)room->own)->broker);
}

static int wait_for(struct torture_room *room, struct qn_err *reterr)
{
    struct qn_job_info *info = NULL;
    int rc = qn_client_wait(room->own, TORTURE_QUEUE ".ended", 1000, &info, reterr);

    qn_job_info_free(info);
    return rc;
}

static int wait_in_vain(struct torture_room *room, struct qn_err *reterr)
{
    struct qn_job_info *info = NULL;
    int rc = qn_client_wait(room->own, TORTURE_QUEUE ".queued", 5, &info, reterr);

    qn_job_info_free(info);
    return rc == QN_ETIMEOUT ? QN_OK : rc;
}

static int cancel(struct torture_room *room, struct qn_err *reterr)
{
    enum qn_state state;

    return qn_client_cancel(room->own, TORTURE_QUEUE ".queued", &state, reterr);
}

static int retry(struct torture_room *room, struct qn_err *reterr)
{
    enum qn_state state;
    int rc = qn_client_retry(room->own, TORTURE_QUEUE ".ended", &state, reterr);

    return rc == QN_ESTATE && state == QN_QUEUED ? QN_OK : rc; /* the second time */
}

static void on_finding(void *arg, const struct qn_finding *finding)
{
    (void)arg;
    (void)finding;
}

static int fsck(struct torture_room *room, struct qn_err *reterr)
{
    const struct qn_fsck_options options = {.loop = room->loop,
                                            .broker = room->broker,
                                            .queue = TORTURE_QUEUE,
                                            .repair = true,
                                            .timeout_ms = 5000,
                                            .on_finding = on_finding};
    struct qn_fsck_totals totals;

    return qn_fsck(&options, &totals, reterr);
}

#define ROW(what)                                                                          \
    {                                                                                      \
        .name = "client: " #what, .needs_broker = true, .prepare = prepare, .run = (what), \
        .clean = clean                                                                     \
    }
static const struct torture_subject subjects[] = {
    {.name = "client: open", .needs_broker = true, .run = open_and_close},
    {.name = "client: first question",
     .needs_broker = true,
     .prepare = prepare_closed,
     .run = get,
     .clean = clean},
    ROW(enqueue),
    ROW(enqueue_many),
    ROW(submit),
    ROW(get),
    ROW(wait_for),
    ROW(wait_in_vain),
    ROW(cancel),
    ROW(retry),
    {.name = "fsck", .needs_broker = true, .run = fsck},
};
const struct torture_table torture_client = {"client", subjects,
                                             sizeof(subjects) / sizeof(subjects[0])};
