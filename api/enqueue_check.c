#include "common/id.h"
#include "common/str.h"
#include "directory.h"
#include "enqueue.h"
#include <stdio.h>
#include <string.h>

#define PRINCIPAL "anonymous" /* until there are keys */

static int refuse_unknown(struct api_fault *fault, enum api_problem problem, const char *field,
                          const char *name)
{
    bool task = problem == API_UNKNOWN_TASK;
    return api_fault_set(
        fault, problem, field,
        task ? "no worker has published a task \"%s\"" : "no worker serves a queue \"%s\"", name);
}

static int check_arguments(const struct qn_taskdef *def, struct qn_span args, const char *prefix,
                           struct api_fault *fault)
{
    char member[QN_ARG_FIELD_SIZE], field[API_FIELD_SIZE];
    struct qn_err err = {0};
    if (qn_taskdef_check(def, args.data, args.len, member, &err) == QN_OK)
        return QN_OK;
    if (member[0] != '\0')
        snprintf(field, sizeof(field), "%s%s", prefix, member);
    else if (prefix[0] != '\0')
        snprintf(field, sizeof(field), "%.*s", (int)strlen(prefix) - 1, prefix);
    else
        snprintf(field, sizeof(field), "args");
    return api_fault_set(fault, API_BAD_ARGUMENTS, field, "%s", err.msg);
}

static int check_on_failed(const struct api_server *server, const struct qn_draft *draft,
                           struct api_fault *fault)
{
    const struct qn_taskdef *def = api_directory_task(server->directory, draft->on_failed);
    if (draft->on_failed[0] == '\0' || (!def && server->accept_unknown))
        return QN_OK;
    if (!def)
        return refuse_unknown(fault, API_UNKNOWN_TASK, "on_failed.task", draft->on_failed);
    return check_arguments(def, draft->on_failed_args, "on_failed.args.", fault);
}

int api_draft_check(const struct api_server *server, const struct qn_draft *draft,
                    const char *prefix, char ret_queue[QN_QUEUE_MAX + 1], struct api_fault *fault)
{
    const struct qn_taskdef *def = api_directory_task(server->directory, draft->task);
    const char *queue = draft->queue;
    if (!def && !server->accept_unknown)
        return refuse_unknown(fault, API_UNKNOWN_TASK, "task", draft->task);
    if (queue[0] == '\0')
        queue = def ? qn_taskdef_queue(def) : "default";
    qn_str_copy(ret_queue, QN_QUEUE_MAX + 1, queue);
    if (!server->accept_unknown && !api_directory_has_queue(server->directory, ret_queue))
        return refuse_unknown(fault, API_UNKNOWN_QUEUE, "queue", ret_queue);
    int rc = def ? check_arguments(def, draft->args, prefix, fault) : QN_OK;
    return rc == QN_OK ? check_on_failed(server, draft, fault) : rc;
}

bool api_fault_is_unknown(const struct api_fault *fault)
{
    return fault->problem == API_UNKNOWN_TASK || fault->problem == API_UNKNOWN_QUEUE;
}

static bool is_unknown(const struct api_item *item)
{
    return item->refused && api_fault_is_unknown(&item->fault);
}

static bool check_items(struct api_enqueue *enqueue, bool again)
{
    bool all_known = true;
    for (size_t i = 0; i < enqueue->n; i++) {
        struct api_item *item = &enqueue->items[i];
        if (again ? !is_unknown(item) : item->refused)
            continue;
        item->refused = api_draft_check(enqueue->req->server, &item->draft, enqueue->field_prefix,
                                        item->queue, &item->fault) < 0;
        all_known = all_known && !is_unknown(item);
    }
    return all_known;
}

/* ---- names and bodies ---- */

/* The same key gives the same name, so that a resent request makes nothing. */
static int derive_name(const struct api_enqueue *enqueue, size_t i, char name[QN_NAME_MAX + 1])
{
    char index[24];
    const char *route = enqueue->req->route->shown;
    int len = snprintf(index, sizeof(index), "%zu", i);
    const struct qn_span parts[] = {{PRINCIPAL, strlen(PRINCIPAL)},
                                    {route, strlen(route)},
                                    {enqueue->key, strlen(enqueue->key)},
                                    {index, (size_t)len}};
    uint8_t digest[API_DIGEST_BYTES];
    int rc = api_digest(parts, sizeof(parts) / sizeof(parts[0]), digest);
    if (rc == QN_OK)
        qn_id_encode(digest, name);
    return rc;
}

int api_enqueue_name(struct api_enqueue *enqueue, size_t i)
{
    struct api_item *item = &enqueue->items[i];
    if (item->name[0] != '\0')
        return QN_OK;
    if (item->draft.name[0] != '\0') {
        memcpy(item->name, item->draft.name, sizeof(item->name));
        return QN_OK;
    }
    if (enqueue->key)
        return derive_name(enqueue, i, item->name);
    struct api_server *server = enqueue->req->server;
    return qn_id_make_from(&server->random, qn_wall_ms(server->clock), item->name, NULL);
}

static int pack_item(struct api_enqueue *enqueue, struct api_item *item)
{
    struct qn_body body;
    qn_draft_body(&item->draft, &body);
    body.request_id = (struct qn_span){enqueue->req->id, strlen(enqueue->req->id)};
    if (enqueue->key)
        body.idempotency = (struct qn_span){(const char *)enqueue->hash, sizeof(enqueue->hash)};
    item->body_at = enqueue->bodies.len;
    int rc = qn_body_encode(&body, &enqueue->bodies);
    item->body_len = enqueue->bodies.len - item->body_at;
    return rc;
}

static int prepare(struct api_enqueue *enqueue)
{
    int rc = QN_OK;
    for (size_t i = 0; i < enqueue->n && rc == QN_OK; i++) {
        if (enqueue->items[i].refused)
            continue;
        rc = api_enqueue_name(enqueue, i);
        if (rc == QN_OK)
            rc = pack_item(enqueue, &enqueue->items[i]);
    }
    return rc;
}

static void on_directory(void *arg, const struct api_fault *fault)
{
    struct api_enqueue *enqueue = arg;
    bool again = enqueue->looked_again;
    if (fault) {
        api_respond_fault(enqueue->req, fault);
        return;
    }
    if (!check_items(enqueue, again) && !again) {
        enqueue->looked_again = true;
        api_directory_fresh(enqueue->req->server->directory, API_DIRECTORY_UNKNOWN_MS, on_directory,
                            enqueue);
        return;
    }
    if (prepare(enqueue) < 0)
        api_respond_problem(enqueue->req, API_INTERNAL, NULL, "out of memory");
    else
        api_enqueue_send(enqueue);
}

void api_enqueue_start(struct api_enqueue *enqueue)
{
    api_directory_fresh(enqueue->req->server->directory, API_DIRECTORY_AGE_MS, on_directory,
                        enqueue);
}
