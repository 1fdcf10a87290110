/* plugin_child.h - the child's side of plugin_probe.h: frames up a pipe. */
#ifndef WORKER_PLUGIN_CHILD_H
#define WORKER_PLUGIN_CHILD_H

#include <stdatomic.h>

enum worker_probe_frame {
    WORKER_PROBE_DEFINITION = 1, /* JSON as in taskdef.h */
    WORKER_PROBE_FAULT = 2,      /* u32 of the code, negated; text */
    WORKER_PROBE_END = 3,
};

/* How far it is, in memory that it shares with its parent. */
enum worker_probe_phase {
    WORKER_PROBE_LOADING,
    WORKER_PROBE_READING, /* the table of tasks */
    WORKER_PROBE_CUT_OFF, /* its pipe was closed in this process */
};

struct worker_probe_child {
    const char *file;
    int fd; /* blocking */
    _Atomic int *phase;
};

/* arg: a struct worker_probe_child. Returns the exit code. */
int worker_plugin_child(void *arg);

#endif
