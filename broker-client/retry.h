/* retry.h - a retry policy as words: "exponential:2s:10m", "list:1s:10s:1m".
 *
 * KIND[:BASE[:CAP]], KIND one of fixed, linear, exponential; or list and its delays. The
 * words of the command line, of task files and of published definitions.
 */
#ifndef BROKER_CLIENT_RETRY_H
#define BROKER_CLIENT_RETRY_H

#include <quern/err.h>
#include <quern/retry.h>
#include <stdbool.h>

#define QN_RETRY_TEXT_SIZE 512
#define QN_RETRY_BASE_MS   2000   /* where none is said */
#define QN_RETRY_CAP_MS    600000 /* of exponential ones, where none is said */

const char *qn_backoff_name(enum qn_backoff kind); /* "list"; "" for the default */
/* QN_EINVAL. *ret is whole, what is not said is 0. */
QN_MUST_CHECK int qn_retry_parse(const char *text, struct qn_retry *ret, struct qn_err *reterr);
bool qn_retry_is_set(const struct qn_retry *retry);
/* "" for one that is not set; what has times and no kind is exponential. */
void qn_retry_print(const struct qn_retry *retry, char out[QN_RETRY_TEXT_SIZE]);
/* Kind, bounds (bounds.h), a list that has something. */
QN_MUST_CHECK int qn_retry_check(const struct qn_retry *retry, struct qn_err *reterr);

#endif
