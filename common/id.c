#include "id.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#define MS_MAX        (INT64_C(1) << 48)
#define COUNTER_MAX   0xfff
#define COUNTER_START 0x7ff /* at most, so that half of a ms' names are left */
#define TOKEN_BYTES   8

static const char alphabet[64] = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/* The last name's time and counter: what makes the next one larger. A child
 * process may go on from its parent's; the random bits tell them apart. */
static struct {
    pthread_mutex_t lock;
    int64_t ms;
    uint32_t counter;
} last = {.lock = PTHREAD_MUTEX_INITIALIZER, .ms = -1};

/* 6 bits a character from the front; the last one is filled up with zeros. */
static void encode(const uint8_t *bytes, size_t len, char *out)
{
    uint32_t bits = 0;
    int held = 0;

    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 6; held -= 6) {
            *out++ = alphabet[bits >> (held - 6) & 63];
        }
    }
    if (held > 0) {
        *out++ = alphabet[bits << (6 - held) & 63];
    }
    *out = '\0';
}

static int value_of(char c)
{
    const char *at = memchr(alphabet, c, sizeof(alphabet));

    return at != NULL ? (int)(at - alphabet) : -1;
}

void qn_id_encode(const uint8_t bytes[QN_ID_BYTES], char out[QN_ID_TEXT_SIZE])
{
    encode(bytes, QN_ID_BYTES, out);
}

int qn_id_decode(const char *text, uint8_t out[QN_ID_BYTES])
{
    uint8_t bytes[QN_ID_BYTES];
    uint32_t bits = 0;
    int held = 0;
    size_t n = 0;

    for (size_t i = 0; i < QN_ID_TEXT_SIZE - 1; i++) {
        int value = value_of(text[i]);

        if (value < 0) {
            return QN_EINVAL;
        }
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[n++] = (uint8_t)(bits >> held);
        }
    }
    if (text[QN_ID_TEXT_SIZE - 1] != '\0' || (bits & ((1U << held) - 1)) != 0) {
        return QN_EINVAL;
    }
    memcpy(out, bytes, sizeof(bytes));
    return QN_OK;
}

static void step(int64_t wall_ms, uint32_t random, int64_t *ret_ms, uint32_t *ret_counter)
{
    pthread_mutex_lock(&last.lock);
    if (wall_ms > last.ms) {
        last.ms = wall_ms;
        last.counter = random & COUNTER_START;
    } else if (last.counter < COUNTER_MAX) {
        last.counter++;
    } else {
        last.ms++;
        last.counter = random & COUNTER_START;
    }
    *ret_ms = last.ms;
    *ret_counter = last.counter;
    pthread_mutex_unlock(&last.lock);
}

/* At most a pool. NULL: from the kernel. */
static int draw(struct qn_random_pool *pool, void *out, size_t len, struct qn_err *reterr)
{
    int rc = QN_OK;

    if (pool == NULL) {
        return qn_random(out, len, reterr);
    }
    if (pool->left < len) {
        rc = qn_random(pool->bytes, sizeof(pool->bytes), reterr);
        pool->left = rc == QN_OK ? sizeof(pool->bytes) : 0;
    }
    if (rc == QN_OK) {
        pool->left -= len;
        memcpy(out, pool->bytes + pool->left, len);
    }
    return rc;
}

int qn_id_make_from(struct qn_random_pool *pool, int64_t wall_ms, char out[QN_ID_TEXT_SIZE],
                    struct qn_err *reterr)
{
    uint8_t bytes[QN_ID_BYTES];
    int64_t ms;
    uint32_t counter;
    int rc;

    if (wall_ms < 0 || wall_ms >= MS_MAX) {
        return qn_fail(reterr, QN_EINVAL, "no id for the time %lld", (long long)wall_ms);
    }
    rc = draw(pool, bytes, sizeof(bytes), reterr);
    if (rc != QN_OK) {
        return rc;
    }
    step(wall_ms, (uint32_t)bytes[0] << 8 | bytes[1], &ms, &counter);
    for (int i = 0; i < 6; i++) {
        bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
    }
    bytes[6] = (uint8_t)(0x70 | counter >> 8); /* version 7 */
    bytes[7] = (uint8_t)counter;
    bytes[8] = (uint8_t)(0x80 | (bytes[8] & 0x3f)); /* variant of RFC 9562 */
    qn_id_encode(bytes, out);
    return QN_OK;
}

int qn_id_make(int64_t wall_ms, char out[QN_ID_TEXT_SIZE], struct qn_err *reterr)
{
    return qn_id_make_from(NULL, wall_ms, out, reterr);
}

int qn_token_make_from(struct qn_random_pool *pool, char out[QN_TOKEN_TEXT_SIZE],
                       struct qn_err *reterr)
{
    uint8_t bytes[TOKEN_BYTES];
    int rc = draw(pool, bytes, sizeof(bytes), reterr);

    if (rc == QN_OK) {
        encode(bytes, sizeof(bytes), out);
    }
    return rc;
}

int qn_token_make(char out[QN_TOKEN_TEXT_SIZE], struct qn_err *reterr)
{
    return qn_token_make_from(NULL, out, reterr);
}

int qn_random(void *out, size_t len, struct qn_err *reterr)
{
    uint8_t *at = out;

    while (len > 0) {
        ssize_t n = getrandom(at, len, 0);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return qn_fail_sys(reterr, "random bytes");
        }
        at += n;
        len -= (size_t)n;
    }
    return QN_OK;
}
