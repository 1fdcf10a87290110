#include "answer.h"

#include "common/mem.h"
#include "common/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCORE_MAX INT64_C(253402300799999) /* the end of the year 9999 */

bool qn_reading_begin(struct qn_reading *reading, struct qn_call *call, int rc,
                      const struct qn_err *err, const redisReply *answer, size_t n)
{
    *reading = (struct qn_reading){.call = call, .answer = answer};
    if (rc != QN_OK) {
        reading->err = *err;
        reading->reply.rc = rc;
    } else if (n > 0 && (answer->type != REDIS_REPLY_ARRAY || answer->elements < n)) {
        qn_reading_fail(reading, QN_EPROTO, "an answer has too few elements");
    }
    if (reading->reply.rc == QN_OK)
        return true;
    qn_reading_end(reading);
    return false;
}

void qn_reading_end(struct qn_reading *reading)
{
    if (reading->reply.rc != QN_OK)
        reading->reply.err = &reading->err;
    if (reading->call->fn)
        reading->call->fn(reading->call->arg, &reading->reply);
    for (int i = 0; i < reading->n_lists; i++)
        qn_free(reading->lists[i]);
}

void qn_reading_fail(struct qn_reading *reading, int rc, const char *what)
{
    if (reading->reply.rc == QN_OK)
        reading->reply.rc = qn_fail(&reading->err, rc, "broker: %s", what);
}

void *qn_reading_list(struct qn_reading *reading, size_t n, size_t size)
{
    void *list = qn_call_list(reading->call, n > 0 ? n : 1, size);

    if (list)
        return list;
    list = reading->n_lists < QN_READING_LISTS ? qn_zalloc(n > 0 ? n : 1, size) : NULL;
    if (list)
        reading->lists[reading->n_lists++] = list;
    else
        qn_reading_fail(reading, QN_ENOMEM, "out of memory");
    return list;
}

const redisReply *qn_reading_at(struct qn_reading *reading, size_t i)
{
    static const redisReply nothing = {.type = REDIS_REPLY_NIL};

    return i < reading->answer->elements ? reading->answer->element[i] : &nothing;
}

int64_t qn_reading_i64(struct qn_reading *reading, const redisReply *value)
{
    int64_t number = 0;

    if (value->type == REDIS_REPLY_INTEGER)
        return value->integer;
    if (value->type != REDIS_REPLY_STRING ||
        qn_strn_to_i64(value->str, value->len, &number) != QN_OK)
        qn_reading_fail(reading, QN_EPROTO, "an answer holds no number where one belongs");
    return number;
}

struct qn_span qn_reading_span(struct qn_reading *reading, const redisReply *value)
{
    if (value->type == REDIS_REPLY_NIL)
        return (struct qn_span){0};
    if (value->type != REDIS_REPLY_STRING && value->type != REDIS_REPLY_STATUS) {
        qn_reading_fail(reading, QN_EPROTO, "an answer holds no text where one belongs");
        return (struct qn_span){0};
    }
    return (struct qn_span){.data = value->str, .len = value->len};
}

int64_t qn_reading_time(struct qn_reading *reading, const redisReply *value)
{
    return value->type == REDIS_REPLY_NIL ? QN_NO_TIME : qn_reading_i64(reading, value);
}

int64_t qn_reading_score(struct qn_reading *reading, const redisReply *value)
{
    char text[64];
    struct qn_span bytes = qn_reading_span(reading, value);

    if (!bytes.data)
        return QN_NO_TIME;
    snprintf(text, sizeof(text), "%.*s", bytes.len < sizeof(text) ? (int)bytes.len : 0, bytes.data);
    double number = strtod(text, NULL);
    return number >= SCORE_MAX ? SCORE_MAX : number > 0 ? (int64_t)number : 0;
}

const redisReply *qn_reading_array(struct qn_reading *reading, const redisReply *value, size_t n)
{
    if (value->type == REDIS_REPLY_ARRAY && value->elements >= n)
        return value;
    qn_reading_fail(reading, QN_EPROTO, "an answer holds no list where one belongs");
    return NULL;
}

size_t qn_reading_strings(struct qn_reading *reading, const redisReply *value,
                          const char *const **ret)
{
    const redisReply *array = qn_reading_array(reading, value, 0);
    const char **list = array ? qn_reading_list(reading, array->elements, sizeof(*list)) : NULL;

    if (!list)
        return 0;
    for (size_t i = 0; i < array->elements; i++) {
        struct qn_span one = qn_reading_span(reading, array->element[i]);
        list[i] = one.data ? one.data : "";
    }
    *ret = list;
    return array->elements;
}

const int *qn_reading_codes(struct qn_reading *reading, size_t i, size_t n)
{
    int *codes = qn_reading_list(reading, n, sizeof(*codes));

    for (size_t k = 0; codes && k < n; k++)
        codes[k] = (int)qn_reading_i64(reading, qn_reading_at(reading, i + k));
    return codes;
}

const char *qn_reading_status(struct qn_reading *reading, size_t i)
{
    struct qn_span word = qn_reading_span(reading, qn_reading_at(reading, i));

    if (qn_span_is(word, "lost"))
        qn_reading_fail(reading, QN_ELOST, "this incarnation has no lease on the queue");
    return word.data ? word.data : "";
}

void qn_reading_number(struct qn_call *call, int rc, const struct qn_err *err,
                       const redisReply *answer)
{
    struct qn_reading r;

    if (!qn_reading_begin(&r, call, rc, err, answer, 2))
        return;
    r.reply.number = qn_reading_i64(&r, qn_reading_at(&r, 0));
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 1));
    qn_reading_end(&r);
}

void qn_reading_now_codes(struct qn_call *call, int rc, const struct qn_err *err,
                          const redisReply *answer)
{
    struct qn_reading r;
    struct qn_codes codes = {.n = call->n};

    if (!qn_reading_begin(&r, call, rc, err, answer, 1 + call->n))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    codes.code = qn_reading_codes(&r, 1, call->n);
    r.reply.codes = &codes;
    qn_reading_end(&r);
}
