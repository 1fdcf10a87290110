/* doctor.h - quern doctor: the checks, one row each, and what they share.
 *
 * A check looks at one thing, changes nothing, and adds a verdict or more. One that cannot
 * look (the broker forbids a command) says so with a warning, or says nothing.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "common/verdict.h"
#include "link.h"

struct cli_doctor {
    const struct cli *cli;
    bool linked; /* there is a broker */
    struct cli_link link;
    struct qn_span server; /* what it told of itself, JSON; empty when nothing */
    int64_t ahead_ms;      /* its clock before ours */
    struct qn_buf server_text;
    struct qn_buf verdicts;
};

struct cli_doctor_check {
    const char *name;
    void (*run)(struct cli_doctor *doctor, const char *name);
};

/* Each table ends with a NULL name. The first check of the broker connects; the others of
 * broker and queues are run when it did. */
extern const struct cli_doctor_check cli_doctor_broker[];
extern const struct cli_doctor_check cli_doctor_queues[];
extern const struct cli_doctor_check cli_doctor_place[];
extern const struct cli_doctor_check cli_doctor_worker[];

/* "all is well, and this is how it is" */
void cli_doctor_ok(struct cli_doctor *doctor, const char *name, const char *fmt, ...)
    QN_PRINTF(3, 4);

#endif
