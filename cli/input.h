/* input.h - a file or stdin as bytes, up to the buffer's maximum. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "common/buf.h"
#include <stdio.h>

/* Appends all of it to out. what: how errors call it. QN_ELIMIT: it is longer than out may be. */
QN_MUST_CHECK int cli_input_stream(FILE *file, const char *what, struct qn_buf *out,
                                   struct qn_err *reterr);
/* option: "--file", whose value path is. */
QN_MUST_CHECK int cli_input_file(const char *path, const char *option, struct qn_buf *out,
                                 struct qn_err *reterr);

#endif
