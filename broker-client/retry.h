/* retry.h - a retry policy as words: "exponential:2s:10m", "list:1s:10s:1m".
 *
 * KIND[:BASE[:CAP]], KIND one of fixed, linear, exponential; or list and its delays. The
 * words of the command line, of task files and of published definitions.
 */
#ifndef BROKER_CLIENT_RETRY_H
#define BROKER_CLIENT_RETRY_H

#include <quern/err.h>
#include <quern/retry.h>

#define QN_RETRY_TEXT_SIZE 512

const char *qn_backoff_name(enum qn_backoff kind); /* "list"; "" for the default */
/* QN_EINVAL. *ret is whole, what is not said is 0. */
QN_MUST_CHECK int qn_retry_parse(const char *text, struct qn_retry *ret, struct qn_err *reterr);
/* "" for the default. */
void qn_retry_print(const struct qn_retry *retry, char out[QN_RETRY_TEXT_SIZE]);
/* Kind, bounds (bounds.h), a list that has something. */
QN_MUST_CHECK int qn_retry_check(const struct qn_retry *retry, struct qn_err *reterr);

#endif
