/* logfile.h - the log files of children: their last lines, and following them. */
#ifndef CLI_LOGFILE_H
#define CLI_LOGFILE_H

#include "broker-client/loop.h"
#include <stddef.h>
#include <stdio.h>

/* Prints the last lines, indented. Says so when there are none. */
void cli_log_print_tail(FILE *out, const char *path, int lines);

/* Finds the last line of JSON with that msg, and in it the text of key; "" when
 * there is no such line. Returns false then. */
bool cli_log_find(const char *path, const char *msg, const char *key, char *out, size_t size);

/* Copies the lines that are added to files to out, as logline.h shows them. */
struct cli_follow;
struct cli_follow_options {
    FILE *out;
    bool colour;
    bool all; /* of servers too, not just what is serious */
};
QN_MUST_CHECK int cli_follow_create(struct cli_follow **ret, struct qn_loop *loop,
                                    const struct cli_follow_options *options,
                                    struct qn_err *reterr);
void cli_follow_free(struct cli_follow *follow); /* NULL is fine */
/* From its start, or from what comes. A file of that name that is followed already is
 * followed anew. */
QN_MUST_CHECK int cli_follow_add(struct cli_follow *follow, const char *name, const char *path,
                                 bool from_start, struct qn_err *reterr);

#endif
