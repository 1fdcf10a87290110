#include "plugin_child.h"

#include "broker-client/taskdef.h"
#include "common/frame.h"
#include "plugin_load.h"
#include "registry.h"
#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static _Noreturn void be_cut_off(const struct worker_probe_child *child)
{
    atomic_store(child->phase, WORKER_PROBE_CUT_OFF);
    _exit(EX_IOERR);
}

static void send_frame(const struct worker_probe_child *child, enum worker_probe_frame type,
                       const struct qn_buf *body)
{
    struct qn_buf out;

    qn_buf_init(&out, QN_FRAME_HEAD + QN_TASKDEF_MAX);
    if (qn_frame_write(&out, (uint8_t)type, body->data, body->len) != QN_OK)
        _exit(EX_OSERR);
    for (size_t at = 0; at < out.len;) {
        ssize_t n = write(child->fd, out.data + at, out.len - at);
        if (n < 0 && errno != EINTR)
            be_cut_off(child);
        at += n > 0 ? (size_t)n : 0;
    }
    qn_buf_release(&out);
}

static int send_task(const struct worker_probe_child *child, const struct qn_task *task,
                     struct qn_err *reterr)
{
    struct qn_buf json;
    int rc = worker_task_check(task, reterr);

    if (rc != QN_OK)
        return rc;
    qn_buf_init(&json, QN_TASKDEF_MAX);
    rc = qn_taskdef_encode(task, &json);
    if (rc == QN_OK)
        send_frame(child, WORKER_PROBE_DEFINITION, &json);
    else
        qn_fail(reterr, rc, "task %s: %s", task->name, qn_err_text(rc));
    qn_buf_release(&json);
    return rc;
}

static int send_tasks(const struct worker_probe_child *child, struct qn_err *reterr)
{
    const struct qn_plugin *plugin;
    size_t n = 0;
    int rc = worker_plugin_load(child->file, &plugin, reterr);

    if (rc != QN_OK)
        return rc;
    atomic_store(child->phase, WORKER_PROBE_READING);
    rc = worker_plugin_count(plugin, &n, reterr);
    for (size_t i = 0; rc == QN_OK && i < n; i++)
        rc = send_task(child, plugin->tasks[i], reterr);
    return rc;
}

int worker_plugin_child(void *arg)
{
    const struct worker_probe_child *child = arg;
    struct qn_err why = {.code = QN_OK};
    struct qn_buf body;
    int rc = send_tasks(child, &why);

    qn_buf_init(&body, sizeof(uint32_t) + QN_ERR_TEXT_MAX);
    if (rc != QN_OK) {
        qn_buf_add_u32(&body, (uint32_t)-rc);
        qn_buf_add_str(&body, why.msg);
    }
    send_frame(child, rc == QN_OK ? WORKER_PROBE_END : WORKER_PROBE_FAULT, &body);
    return EX_OK;
}
