/* ask_args.h - the arguments of nl2sql.ask. Pure. */
#ifndef TASKS_NL2SQL_ASK_ASK_ARGS_H
#define TASKS_NL2SQL_ASK_ASK_ARGS_H

#include "route.h"
#include "tasks/lib/args.h"
#include <quern/task.h>

#define ASK_TABLES_MAX 8

enum ask_export { ASK_CSV, ASK_JSON, ASK_HTML, ASK_EXPORTS };

struct ask_args {
    struct qn_arena arena; /* of the texts, which are never NULL */
    const char *question;
    const char *database, *hints;
    const char *language; /* "en", "zh", "" */
    const char *thread;   /* "" none */
    const char *today;    /* "" the preset */
    const char *key;      /* "" none */
    const char *chart;    /* a name of chart_type_names; "" by the rules */
    bool no_chart;
    enum route_translator translator;
    struct qn_args_names tables;
    int64_t max_rows; /* 0: the datasource's */
    bool dry_run;
    bool exports[ASK_EXPORTS];
};

extern const struct qn_param ask_params[];

/* json passed the strict check. QN_EINVAL says which argument. Release also then. */
QN_MUST_CHECK int ask_args_parse(struct ask_args *ret, struct qn_span json, struct qn_err *reterr);
void ask_args_release(struct ask_args *args);

#endif
