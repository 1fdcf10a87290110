#include "crew.h"

#include "common/json.h"
#include "common/str.h"
#include <string.h>

#define NUMBER_MAX (INT64_C(1) << 48)

static bool find(struct qn_span json, const char *name, enum qn_json_type type,
                 struct qn_json_item *ret)
{
    return qn_json_find(json.data, json.len, name, ret) && ret->type == type;
}

/* 0 for what no worker would say: sums of them stay numbers. */
static int64_t number_of(struct qn_span json, const char *name)
{
    struct qn_json_item item;
    int64_t number;

    if (!find(json, name, QN_JSON_NUMBER, &item) || !qn_json_is_integer(item.value, &number))
        return 0;
    return number > 0 && number <= NUMBER_MAX ? number : 0;
}

/* "" when it is not there or too long. */
static void text_of(struct qn_span json, const char *name, char *out, size_t size)
{
    struct qn_json_item item;
    struct qn_buf text;

    out[0] = '\0';
    if (!find(json, name, QN_JSON_STRING, &item))
        return;
    qn_buf_init(&text, size - 1);
    if (qn_json_unescape(item.value, &text) == QN_OK)
        qn_str_copy(out, size, text.data);
    qn_buf_release(&text);
}

/* Whether text is the name of one of the objects of a list, or one of its strings. */
static bool lists(struct qn_span json, const char *list, const char *text)
{
    struct qn_json_item all, item;
    struct qn_json_walk walk;
    char name[QN_CREW_TEXT];

    if (!find(json, list, QN_JSON_ARRAY, &all) ||
        qn_json_walk_init(&walk, all.value.data, all.value.len) != QN_OK)
        return false;
    while (qn_json_walk_next(&walk, &item)) {
        struct qn_span value = item.value;
        if (item.type == QN_JSON_OBJECT) {
            text_of(value, "name", name, sizeof(name));
            if (strcmp(name, text) == 0)
                return true;
        } else if (item.type == QN_JSON_STRING && value.len == strlen(text) + 2 &&
                   memcmp(value.data + 1, text, value.len - 2) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_task(struct qn_span json, const char *task)
{
    struct qn_json_item tasks;

    return !find(json, "tasks", QN_JSON_ARRAY, &tasks) || number_of(json, "tasks_more") > 0 ||
           lists(json, "tasks", task);
}

/* What it runs: the oldest of all, and the job itself. */
static void read_jobs(struct qn_span json, const char *id, bool able, struct qn_crew *crew)
{
    struct qn_json_item all, item;
    struct qn_json_walk walk;
    char name[QN_ID_SIZE];

    if (!find(json, "jobs", QN_JSON_ARRAY, &all) ||
        qn_json_walk_init(&walk, all.value.data, all.value.len) != QN_OK)
        return;
    while (qn_json_walk_next(&walk, &item)) {
        if (item.type != QN_JSON_OBJECT)
            continue;
        int64_t since = number_of(item.value, "since_ms");
        text_of(item.value, "id", name, sizeof(name));
        if (strcmp(name, id) == 0) {
            crew->since_ms = since;
            crew->soft_ms = number_of(item.value, "soft_ms");
            crew->hard_ms = number_of(item.value, "hard_ms");
        }
        if (able && since > 0 && (crew->oldest_ms == 0 || since < crew->oldest_ms)) {
            crew->oldest_ms = since;
            text_of(item.value, "task", crew->oldest_task, sizeof(crew->oldest_task));
        }
    }
}

static void read_runner(struct qn_span json, struct qn_crew *crew)
{
    crew->runner = true;
    text_of(json, "host", crew->host, sizeof(crew->host));
    text_of(json, "state", crew->state, sizeof(crew->state));
    crew->pid = number_of(json, "pid");
}

static void read_worker(const struct qn_entry *worker, const struct qn_job_info *job,
                        const char *incarnation, struct qn_crew *crew)
{
    struct qn_span json = worker->value;
    char queue[QN_QUEUE_MAX + 1] = "", state[16];
    enum qn_json_type type;

    if (qn_json_check(json.data, json.len, &type, NULL) != QN_OK || type != QN_JSON_OBJECT)
        return;
    memcpy(queue, job->id, strcspn(job->id, "."));
    text_of(json, "state", state, sizeof(state));
    bool serves = lists(json, "queues", queue);
    bool takes = serves && (strcmp(state, "running") == 0 || strcmp(state, "starting") == 0);
    bool able = takes && has_task(json, job->task);
    crew->serving += serves;
    crew->taking += takes;
    crew->able += able;
    if (able) {
        crew->executors += number_of(json, "concurrency");
        crew->idle += number_of(json, "idle");
    }
    if (incarnation[0] != '\0' && qn_span_is(worker->name, incarnation))
        read_runner(json, crew);
    read_jobs(json, job->id, able, crew);
}

void qn_crew_read(const struct qn_entries *workers, const struct qn_job_info *job,
                  const char *incarnation, struct qn_crew *ret)
{
    *ret = (struct qn_crew){0};
    for (size_t i = 0; i < workers->n; i++)
        read_worker(&workers->entries[i], job, incarnation, ret);
}
