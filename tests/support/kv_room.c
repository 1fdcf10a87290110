#include "kv_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
const struct qn_kv_kind kv_both = {.name = "both", .l1_ms = LONG, .l2_ms = LONG,
    .none_ms = LONG, .grace_ms = LONG, .lease_ms = LONG, .wait_ms = 1};
const struct qn_kv_kind kv_shared = {.name = "shared", .l2_ms = LONG, .hot_ms = QN_KV_HOT_MS,
    .none_ms = LONG, .grace_ms = LONG, .lease_ms = LONG, .wait_ms = 1};
const struct qn_kv_kind kv_fleeting = {.name = "fleeting", .l2_ms = LONG, .lease_ms = LONG};
const struct qn_kv_kind kv_nowhere = {.name = "nowhere"};
/* clang-format on */
const struct qn_span kv_part_a = {"a", 1};

struct redis_server kv_server;
struct qn_fake_clock kv_clock;
int kv_troubles;

/* ---- the room ---- */

int kv_room_start(void **state)
{
    (void)state;
    redis_server_start(&kv_server);
    return 0;
}

int kv_room_stop(void **state)
{
    (void)state;
    redis_server_stop(&kv_server);
    return 0;
}

int kv_room_fresh(void **state)
{
    (void)state;
    redis_server_do(&kv_server, "FLUSHALL");
    qn_fake_clock_init(&kv_clock, 1000000, 0);
    kv_troubles = 0;
    return 0;
}

/* ---- a source ---- */

static int load(struct qn_kv_load *into, void *arg, struct qn_err *reterr)
{
    struct kv_source *source = arg;

    source->loads++;
    if (source->meanwhile != NULL) {
        source->meanwhile(into);
    }
    if (source->rc != QN_OK) {
        qn_buf_add_str(into->value, "half");
        return qn_fail(reterr, source->rc, "the source fails");
    }
    if (source->value.data == NULL) {
        return QN_ENOTFOUND;
    }
    if (source->life_ms != 0) {
        into->life_ms = source->life_ms > 0 ? source->life_ms : 0;
    }
    return qn_buf_add(into->value, source->value.data, source->value.len);
}

struct kv_source kv_source_of(const char *text)
{
    return (struct kv_source){.value = {text, text != NULL ? strlen(text) : 0}};
}

/* ---- a cache ---- */

static void count_trouble(void *arg, const struct qn_err *why)
{
    (void)arg;
    assert_int_not_equal(why->msg[0], '\0');
    kv_troubles++;
}

struct qn_kv *kv_open_with(struct qn_kv_options options)
{
    struct qn_kv *kv = NULL;
    struct qn_err err;

    options.ns = "test";
    options.clock = &kv_clock.clock;
    options.on_trouble = count_trouble;
    options.timeout_ms = options.timeout_ms > 0 ? options.timeout_ms : PATIENT_MS;
    if (qn_kv_create(&kv, &options, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    return kv;
}

struct qn_kv *kv_open(void)
{
    return kv_open_with((struct qn_kv_options){.url = kv_server.url});
}

struct qn_kv_request kv_request_of(const struct qn_kv_kind *kind, const struct qn_span *part,
                                   struct kv_source *source)
{
    return (struct qn_kv_request){
        .kind = kind, .parts = part, .n_parts = 1, .load = load, .arg = source};
}

void kv_gives_request(struct qn_kv *kv, const struct qn_kv_request *request, const char *text,
                      enum qn_kv_from from)
{
    enum qn_kv_from came_from = QN_KV_FROM_STALE;
    struct qn_err err = {.msg = ""};
    struct qn_buf out;
    int rc;

    qn_buf_init(&out, 10 * 1000 * 1000);
    qn_buf_add_str(&out, "before ");
    rc = qn_kv_get(kv, request, &out, &came_from, &err);
    if (rc != (text != NULL ? QN_OK : QN_ENOTFOUND)) {
        fail_msg("%d: %s", rc, err.msg);
    }
    assert_int_equal(came_from, from);
    assert_int_equal(strncmp(out.data, "before ", 7), 0);
    assert_string_equal(out.data + 7, text != NULL ? text : "");
    qn_buf_release(&out);
}

void kv_gives(struct qn_kv *kv, const struct qn_kv_kind *kind, struct kv_source *source,
              const char *text, enum qn_kv_from from)
{
    struct qn_kv_request request = kv_request_of(kind, &kv_part_a, source);

    kv_gives_request(kv, &request, text, from);
}

void kv_fails(struct qn_kv *kv, const struct qn_kv_kind *kind, struct kv_source *source, int code)
{
    struct qn_kv_request request = kv_request_of(kind, &kv_part_a, source);
    struct qn_err err = {.msg = ""};
    struct qn_buf out;

    qn_buf_init(&out, 1000);
    assert_int_equal(qn_kv_get(kv, &request, &out, NULL, &err), code);
    assert_int_equal(err.code, code);
    assert_int_equal(out.len, 0);
    qn_buf_release(&out);
}

/* ---- what is on Redis ---- */

void kv_entry_of(const char *kind, char out[256])
{
    redisReply *keys = redisCommand(kv_server.control, "KEYS test:kv:%s:*", kind);

    out[0] = '\0';
    for (size_t i = 0; i < keys->elements; i++) {
        const char *key = keys->element[i]->str;

        if (strstr(key, ":lock") == NULL && strstr(key, ":wake") == NULL) {
            snprintf(out, 256, "%s", key);
        }
    }
    freeReplyObject(keys);
}

void kv_leave_ms(const char *kind, int64_t left_ms)
{
    char entry[256];

    kv_entry_of(kind, entry);
    assert_int_equal(
        redis_server_do(&kv_server, "PEXPIRE %s %lld", entry, (long long)(LONG + left_ms)), 1);
}
