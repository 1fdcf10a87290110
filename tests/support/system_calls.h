/* system_calls.h - how many system calls a piece of work makes, counted by tracing it in a
 * child process. What it has to do before and after is not counted.
 */
#ifndef TESTS_SUPPORT_SYSTEM_CALLS_H
#define TESTS_SUPPORT_SYSTEM_CALLS_H

struct counted_work {
    void (*prepare)(void *arg); /* in the child; the others too */
    void (*work)(void *arg);
    void (*clear_up)(void *arg);
    void *arg;
};

/* -1: nothing may be traced here. Ends the test program when the child fails. */
long system_calls_of(const struct counted_work *work);

#endif
