#include "kv_l1.h"

#include "common/mem.h"
#include "common/str.h"
#include <string.h>

void qn_kv_l1_init(struct qn_kv_l1 *l1, size_t max_entries, size_t max_bytes)
{
    *l1 = (struct qn_kv_l1){.max_entries = max_entries, .max_bytes = max_bytes};
}

static size_t size_of(const struct qn_kv_l1_entry *entry)
{
    return sizeof(*entry) + entry->len;
}

static void unlink_entry(struct qn_kv_l1 *l1, struct qn_kv_l1_entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &l1->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &l1->oldest) = entry->newer;
}

static void link_newest(struct qn_kv_l1 *l1, struct qn_kv_l1_entry *entry)
{
    entry->newer = NULL;
    entry->older = l1->newest;
    *(l1->newest != NULL ? &l1->newest->newer : &l1->oldest) = entry;
    l1->newest = entry;
}

static void drop(struct qn_kv_l1 *l1, struct qn_kv_l1_entry *entry)
{
    unlink_entry(l1, entry);
    l1->n--;
    l1->bytes -= size_of(entry);
    qn_free(entry);
}

void qn_kv_l1_release(struct qn_kv_l1 *l1)
{
    while (l1->newest != NULL) {
        drop(l1, l1->newest);
    }
}

/* There are few, and those that are asked for often come first. */
static struct qn_kv_l1_entry *search(const struct qn_kv_l1 *l1, const char *id)
{
    struct qn_kv_l1_entry *entry = l1->newest;

    while (entry != NULL && strcmp(entry->id, id) != 0) {
        entry = entry->older;
    }
    return entry;
}

struct qn_kv_l1_entry *qn_kv_l1_find(struct qn_kv_l1 *l1, const char *id, int64_t mono_ms)
{
    struct qn_kv_l1_entry *entry = search(l1, id);

    if (entry == NULL) {
        return NULL;
    }
    if (mono_ms >= entry->keep_until) {
        drop(l1, entry);
        return NULL;
    }
    unlink_entry(l1, entry);
    link_newest(l1, entry);
    return entry;
}

static void make_room(struct qn_kv_l1 *l1, size_t size)
{
    while (l1->n > 0 && (l1->n >= l1->max_entries || l1->bytes + size > l1->max_bytes)) {
        drop(l1, l1->oldest);
        l1->evictions++;
    }
}

struct qn_kv_l1_entry *qn_kv_l1_put(struct qn_kv_l1 *l1, const struct qn_kv_key *key,
                                    struct qn_span bytes)
{
    struct qn_kv_l1_entry *entry;
    size_t size = sizeof(*entry) + bytes.len;

    qn_kv_l1_remove(l1, key->id);
    if (size > l1->max_bytes || l1->max_entries == 0) {
        return NULL;
    }
    entry = qn_alloc(size);
    if (entry == NULL) {
        return NULL;
    }
    memset(entry, 0, sizeof(*entry));
    qn_str_copy(entry->id, sizeof(entry->id), key->id);
    qn_str_copy(entry->kind, sizeof(entry->kind), key->kind);
    qn_str_copy(entry->group, sizeof(entry->group), key->group);
    entry->len = bytes.len;
    if (bytes.len > 0) {
        memcpy(entry->bytes, bytes.data, bytes.len);
    }
    make_room(l1, size);
    link_newest(l1, entry);
    l1->n++;
    l1->bytes += size;
    return entry;
}

void qn_kv_l1_remove(struct qn_kv_l1 *l1, const char *id)
{
    struct qn_kv_l1_entry *entry = search(l1, id);

    if (entry != NULL) {
        drop(l1, entry);
    }
}

void qn_kv_l1_forget(struct qn_kv_l1 *l1, const char *kind, const char *group)
{
    struct qn_kv_l1_entry *entry = l1->newest;

    while (entry != NULL) {
        struct qn_kv_l1_entry *older = entry->older;

        if (strcmp(entry->kind, kind) == 0 && (group == NULL || strcmp(entry->group, group) == 0)) {
            drop(l1, entry);
        }
        entry = older;
    }
}
