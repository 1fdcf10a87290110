/* record_fields.h - the numbers of the fields in a record (docs/protocol.md).
 *
 * A number is never used again for something else.
 */
#ifndef BROKER_CLIENT_RECORD_FIELDS_H
#define BROKER_CLIENT_RECORD_FIELDS_H

enum qn_body_field {
    QN_BODY_TASK = 1,
    QN_BODY_ARGS = 2,
    QN_BODY_MAX_ATTEMPTS = 3,
    QN_BODY_RETRY_KIND = 4,
    QN_BODY_RETRY_BASE = 5,
    QN_BODY_RETRY_CAP = 6,
    QN_BODY_SOFT_LIMIT = 7,
    QN_BODY_HARD_LIMIT = 8,
    QN_BODY_RESULT_TTL = 9,
    QN_BODY_TAGS = 10,
    QN_BODY_REQUEST_ID = 11,
    QN_BODY_PARENT = 12,
    QN_BODY_IDEMPOTENCY = 13,
    QN_BODY_LIMIT_KEY = 14,    /* right behind the task: scripts look there */
    QN_BODY_UNIQUE_KEY = 15,   /* right behind these */
    QN_BODY_UNIQUE = 16,       /* until + 4 * conflict; right behind the key */
    QN_BODY_UNIQUE_FOR = 17,   /* ms; right behind it */
    QN_BODY_RETRY_DELAYS = 18, /* varints, one behind the other */
    QN_BODY_ON_FAILED = 19,    /* a body: of the job that follows an end without success */
    QN_BODY_HOLDS = 20,        /* "item quantity number": what it took out of a sale */
    QN_BODY_RETURNS = 21,      /* the same: what its success gives back */
};

enum qn_out_field {
    QN_OUT_CAUSE = 1,
    QN_OUT_ERROR = 2,
    QN_OUT_ATTEMPTS = 3,
    QN_OUT_DEATHS = 4,
    QN_OUT_STARTED = 5,
    QN_OUT_RESULT = 6,
    QN_OUT_ARTIFACTS = 7,
    QN_OUT_SIGNAL = 8,
    QN_OUT_MAX_RSS = 9,
    QN_OUT_HISTORY = 10,
    QN_OUT_WORKER = 11,
};

#define QN_UNIQUE_CONFLICT_UNIT 4

#define QN_RECORD_VERSION 1
#define QN_FLAG_PRIORITY  3
#define QN_FLAG_DUE       4
#define QN_FLAG_EXPIRES   8
#define QN_RECORD_HEAD    11 /* version, letter, flags, time */

#endif
