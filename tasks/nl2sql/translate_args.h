/* translate_args.h - the arguments of nl2sql.translate. Pure. */
#ifndef TASKS_NL2SQL_TRANSLATE_ARGS_H
#define TASKS_NL2SQL_TRANSLATE_ARGS_H

#include "tasks/nl2sql/ask/route.h"
#include <quern/task.h>

#define TRANSLATE_ID_MAX 200

struct translate_args {
    struct qn_arena arena; /* of the texts; "" is what is absent */
    const char *id;
    const char *question;
    const char *database;
    const char *hints;
    const char *language;
    const char *today;
    const char *zone;
    enum route_translator translator;
    struct prompt_turn turns[RULES_HISTORY_MAX]; /* without statements */
    size_t n_turns;
};

extern const struct qn_param translate_params[];

/* json passed the strict check. QN_EINVAL says which argument. Release also then. */
QN_MUST_CHECK int translate_args_read(struct translate_args *ret, struct qn_span json,
                                      struct qn_err *reterr);
void translate_args_release(struct translate_args *args);

#endif
