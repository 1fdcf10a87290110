/* route_json.h - what a route tells of itself, as members of a result (tasks/nl2sql/README.md). */
#ifndef TASKS_NL2SQL_ASK_ROUTE_JSON_H
#define TASKS_NL2SQL_ASK_ROUTE_JSON_H

#include "route.h"

/* Appends "understood", "suggestions", "warnings", and, where there are any, "attempts" and
 * "usage". Failure is in out's status. */
void route_json_details(const struct route *route, struct qn_buf *out);
/* The values alone. */
void route_json_attempts(const struct route *route, struct qn_buf *out);
void route_json_usage(const struct qn_llm_usage *usage, struct qn_buf *out);
void route_json_texts(const char *const *texts, size_t n, struct qn_buf *out);

#endif
