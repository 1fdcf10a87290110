/* llm_stream.h - server-sent events: bytes in any pieces become the data of each event. Pure.
 *
 * Lines end in LF, CR LF or CR; several data lines of an event are joined by LF; comments, other
 * fields and events without data are skipped; a byte order mark at the front is none of the
 * data. An event that was not ended by an empty line is not given.
 */
#ifndef TASKS_LIB_LLM_LLM_STREAM_H
#define TASKS_LIB_LLM_LLM_STREAM_H

#include "common/buf.h"

#define QN_LLM_EVENT_MAX ((size_t)1024 * 1024) /* bytes of a line, and of an event's data */

/* Returns QN_OK or what _push then returns. */
typedef int qn_llm_event_fn(void *arg, struct qn_span data);

struct qn_llm_stream {
    struct qn_buf line;
    struct qn_buf data;
    bool has_data;
    bool after_cr;
    bool begun;
    qn_llm_event_fn *fn;
    void *arg;
};
void qn_llm_stream_init(struct qn_llm_stream *stream, qn_llm_event_fn *fn, void *arg);
void qn_llm_stream_release(struct qn_llm_stream *stream); /* zeroed is fine */
/* QN_ELIMIT for a line or an event over the maximum, QN_ENOMEM. */
QN_MUST_CHECK int qn_llm_stream_push(struct qn_llm_stream *stream, struct qn_span bytes);

#endif
