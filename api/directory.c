#include "directory.h"
#include "common/mem.h"
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 10000

struct task {
    struct qn_taskdef *def;
    char *json;
};

struct reader {
    struct reader *next;
    api_directory_fn *fn;
    void *arg;
};

struct api_directory {
    struct qn_broker *broker;
    const struct qn_clock *clock;
    struct task *tasks;
    size_t n_tasks;
    char **queues;
    size_t n_queues;
    int64_t read_mono_ms;
    bool read_once;
    bool reading;
    struct api_fault fault; /* of the reading under way */
    bool failed;
    struct reader *readers;
};

int api_directory_create(struct api_directory **ret, struct qn_broker *broker,
                         const struct qn_clock *clock, struct qn_err *reterr)
{
    struct api_directory *dir = qn_zalloc(1, sizeof(*dir));
    if (!dir)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    dir->broker = broker;
    dir->clock = clock;
    *ret = dir;
    return QN_OK;
}

static void drop_tasks(struct api_directory *dir)
{
    for (size_t i = 0; i < dir->n_tasks; i++) {
        qn_taskdef_free(dir->tasks[i].def);
        qn_free(dir->tasks[i].json);
    }
    qn_free(dir->tasks);
    dir->tasks = NULL;
    dir->n_tasks = 0;
}

static void drop_queues(struct api_directory *dir)
{
    for (size_t i = 0; i < dir->n_queues; i++)
        qn_free(dir->queues[i]);
    qn_free(dir->queues);
    dir->queues = NULL;
    dir->n_queues = 0;
}

void api_directory_free(struct api_directory *dir)
{
    if (!dir)
        return;
    drop_tasks(dir);
    drop_queues(dir);
    qn_free(dir);
}

static void fail(struct api_directory *dir, const struct qn_reply *reply)
{
    if (!dir->failed)
        api_fault_of_broker(&dir->fault, reply);
    dir->failed = true;
}

static void fail_memory(struct api_directory *dir)
{
    if (!dir->failed)
        api_fault_set(&dir->fault, API_INTERNAL, NULL, "out of memory");
    dir->failed = true;
}

static int by_task(const void *a, const void *b)
{
    const struct task *x = a, *y = b;
    return strcmp(qn_taskdef_name(x->def), qn_taskdef_name(y->def));
}

static int by_queue(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A definition that does not decode is passed over: its task is unknown. */
static void add_task(struct api_directory *dir, const struct qn_entry *entry)
{
    struct task task = {0};
    if (qn_taskdef_decode(&task.def, entry->value, NULL) < 0)
        return;
    task.json = qn_strndup(entry->value.data, entry->value.len);
    if (!task.json || !qn_span_is(entry->name, qn_taskdef_name(task.def))) {
        qn_taskdef_free(task.def);
        qn_free(task.json);
        return;
    }
    dir->tasks[dir->n_tasks++] = task;
}

static size_t bounded(const struct qn_entries *entries)
{
    return entries->n < ENTRIES_MAX ? entries->n : ENTRIES_MAX;
}

static void on_tasks(void *arg, const struct qn_reply *reply)
{
    struct api_directory *dir = arg;
    if (reply->rc < 0) {
        fail(dir, reply);
        return;
    }
    size_t n = bounded(reply->entries);
    drop_tasks(dir);
    dir->tasks = qn_zalloc(n + 1, sizeof(*dir->tasks));
    if (!dir->tasks) {
        fail_memory(dir);
        return;
    }
    for (size_t i = 0; i < n; i++)
        add_task(dir, &reply->entries->entries[i]);
    qsort(dir->tasks, dir->n_tasks, sizeof(*dir->tasks), by_task);
}

static void keep_queues(struct api_directory *dir, const struct qn_entries *entries)
{
    size_t n = bounded(entries);
    drop_queues(dir);
    dir->queues = qn_zalloc(n + 1, sizeof(*dir->queues));
    if (!dir->queues) {
        fail_memory(dir);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        char *name = qn_strndup(entries->entries[i].name.data, entries->entries[i].name.len);
        if (name && qn_queue_ok(name))
            dir->queues[dir->n_queues++] = name;
        else
            qn_free(name);
    }
    qsort(dir->queues, dir->n_queues, sizeof(*dir->queues), by_queue);
}

static void tell_readers(struct api_directory *dir)
{
    struct reader *reader = dir->readers;
    struct api_fault fault = dir->fault;
    bool failed = dir->failed;
    dir->readers = NULL;
    while (reader) {
        struct reader *next = reader->next;
        reader->fn(reader->arg, failed ? &fault : NULL);
        qn_free(reader);
        reader = next;
    }
}

/* The second of the two replies. */
static void on_queues(void *arg, const struct qn_reply *reply)
{
    struct api_directory *dir = arg;
    if (reply->rc < 0)
        fail(dir, reply);
    else
        keep_queues(dir, reply->entries);
    dir->reading = false;
    if (!dir->failed) {
        dir->read_once = true;
        dir->read_mono_ms = qn_mono_ms(dir->clock);
    }
    tell_readers(dir);
}

void api_directory_fresh(struct api_directory *dir, int64_t max_age_ms, api_directory_fn *fn,
                         void *arg)
{
    int64_t age_ms = qn_mono_ms(dir->clock) - dir->read_mono_ms;
    if (dir->read_once && age_ms <= max_age_ms) {
        fn(arg, NULL);
        return;
    }
    struct reader *reader = qn_alloc(sizeof(*reader));
    if (!reader) {
        struct api_fault fault;
        api_fault_set(&fault, API_INTERNAL, NULL, "out of memory");
        fn(arg, &fault);
        return;
    }
    *reader = (struct reader){dir->readers, fn, arg};
    dir->readers = reader;
    if (dir->reading)
        return;
    dir->reading = true;
    dir->failed = false;
    dir->broker->ops->tasks(dir->broker, on_tasks, dir);
    dir->broker->ops->queues(dir->broker, on_queues, dir);
}

static int name_to_task(const void *key, const void *row)
{
    return strcmp(key, qn_taskdef_name(((const struct task *)row)->def));
}

static const struct task *find_task(const struct api_directory *dir, const char *name)
{
    if (dir->n_tasks == 0)
        return NULL;
    return bsearch(name, dir->tasks, dir->n_tasks, sizeof(*dir->tasks), name_to_task);
}

const struct qn_taskdef *api_directory_task(const struct api_directory *dir, const char *name)
{
    const struct task *task = find_task(dir, name);
    return task ? task->def : NULL;
}

bool api_directory_has_queue(const struct api_directory *dir, const char *name)
{
    return dir->n_queues > 0 &&
           bsearch(&name, dir->queues, dir->n_queues, sizeof(*dir->queues), by_queue) != NULL;
}

size_t api_directory_queues(const struct api_directory *dir)
{
    return dir->n_queues;
}

const char *api_directory_queue(const struct api_directory *dir, size_t i)
{
    return dir->queues[i];
}

size_t api_directory_tasks(const struct api_directory *dir)
{
    return dir->n_tasks;
}

static struct qn_span json_of(const struct task *task)
{
    return (struct qn_span){task->json, strlen(task->json)};
}

struct qn_span api_directory_task_json(const struct api_directory *dir, size_t i)
{
    return json_of(&dir->tasks[i]);
}

struct qn_span api_directory_find_json(const struct api_directory *dir, const char *name)
{
    const struct task *task = find_task(dir, name);
    return task ? json_of(task) : (struct qn_span){NULL, 0};
}
