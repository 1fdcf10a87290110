/* schedule_words.h - the definition of a schedule as a command line says it, as the JSON object
 * that API and file have too (docs/schedules.md). Pure.
 *
 * An option says a member in the words of the option; what an option does not say stays as it
 * was before. An empty value (--zone=) takes the member away. Of cron, every and at the one that
 * is given replaces the others.
 *
 * Not here: whether the definition is one (broker-client/schedule.h), and whether the task
 * exists.
 */
#ifndef CLI_SCHEDULE_WORDS_H
#define CLI_SCHEDULE_WORDS_H

#include "cli.h"
#include "common/buf.h"

/* Appends the object to out. before: a definition that passed qn_json_check(), or len 0. args:
 * a JSON object for the job's arguments, or len 0: what --args says. QN_EINVAL names the option. */
QN_MUST_CHECK int cli_schedule_words(const struct cli *cli, struct qn_span before,
                                     struct qn_span args, struct qn_buf *out,
                                     struct qn_err *reterr);

/* The first option given that says something of a definition, or NULL. */
const char *cli_schedule_said(const struct cli *cli);

#endif
