/* write_say.h - what a frame's statement does, in one sentence for people. Pure. */
#ifndef TASKS_NL2SQL_RULES_WRITE_SAY_H
#define TASKS_NL2SQL_RULES_WRITE_SAY_H

#include "common/buf.h"
#include "frame.h"

/* language: "zh", else English. Appends "Revenue by country, from 2025-05-01 to 2025-05-31."; a
 * failure sticks to out. The frame is one that write_frame took. */
int write_sentence(const struct qn_model *model, const struct frame *frame, const char *language,
                   struct qn_buf *out);

#endif
