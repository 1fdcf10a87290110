#include "typed.h"

#include "broker-client/taskdef.h"
#include "common/json.h"
#include <string.h>

int cli_task_find(const struct cli_pairs *tasks, const char *name, struct qn_span *ret,
                  struct qn_err *reterr)
{
    char known[QN_ERR_TEXT_MAX / 2] = "";
    size_t used = 0;

    for (size_t i = 0; i < tasks->n; i++) {
        struct qn_span json = tasks->all[i].value;
        if (strcmp(tasks->all[i].name, name) == 0 &&
            qn_json_check(json.data, json.len, NULL, NULL) == QN_OK) {
            *ret = json;
            return QN_OK;
        }
        int n = snprintf(known + used, sizeof(known) - used, " %s", tasks->all[i].name);
        used += n > 0 && used + (size_t)n < sizeof(known) ? (size_t)n : 0;
        known[used] = '\0';
    }
    return qn_fail(reterr, QN_ENOTFOUND, "task \"%.64s\": no worker has published it; known are:%s",
                   name, tasks->n > 0 ? known : " none");
}

int cli_typed_args(struct qn_span definition, const char *const *words, int n, struct qn_buf *out,
                   struct qn_err *reterr)
{
    struct qn_taskdef *def = NULL;
    int rc = definition.len > 0 ? qn_taskdef_decode(&def, definition, reterr) : QN_OK;

    if (rc == QN_OK)
        rc = qn_taskdef_words(def, n, words, out, reterr);
    qn_taskdef_free(def);
    return rc;
}
