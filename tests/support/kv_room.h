/* kv_room.h - a cache with a Redis of its own, a source that does as it is told, and a clock
 * for L1 that stands still.
 *
 * The functions fail the test when something is not as they were told. The kinds last long
 * enough that nothing ends by itself; Redis's own time is moved by kv_leave_ms.
 */
#ifndef TESTS_SUPPORT_KV_ROOM_H
#define TESTS_SUPPORT_KV_ROOM_H

#include "tasks/lib/kv.h"
#include "tests/support/redis_server.h"

#define LONG       600000
#define PATIENT_MS 20000

extern const struct qn_kv_kind kv_both;     /* at both levels */
extern const struct qn_kv_kind kv_shared;   /* on Redis only */
extern const struct qn_kv_kind kv_fleeting; /* the same, without grace and none */
extern const struct qn_kv_kind kv_nowhere;
extern const struct qn_span kv_part_a;

extern struct redis_server kv_server;
extern struct qn_fake_clock kv_clock;
extern int kv_troubles; /* told since the test began */

/* cmocka's: once for the program, and before each case. */
int kv_room_start(void **state);
int kv_room_stop(void **state);
int kv_room_fresh(void **state);

struct kv_source {
    struct qn_span value; /* data NULL: there is none */
    int rc;               /* not QN_OK: it fails */
    int64_t life_ms;      /* not 0: sets it; -1: not for keeping */
    int loads;
    void (*meanwhile)(struct qn_kv_load *load);
};
struct kv_source kv_source_of(const char *text); /* NULL: there is none */

/* ns, clock and on_trouble are the room's, and timeout_ms when it is 0. */
struct qn_kv *kv_open_with(struct qn_kv_options options);
struct qn_kv *kv_open(void);
struct qn_kv_request kv_request_of(const struct qn_kv_kind *kind, const struct qn_span *part,
                                   struct kv_source *source);
/* text NULL: there is none. */
void kv_gives_request(struct qn_kv *kv, const struct qn_kv_request *request, const char *text,
                      enum qn_kv_from from);
void kv_gives(struct qn_kv *kv, const struct qn_kv_kind *kind, struct kv_source *source,
              const char *text, enum qn_kv_from from);
void kv_fails(struct qn_kv *kv, const struct qn_kv_kind *kind, struct kv_source *source, int code);

void kv_entry_of(const char *kind, char out[256]); /* the key of its one entry; "" for none */
/* As if only so much of the entry's life were left; negative: it is past it. */
void kv_leave_ms(const char *kind, int64_t left_ms);

#endif
