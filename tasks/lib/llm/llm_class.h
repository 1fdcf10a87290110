/* llm_class.h - what kind of failure it was, and what follows from that. Pure.
 *
 * qn_llm_classes is the one table of it; docs/llm.md shows it. The classifier sees what HTTP
 * gave: how it ended, the status, the body. Its texts are never trusted, only searched.
 */
#ifndef TASKS_LIB_LLM_LLM_CLASS_H
#define TASKS_LIB_LLM_LLM_CLASS_H

#include "common/buf.h"

enum qn_llm_class {
    QN_LLM_FINE,
    QN_LLM_CONNECT,    /* nobody there, TLS, connection broken before an answer */
    QN_LLM_LATE,       /* a time was over */
    QN_LLM_SERVER,     /* 408 409 425 500 502 503 504 529 */
    QN_LLM_RATE,       /* 429 with a short wait, or none told */
    QN_LLM_QUOTA,      /* 429 with a long wait, or a quota that is used up */
    QN_LLM_CONTEXT,    /* too long for the model */
    QN_LLM_CALLER,     /* any other 3xx or 4xx: the request is wrong */
    QN_LLM_AUTH,       /* 401 403 */
    QN_LLM_BALANCE,    /* 402 */
    QN_LLM_PROTOCOL,   /* an answer of no known shape */
    QN_LLM_CUT,        /* an answer that broke off */
    QN_LLM_TRUNCATED,  /* ended at max_tokens */
    QN_LLM_EMPTY,      /* whole, and nothing in it */
    QN_LLM_REFUSED,    /* by a content filter, or by the model */
    QN_LLM_OVERLOADED, /* ended for want of resources */
    QN_LLM_HUGE,       /* over a maximum of ours */
    QN_LLM_OPEN,       /* the breaker: nothing was sent */
    QN_LLM_BUSY,       /* no place, or too many a minute: nothing was sent */
    QN_LLM_BUDGET,     /* nothing was sent */
    QN_LLM_STOPPED,    /* the job was told to end */
    QN_LLM_OWN,        /* our memory or settings */
    QN_LLM_CLASSES,
};

struct qn_llm_class_row {
    const char *name; /* "LLM_TIMEOUT" */
    int code;         /* of qn_llm_ask */
    int retries;      /* further requests within a call */
    bool breaker;     /* counts as a failure of the server */
    bool fallback;    /* the fallback model is asked, after the retries */
};
extern const struct qn_llm_class_row qn_llm_classes[QN_LLM_CLASSES];

/* How a request ended. rc is of qn_http_do. */
struct qn_llm_ending {
    int rc;
    int status;
    const char *retry_after; /* "" none */
    struct qn_span body;
    int64_t wall_ms; /* now, for a Retry-After that is a date */
};

/* A class and how long the server wants to be left alone (ms, -1: it said nothing). A status
 * of 200 that came whole is QN_LLM_FINE: what is in it is for llm_answer.h. */
enum qn_llm_class qn_llm_classify(const struct qn_llm_ending *ending, int64_t *ret_wait_ms);

/* Of an error object within an answer of status 200: its bytes. */
enum qn_llm_class qn_llm_classify_object(struct qn_span body);

/* Seconds, with a fraction or not, or a date of HTTP: ms from now, at most 31 days; -1 for what
 * is neither. */
int64_t qn_llm_retry_after_ms(const char *text, int64_t wall_ms);

/* The optional fields that servers are known to refuse. */
enum qn_llm_field {
    QN_LLM_FIELD_JSON = 1,         /* response_format */
    QN_LLM_FIELD_STREAM_USAGE = 2, /* stream_options */
    QN_LLM_FIELD_SEED = 4,
    QN_LLM_FIELD_MAX_TOKENS = 8, /* wants max_completion_tokens */
    QN_LLM_FIELD_TEMPERATURE = 16,
};
/* Which of them a 400 names; 0: none. */
unsigned qn_llm_field_named(struct qn_span body);

/* A line of the body for people: the error's message, else its first bytes; secrets and control
 * characters gone, at most max bytes. Appends. */
void qn_llm_excerpt(struct qn_span body, const char *secret, size_t max, struct qn_buf *out);
/* Text with each place of secret, and whatever looks like a key of a provider, as "***". */
void qn_llm_redact(struct qn_span text, const char *secret, struct qn_buf *out);

#endif
