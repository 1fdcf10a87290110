/* queue_json.h - a queue's figures and limits as JSON, as API and CLI show them
 * (docs/http-api.md). Pure.
 *
 * Not here: its name and gate, which both show in their own way.
 */
#ifndef BROKER_CLIENT_QUEUE_JSON_H
#define BROKER_CLIENT_QUEUE_JSON_H

#include "broker-client/broker.h"

/* Members of an object that is open: how many jobs there are, by state. */
void qn_queue_json_figures(struct qn_buf *out, const struct qn_stats *stats);
/* The member "totals", since the queue began. */
void qn_queue_json_totals(struct qn_buf *out, const struct qn_stats *stats);
/* A limit as an object. */
void qn_queue_json_limit(struct qn_buf *out, const struct qn_limit *limit);

#endif
