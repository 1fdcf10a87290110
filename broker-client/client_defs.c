#include "client_type.h"

#include "common/mem.h"
#include <stdlib.h>
#include <string.h>

void qn_defs_init(struct qn_defs *defs)
{
    *defs = (struct qn_defs){.fetched_ms = -1};
}

static void free_tasks(struct qn_defs *defs)
{
    for (size_t i = 0; i < defs->n_tasks; i++)
        qn_taskdef_free(defs->tasks[i]);
    qn_free(defs->tasks);
    defs->tasks = NULL;
    defs->n_tasks = 0;
}

static void free_queues(struct qn_defs *defs)
{
    for (size_t i = 0; i < defs->n_queues; i++)
        qn_free(defs->queues[i]);
    qn_free(defs->queues);
    defs->queues = NULL;
    defs->n_queues = 0;
}

void qn_defs_release(struct qn_defs *defs)
{
    free_tasks(defs);
    free_queues(defs);
}

/* ---- looking ---- */

static int by_task(const void *a, const void *b)
{
    return strcmp(qn_taskdef_name(*(struct qn_taskdef *const *)a),
                  qn_taskdef_name(*(struct qn_taskdef *const *)b));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int name_to_task(const void *key, const void *element)
{
    return strcmp(key, qn_taskdef_name(*(struct qn_taskdef *const *)element));
}

static int name_to_text(const void *key, const void *element)
{
    return strcmp(key, *(char *const *)element);
}

const struct qn_taskdef *qn_defs_task(const struct qn_defs *defs, const char *name)
{
    struct qn_taskdef **found = defs->n_tasks ? bsearch(name, defs->tasks, defs->n_tasks,
                                                        sizeof(*defs->tasks), name_to_task)
                                              : NULL;

    return found ? *found : NULL;
}

bool qn_defs_queue(const struct qn_defs *defs, const char *name)
{
    return defs->n_queues &&
           bsearch(name, defs->queues, defs->n_queues, sizeof(*defs->queues), name_to_text);
}

bool qn_defs_too_old(const struct qn_defs *defs, bool refused)
{
    int64_t age = qn_mono_ms(&qn_clock_system) - defs->fetched_ms;

    return defs->fetched_ms < 0 || age > (refused ? QN_DEFS_RETRY_MS : QN_DEFS_AGE_MS);
}

/* ---- fetching ---- */

static void fetched(struct qn_client *client, const struct qn_reply *reply)
{
    struct qn_defs *defs = &client->defs;

    if (reply->rc != QN_OK && defs->rc == QN_OK) {
        defs->rc = reply->rc;
        defs->err = *reply->err;
    }
    if (--defs->waiting > 0)
        return;
    defs->fetching = false;
    if (defs->rc == QN_OK)
        defs->fetched_ms = qn_mono_ms(&qn_clock_system);
    qn_client_defs_came(client);
}

/* A definition that does not decode is as good as unknown. */
static void keep_tasks(struct qn_defs *defs, const struct qn_entries *entries)
{
    struct qn_err ignored;

    free_tasks(defs);
    defs->tasks = qn_zalloc(entries->n + 1, sizeof(*defs->tasks));
    for (size_t i = 0; defs->tasks && i < entries->n; i++) {
        struct qn_taskdef *def;
        if (qn_taskdef_decode(&def, entries->entries[i].value, &ignored) == QN_OK)
            defs->tasks[defs->n_tasks++] = def;
    }
    if (defs->tasks)
        qsort(defs->tasks, defs->n_tasks, sizeof(*defs->tasks), by_task);
}

static void keep_queues(struct qn_defs *defs, const struct qn_entries *entries)
{
    free_queues(defs);
    defs->queues = qn_zalloc(entries->n + 1, sizeof(*defs->queues));
    for (size_t i = 0; defs->queues && i < entries->n; i++) {
        char *name = qn_strndup(entries->entries[i].name.data, entries->entries[i].name.len);
        if (name)
            defs->queues[defs->n_queues++] = name;
    }
    if (defs->queues)
        qsort(defs->queues, defs->n_queues, sizeof(*defs->queues), by_text);
}

static void on_tasks(void *arg, const struct qn_reply *reply)
{
    struct qn_client *client = arg;

    if (reply->rc == QN_OK)
        keep_tasks(&client->defs, reply->entries);
    fetched(client, reply);
}

static void on_queues(void *arg, const struct qn_reply *reply)
{
    struct qn_client *client = arg;

    if (reply->rc == QN_OK)
        keep_queues(&client->defs, reply->entries);
    fetched(client, reply);
}

void qn_defs_fetch(struct qn_client *client)
{
    if (client->defs.fetching)
        return;
    client->defs.fetching = true;
    client->defs.waiting = 2;
    client->defs.rc = QN_OK;
    client->broker->ops->tasks(client->broker, on_tasks, client);
    client->broker->ops->queues(client->broker, on_queues, client);
}
