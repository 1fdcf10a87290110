/* unique.h - the words of --unique: "finished", "until=window,for=10m,conflict=existing". Pure.
 *
 * Members with a comma between: until=started|finished|window (or the word alone, first), for=TIME,
 * conflict=reject|existing|replace, key=TEXT, which goes to the end and may hold commas.
 */
#ifndef CLI_UNIQUE_H
#define CLI_UNIQUE_H

#include <quern/client.h>
#include <stddef.h>

/* key gets the text behind key=, "" for none. QN_EINVAL tells what is wrong. */
QN_MUST_CHECK int cli_unique_parse(const char *text, struct qn_unique *ret, char *key, size_t size,
                                   struct qn_err *reterr);

#endif
