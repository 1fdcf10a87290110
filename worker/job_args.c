#include "job_type.h"

#include "common/json.h"
#include "common/mem.h"
#include <stdlib.h>
#include <string.h>

/* Numbers of the check's grammar are 64 characters at most. */
#define NUMBER_MAX 64

const char *qn_job_args(const struct qn_job *job, size_t *ret_len)
{
    if (ret_len)
        *ret_len = job->args.len;
    return job->args.data;
}

static bool find(const struct qn_job *job, const char *name, enum qn_json_type type,
                 struct qn_json_item *ret)
{
    return qn_json_find(job->args.data, job->args.len, name, ret) && ret->type == type;
}

void worker_job_clear_texts(struct qn_job *job)
{
    while (job->texts) {
        struct worker_text *text = job->texts;
        job->texts = text->next;
        qn_free(text->value);
        qn_free(text);
    }
}

/* NULL when out of memory. */
static char *decode(struct qn_span escaped)
{
    struct qn_buf out;
    char *value = NULL;

    qn_buf_init(&out, escaped.len);
    if (qn_json_unescape(escaped, &out) == QN_OK)
        value = qn_buf_steal(&out, NULL);
    qn_buf_release(&out);
    return value;
}

static const char *keep(struct qn_job *job, const char *name, char *value_take)
{
    size_t size = strlen(name) + 1;
    struct worker_text *text = value_take ? qn_alloc(sizeof(*text) + size) : NULL;

    if (!text) {
        qn_free(value_take);
        return NULL;
    }
    memcpy(text->name, name, size);
    text->value = value_take;
    text->next = job->texts;
    job->texts = text;
    return value_take;
}

const char *qn_job_arg_string(struct qn_job *job, const char *name)
{
    struct qn_json_item item;

    for (struct worker_text *text = job->texts; text; text = text->next) {
        if (strcmp(text->name, name) == 0)
            return text->value;
    }
    if (!find(job, name, QN_JSON_STRING, &item))
        return NULL;
    return keep(job, name, decode(item.value));
}

int64_t qn_job_arg_integer(struct qn_job *job, const char *name, int64_t preset)
{
    struct qn_json_item item;
    int64_t value;

    if (!find(job, name, QN_JSON_NUMBER, &item) || !qn_json_is_integer(item.value, &value))
        return preset;
    return value;
}

double qn_job_arg_number(struct qn_job *job, const char *name, double preset)
{
    struct qn_json_item item;
    char text[NUMBER_MAX + 1];

    if (!find(job, name, QN_JSON_NUMBER, &item) || item.value.len > NUMBER_MAX)
        return preset;
    memcpy(text, item.value.data, item.value.len);
    text[item.value.len] = '\0';
    return strtod(text, NULL);
}

bool qn_job_arg_boolean(struct qn_job *job, const char *name, bool preset)
{
    struct qn_json_item item;

    if (!find(job, name, QN_JSON_BOOLEAN, &item))
        return preset;
    return qn_span_is(item.value, "true");
}
