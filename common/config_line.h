/* config_line.h - one line of a settings file, for config_read.c only. */
#ifndef COMMON_CONFIG_LINE_H
#define COMMON_CONFIG_LINE_H

#include "buf.h"

/* Splits a line without its end into a name, borrowed from the line, and the
 * value, put into value in place of what was there. A line without a setting
 * gives an empty name. Returns NULL, or why the line is refused. */
const char *qn_config_line(struct qn_span line, struct qn_span *ret_name, struct qn_buf *value);

#endif
