/* jobs.h - what the peers' programs in C share: marks, time, arguments, a round trip's figures.
 *
 * Failures end the program with a line on stderr: it is a tool of run.py, which reads it.
 *
 * Not here: anything of a peer's protocol.
 */
#ifndef TESTS_BENCH_PEERS_JOBS_H
#define TESTS_BENCH_PEERS_JOBS_H

#include <stddef.h>
#include <stdint.h>

enum { JOBS_WARM = 50 }; /* round trips that do not count */

void jobs_die(const char *what, const char *why) __attribute__((noreturn));

/* An environment variable that has to be there. */
const char *jobs_setting(const char *name);

/* A number of at least 0; name is for the complaint. */
long jobs_number(const char *name, const char *text);

/* PEER_PAYLOAD bytes; the caller frees them. */
char *jobs_payload(size_t *ret_len);

/* Of the monotonic clock. */
int64_t jobs_now_ns(void);

/* A job has ended: a line in PEER_MARKS for every PEER_STEP of them (see peer.py). */
void jobs_ended(void);

/* Prints the seconds since then. */
void jobs_print_seconds(int64_t since_ns);

/* Calls trip(arg) JOBS_WARM + count times, prints the microseconds of all but the first ones. */
void jobs_round_trips(void (*trip)(void *arg), void *arg, long count);

#endif
