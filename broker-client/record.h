/* record.h - the bytes of a job on the broker.
 *
 * docs/protocol.md has the format. A record is live (as enqueued, immutable) or
 * final (how it ended, with the live record inside, verbatim). The broker's
 * scripts write the heads, for they hold the broker's time; here is what goes
 * behind the head, and the reading of all of it. Takes and gives bytes.
 */
#ifndef BROKER_CLIENT_RECORD_H
#define BROKER_CLIENT_RECORD_H

#include "common/buf.h"
#include <quern/client.h>

#define QN_RECORD_MAX     (4 * 1024 * 1024) /* bytes of one record, final or live */
#define QN_ERROR_TEXT_MAX 2000              /* bytes kept of an error's text */
#define QN_HISTORY_MAX    (16 * 1024)       /* bytes of history kept with a try */
#define QN_TOKEN_SIZE     48                /* "incarnation:run" and NUL */

/* The job that is made in the same queue when one ends without success (docs/protocol.md). It
 * gets the request id of that one, which is its parent. */
struct qn_on_failed {
    struct qn_span task; /* "" none */
    struct qn_span args;
};
/* Its name, by the name and the end of the one that failed: the token of the run that ended
 * it, "" or "-" when none did. */
#define QN_ON_FAILED_NAME_SIZE 41
QN_MUST_CHECK int qn_on_failed_name(const char *name, struct qn_span token, int64_t ended_ms,
                                    char out[QN_ON_FAILED_NAME_SIZE]);

/* What the producer decides: the body of a live record. Zero or NULL: default,
 * not stored. Decoded pointers are borrowed from the record's bytes. */
struct qn_body {
    struct qn_span task;
    struct qn_span limit_key;  /* "" none */
    struct qn_span unique_key; /* 32 hex digits, "" none */
    struct qn_unique unique;
    struct qn_span args; /* opaque JSON */
    int max_attempts;
    struct qn_retry retry;
    int64_t soft_limit_ms;
    int64_t hard_limit_ms;
    int64_t result_ttl_ms;
    struct qn_span tags; /* a JSON array of strings */
    struct qn_span request_id;
    struct qn_span parent;      /* id of the job that made this one */
    struct qn_span idempotency; /* hash of the request's body, 32 bytes */
    struct qn_on_failed on_failed;
    struct qn_span holds, returns; /* of a sale; the broker writes them */
};
QN_MUST_CHECK int qn_body_encode(const struct qn_body *body, struct qn_buf *out);

/* How it ended: the outcome of a final record. */
struct qn_ending {
    enum qn_cause cause;
    struct qn_span error;
    int attempts;
    int deaths;
    int64_t started_ms;
    struct qn_span result;    /* JSON */
    struct qn_span artifacts; /* JSON array */
    struct qn_span history;   /* JSON lines */
    struct qn_span worker;    /* incarnation */
    int signal;               /* that killed the executor, 0 none */
    int64_t max_rss_bytes;
};
/* The part of a final record behind its token: length, outcome, live record. */
QN_MUST_CHECK int qn_ending_encode(const struct qn_ending *ending, struct qn_span live,
                                   struct qn_buf *out);

struct qn_record {
    char letter; /* 'L' live; 'S' 'F' 'C' 'E' final */
    int priority;
    int64_t enqueued_ms;
    int64_t due_ms;     /* 0 none */
    int64_t expires_ms; /* 0 none */
    struct qn_body body;
    /* final ones */
    int64_t ended_ms;
    struct qn_span token;
    struct qn_ending ending;
    struct qn_span live; /* the live record's bytes (the whole of it when live) */
};
/* QN_ECORRUPT names what does not decode; QN_EUNSUPPORTED a newer version.
 * Unknown fields are passed over. Nothing is copied. */
QN_MUST_CHECK int qn_record_decode(struct qn_span bytes, struct qn_record *ret,
                                   struct qn_err *reterr);

/* What is kept between the runs of a job from its second attempt on. */
struct qn_try {
    int attempts;
    int deaths;
    int snoozes;
    struct qn_span token;
    struct qn_span history;
};
QN_MUST_CHECK int qn_try_decode(struct qn_span text, struct qn_try *ret); /* "" gives zeros */
/* Appends line (JSON, no newline) to the history, dropping the oldest lines
 * over QN_HISTORY_MAX. */
QN_MUST_CHECK int qn_try_encode(const struct qn_try *attempt, const char *line, struct qn_buf *out);

/* A job's id: "<queue>.<name>". */
bool qn_queue_ok(const char *queue); /* 1-32 of [a-z0-9_-] */
bool qn_name_ok(const char *name);   /* 1-64 of [A-Za-z0-9_-] */
QN_MUST_CHECK int qn_id_split(const char *id, char queue[QN_QUEUE_MAX + 1],
                              char name[QN_NAME_MAX + 1], struct qn_err *reterr);

#endif
