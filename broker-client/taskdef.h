/* taskdef.h - a task's definition as workers publish it, and the check of
 * arguments against it.
 *
 * A definition is a JSON object:
 *   {"name":"report.sales","summary":"...","queue":"default","soft_limit_ms":0,
 *    "hard_limit_ms":0,"max_attempts":0,"retry":"exponential:2s:10m",
 *    "on_timeout":{"retry":"fixed:1m","max_attempts":2},"on_crash":{...},
 *    "memory_limit_bytes":1,"cpu_limit_ms":1,"max_open_files":64,
 *    "concurrency":2,"rate":10,"per_ms":60000,"burst":5,
 *    "params":[{"name":"from","type":"date","required":false,"doc":"...",
 *    "choices":["day","week"],"preset":"..."}]}
 *
 * Here is one encoder (the worker), one decoder and the check (API, CLI, client).
 */
#ifndef BROKER_CLIENT_TASKDEF_H
#define BROKER_CLIENT_TASKDEF_H

#include "common/buf.h"
#include <quern/task.h>

#define QN_TASKDEF_MAX (64 * 1024)

bool qn_task_name_ok(const char *name);      /* 1-64 of [a-z0-9_.-] */
const char *qn_type_name(enum qn_type type); /* "integer"; "?" for none */
bool qn_type_of(const char *name, enum qn_type *ret);
QN_MUST_CHECK int qn_taskdef_encode(const struct qn_task *task, struct qn_buf *out);

struct qn_taskdef;
QN_MUST_CHECK int qn_taskdef_decode(struct qn_taskdef **ret, struct qn_span json,
                                    struct qn_err *reterr);
void qn_taskdef_free(struct qn_taskdef *def);
const char *qn_taskdef_name(const struct qn_taskdef *def);
const char *qn_taskdef_queue(const struct qn_taskdef *def); /* "default" when it has none */

/* Checks args (any bytes; NULL or "" counts as {}): strict JSON, an object, no
 * unknown member, none missing, types, choices, dates that exist. QN_EINVAL; the
 * text names the member; field (QN_ARG_FIELD_SIZE, may be NULL) gets its name,
 * "" when it is the whole. */
#define QN_ARG_FIELD_SIZE 80
QN_MUST_CHECK int qn_taskdef_check(const struct qn_taskdef *def, const char *args, size_t len,
                                   char *field, struct qn_err *reterr);

/* Words of a command line to a JSON object, appended to out:
 *
 *   day=2025-06-30 rows=100 deep=yes formats=csv,html where={"a":1}
 *
 * The parameter's type decides how a value is read. What does not read as its type
 * becomes a string, so that the check says what is wrong with it. def NULL: what is
 * JSON counts as such, all else is a string. QN_EINVAL for a word that is not
 * key=value or no UTF-8. */
QN_MUST_CHECK int qn_taskdef_words(const struct qn_taskdef *def, int n, const char *const *words,
                                   struct qn_buf *out, struct qn_err *reterr);

#endif
