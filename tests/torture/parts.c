/* parts.c - what stands alone. */
#include "subject.h"

#include "api/enqueue_parse.h"
#include "beat/file.h"
#include "broker-client/draft.h"
#include "broker-client/settings.h"
#include "broker-client/sha256.h"
#include "broker-client/taskdef.h"
#include "common/mem.h"
#include "worker/registry.h"
#include "worker/taskfile.h"
#include <signal.h>
#include <string.h>

static void do_nothing(void *arg)
{
    (void)arg;
}

static void on_signal(void *arg, int signo)
{
    (void)arg;
    (void)signo;
}

static int loop(struct torture_room *room, struct qn_err *reterr)
{
    struct qn_loop *it = NULL;
    struct qn_timer *timer = NULL;
    struct qn_signal *signal = NULL;

    (void)room;
    int rc = qn_loop_create(&it, reterr);
    if (rc == QN_OK)
        rc = qn_timer_create(&timer, it, do_nothing, NULL, reterr);
    if (rc == QN_OK)
        rc = qn_signal_create(&signal, it, SIGUSR2, on_signal, NULL, reterr);
    if (timer)
        qn_timer_free(timer);
    if (signal)
        qn_signal_free(signal);
    if (it)
        qn_loop_free(it);
    return rc;
}

static int settings(struct torture_room *room, struct qn_err *reterr)
{
    static char name[] = "torture", option[] = "--namespace", value[] = "other";
    char *const words[] = {name, option, value, NULL};
    struct qn_config config = {0};
    int used;

    (void)room;
    int rc = qn_settings_load(&config, QN_PROG_WORKER, 3, words, &used, reterr);
    if (rc == QN_OK)
        qn_config_release(&config);
    return rc;
}

static int sha256(struct torture_room *room, struct qn_err *reterr)
{
    struct qn_sha256 *it = NULL;

    (void)room;
    int rc = qn_sha256_create(&it, reterr);
    if (rc == QN_OK)
        qn_sha256_free(it);
    return rc;
}

static int draft(struct torture_room *room, struct qn_err *reterr)
{
    static const char text[] =
        "{\"task\":\"t.one\",\"args\":{\"a\":[1,2,{\"b\":\"\\u00e4\"}]},\"queue\":\"other\","
        "\"tags\":[\"x\",\"y\"],\"priority\":2,\"retry\":{\"kind\":\"linear\",\"base\":\"1s\"}}";
    static const struct qn_draft_rules rules = {.accept_unknown = true};
    char field[QN_DRAFT_FIELD_SIZE];
    struct qn_draft it;
    struct qn_body parts;
    struct qn_buf body;

    (void)room;
    int rc = qn_draft_parse((struct qn_span){text, sizeof(text) - 1}, &rules, &it, field, reterr);
    if (rc != QN_OK)
        return rc;
    qn_draft_body(&it, &parts);
    qn_buf_init(&body, QN_RECORD_MAX);
    rc = qn_body_encode(&parts, &body);
    if (rc != QN_OK)
        rc = qn_fail(reterr, rc, "body");
    qn_buf_release(&body);
    return rc;
}

static const struct qn_param params[] = {
    {.name = "n", .type = QN_INTEGER, .required = true, .doc = "a number"},
    {.name = "text", .type = QN_STRING, .doc = "a text"},
    {0},
};
static enum qn_outcome run_task(struct qn_job *job)
{
    (void)job;
    return QN_DONE;
}
static const struct qn_task one = {
    .name = "t.one", .summary = "one", .params = params, .run = run_task};
static const struct qn_task two = {.name = "t.two", .summary = "two", .run = run_task};

static int taskdef(struct torture_room *room, struct qn_err *reterr)
{
    static const char args[] = "{\"n\":5,\"text\":\"x\"}";
    char field[QN_ARG_FIELD_SIZE];
    struct qn_taskdef *it = NULL;
    struct qn_buf json;

    (void)room;
    qn_buf_init(&json, QN_TASKDEF_MAX);
    int rc = qn_taskdef_encode(&one, &json);
    if (rc != QN_OK)
        rc = qn_fail(reterr, rc, "definition");
    if (rc == QN_OK)
        rc = qn_taskdef_decode(&it, (struct qn_span){json.data, json.len}, reterr);
    if (rc == QN_OK)
        rc = qn_taskdef_check(it, args, sizeof(args) - 1, field, reterr);
    qn_taskdef_free(it);
    qn_buf_release(&json);
    return rc;
}

static int registry(struct torture_room *room, struct qn_err *reterr)
{
    static const struct qn_task *const tasks[] = {&two, &one, NULL};
    struct worker_registry *it = NULL;

    (void)room;
    int rc = worker_registry_create(&it, tasks, reterr);
    if (rc == QN_OK)
        worker_registry_free(it);
    return rc;
}

static int add_outside(void *arg, int line, struct worker_definition *definition_take,
                       struct worker_exec *exec_take, struct qn_err *reterr)
{
    (void)line;
    return worker_registry_add_outside(arg, definition_take, exec_take, "a.task", reterr);
}

static int task_file(struct torture_room *room, struct qn_err *reterr)
{
    static const char text[] = "[task image.thumbnail]\ncommand = true --fast\n"
                               "summary = small\nqueue = images\nenv = A B\n[param size]\n"
                               "doc = how large\nchoices = small|large\npreset = small\n";
    struct worker_registry *it = NULL;

    (void)room;
    int rc = worker_registry_create(&it, NULL, reterr);
    const struct worker_taskfile_sink sink = {.arg = it, .task = add_outside};
    if (rc == QN_OK)
        rc = worker_taskfile_parse((struct qn_span){text, sizeof(text) - 1}, "/", &sink, reterr);
    worker_registry_free(it);
    return rc;
}

static int schedules(struct torture_room *room, struct qn_err *reterr)
{
    static const char text[] = "[schedule cleanup]\ntask = cache.clean\ncron = 0 1 * * *\n"
                               "args = {\"a\": true}\nqueue = upkeep\nzone = Europe/Berlin\n"
                               "[schedule sync]\ntask = users.sync\nevery = 300s\n";
    const struct qn_schedule_rules rules = {.zone = "Asia/Shanghai"};
    struct beat_file it = {0};
    char copy[sizeof(text)];

    (void)room;
    memcpy(copy, text, sizeof(text));
    int rc = beat_file_parse(&it, "torture.conf", copy, &rules, reterr);
    if (rc == QN_OK)
        beat_file_release(&it);
    return rc;
}

static const struct torture_subject subjects[] = {
    {.name = "loop, timer, signal", .run = loop},
    {.name = "settings", .run = settings},
    {.name = "sha256", .run = sha256},
    {.name = "draft and body", .run = draft},
    {.name = "task definition", .run = taskdef},
    {.name = "registry", .run = registry},
    {.name = "task file", .run = task_file},
    {.name = "schedules", .run = schedules},
};
const struct torture_table torture_parts = {"parts", subjects,
                                            sizeof(subjects) / sizeof(subjects[0])};
