/* taskdef_type.h - a decoded definition, for taskdef.c and taskdef_check.c. */
#ifndef BROKER_CLIENT_TASKDEF_TYPE_H
#define BROKER_CLIENT_TASKDEF_TYPE_H

#include <quern/task.h>
#include <stddef.h>

struct qn_taskdef_param {
    char *name;
    enum qn_type type;
    bool required;
    char **choices;
    size_t n_choices;
};

struct qn_taskdef {
    char *name;
    char *queue; /* NULL: none given */
    struct qn_taskdef_param *params;
    size_t n_params;
};

#endif
