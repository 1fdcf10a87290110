#include "box.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

bool worker_box_put(struct worker_box *box, const char *bytes, size_t len)
{
    if (len == 0 || len > sizeof(box->bytes))
        return false;
    memcpy(box->bytes, bytes, len);
    box->len = (uint32_t)len;
    atomic_fetch_add(&box->count, 1);
    return true;
}

void worker_box_point(struct worker_box *box)
{
    box->len = 0;
    atomic_fetch_add(&box->count, 1);
}

/* The kernel reads and compares the word; nobody writes through this. */
static uint32_t *word_of(const struct worker_box *box)
{
    return (uint32_t *)(uintptr_t)&box->count;
}

void worker_box_wake(struct worker_box *box)
{
    syscall(SYS_futex, word_of(box), FUTEX_WAKE, 1, NULL, NULL, 0);
}

bool worker_box_has(const struct worker_box *box, uint32_t seen)
{
    return atomic_load(&box->count) != seen;
}

bool worker_box_wait(const struct worker_box *box, uint32_t seen, int64_t max_wait_ms)
{
    const struct timespec most = {.tv_sec = max_wait_ms / 1000,
                                  .tv_nsec = (max_wait_ms % 1000) * 1000000};

    while (!worker_box_has(box, seen)) {
        if (syscall(SYS_futex, word_of(box), FUTEX_WAIT, seen, &most, NULL, 0) < 0 &&
            errno == ETIMEDOUT)
            return worker_box_has(box, seen);
    }
    return true;
}

size_t worker_box_len(const struct worker_box *box)
{
    size_t len = *(const volatile uint32_t *)&box->len;

    return len < sizeof(box->bytes) ? len : sizeof(box->bytes);
}
