/* confirm.h - asking before something is destroyed or repeated in numbers.
 *
 * On a terminal a question is put; without one --yes has to be given: a script that forgot
 * it changes nothing.
 */
#ifndef CLI_CONFIRM_H
#define CLI_CONFIRM_H

#include "cli.h"

/* word NULL: y or yes agrees; else the word has to be typed. QN_OK: go on. QN_EINVAL: there is
 * nobody to ask; QN_ESTATE: the answer was no. */
QN_MUST_CHECK int cli_confirm(const struct cli *cli, const char *question, const char *word,
                              struct qn_err *reterr);

#endif
