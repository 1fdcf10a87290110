#include "plan.h"

#include "broker-client/fire_note.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/str.h"
#include <string.h>

#define BUCKETS     16384
#define SETTLE_MOST 100 /* at a time: a tenth of a second when each missed a thousand times */

struct beat_plan {
    struct qn_zone_cache *zones;
    struct beat_entry **buckets;
    size_t n;
    struct beat_entry **heap; /* the first is due first; room for all */
    size_t n_heap;
    int64_t as_of_s; /* what is unsettled is worked out as of then */
};

struct beat_plan *beat_plan_create(struct qn_zone_cache *zones)
{
    struct beat_plan *plan = qn_zalloc(1, sizeof(*plan));

    if (!plan)
        return NULL;
    plan->zones = zones;
    plan->buckets = qn_zalloc(BUCKETS, sizeof(struct beat_entry *));
    if (!plan->buckets) {
        qn_free(plan);
        return NULL;
    }
    return plan;
}

static void free_entry(struct beat_entry *entry)
{
    qn_schedule_release(&entry->schedule);
    qn_free(entry);
}

void beat_plan_free(struct beat_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        while (plan->buckets[i]) {
            struct beat_entry *entry = plan->buckets[i];
            plan->buckets[i] = entry->next;
            free_entry(entry);
        }
    qn_free(plan->buckets);
    qn_free(plan->heap);
    qn_free(plan);
}

size_t beat_plan_n(const struct beat_plan *plan)
{
    return plan->n;
}

/* ---- the heap ---- */

static void put(struct beat_plan *plan, size_t place, struct beat_entry *entry)
{
    plan->heap[place - 1] = entry;
    entry->place = place;
}

static void sift_up(struct beat_plan *plan, struct beat_entry *entry, size_t place)
{
    for (; place > 1 && plan->heap[place / 2 - 1]->next_s > entry->next_s; place /= 2)
        put(plan, place, plan->heap[place / 2 - 1]);
    put(plan, place, entry);
}

static void sift_down(struct beat_plan *plan, struct beat_entry *entry, size_t place)
{
    for (size_t child = 2 * place; child <= plan->n_heap; child = 2 * place) {
        if (child < plan->n_heap && plan->heap[child]->next_s < plan->heap[child - 1]->next_s)
            child++;
        if (plan->heap[child - 1]->next_s >= entry->next_s)
            break;
        put(plan, place, plan->heap[child - 1]);
        place = child;
    }
    put(plan, place, entry);
}

int64_t beat_plan_first_s(const struct beat_plan *plan)
{
    return plan->n_heap > 0 ? plan->heap[0]->next_s : INT64_MAX;
}

static struct beat_entry *take_first(struct beat_plan *plan)
{
    struct beat_entry *first = plan->heap[0], *last = plan->heap[plan->n_heap - 1];

    plan->n_heap--;
    if (last != first)
        sift_down(plan, last, 1);
    first->place = 0;
    return first;
}

struct beat_entry *beat_plan_take(struct beat_plan *plan, int64_t now_s)
{
    if (beat_plan_first_s(plan) > now_s || plan->heap[0]->unsettled)
        return NULL;
    return take_first(plan);
}

void beat_plan_give(struct beat_plan *plan, struct beat_entry *entry)
{
    bool fires = entry->sound && (!entry->paused || entry->open) && entry->next_s < INT64_MAX;

    if (fires && entry->place == 0)
        sift_up(plan, entry, ++plan->n_heap);
}

void beat_plan_settle(struct beat_plan *plan)
{
    for (int i = 0; i < SETTLE_MOST && plan->n_heap > 0 && plan->heap[0]->unsettled; i++) {
        struct beat_entry *entry = take_first(plan);
        entry->unsettled = false;
        entry->next_s =
            qn_schedule_due(&entry->schedule, entry->done_s, plan->as_of_s, &entry->missed);
        beat_plan_give(plan, entry);
    }
}

void beat_plan_done(struct beat_entry *entry, int64_t now_s)
{
    bool was_open = entry->open;

    entry->done_s = entry->next_s;
    entry->open = false;
    entry->missed = 0;
    /* One that another leader left behind: how long ago, only the policy knows. */
    entry->next_s = was_open
                        ? qn_schedule_due(&entry->schedule, entry->done_s, now_s, &entry->missed)
                        : qn_schedule_after(&entry->schedule, entry->done_s);
}

void beat_plan_doubt(struct beat_entry *entry)
{
    entry->version = -1;
    entry->next_s = INT64_MAX;
}

/* ---- loading ---- */

static struct beat_entry **bucket_of(struct beat_plan *plan, const char *name)
{
    uint32_t hash = 2166136261;

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619;
    return &plan->buckets[hash % BUCKETS];
}

static struct beat_entry *find_or_add(struct beat_plan *plan, const char *name)
{
    struct beat_entry **bucket = bucket_of(plan, name), *entry = *bucket;

    while (entry && strcmp(entry->schedule.name, name) != 0)
        entry = entry->next;
    if (entry)
        return entry;
    entry = qn_zalloc(1, sizeof(*entry));
    if (!entry)
        return NULL;
    qn_str_copy(entry->schedule.name, sizeof(entry->schedule.name), name);
    entry->next = *bucket;
    *bucket = entry;
    plan->n++;
    return entry;
}

static bool is_same(const struct beat_entry *entry, const struct qn_schedule_row *row)
{
    return entry->schedule.text && entry->version == row->planned.version &&
           entry->schedule.len == row->definition.len &&
           memcmp(entry->schedule.text, row->definition.data, row->definition.len) == 0;
}

/* QN_ENOMEM; what cannot be read is not sound, and keeps its name. */
static int read_definition(struct beat_plan *plan, struct beat_entry *entry,
                           struct qn_span definition)
{
    const struct qn_schedule_rules rules = {.zones = plan->zones, .kept = true};
    char name[QN_QUEUE_MAX + 1], field[QN_DRAFT_FIELD_SIZE];
    struct qn_err why = {0};

    qn_str_copy(name, sizeof(name), entry->schedule.name);
    qn_schedule_release(&entry->schedule);
    int rc = qn_schedule_parse(&entry->schedule, name, definition, &rules, field, &why);
    qn_str_copy(entry->schedule.name, sizeof(entry->schedule.name), name);
    entry->sound = rc == QN_OK;
    if (rc == QN_EINVAL)
        qn_log(QN_LOG_ERROR, "a schedule that cannot be read is not fired",
               QN_STR("schedule", name), QN_STR("reason", why.msg));
    return rc == QN_EINVAL ? QN_OK : rc;
}

static void read_progress(struct beat_entry *entry, const struct qn_schedule_row *row,
                          int64_t now_s)
{
    struct qn_fire last;

    if (entry->schedule.changed_ms > now_s * 1000) /* by a clock that was wrong */
        entry->schedule.changed_ms = now_s * 1000;
    entry->version = row->planned.version;
    entry->paused = row->paused_ms != QN_NO_TIME;
    entry->done_s = qn_schedule_done_s(&entry->schedule, &row->planned);
    entry->open = row->planned.open;
    entry->missed = 0;
    qn_str_copy(entry->queue, sizeof(entry->queue), row->planned.queue);
    entry->last_job[0] = '\0';
    if (qn_fire_decode(&last, row->last) == QN_OK)
        qn_str_copy(entry->last_job, sizeof(entry->last_job), last.last_job);
    entry->unsettled = !entry->open && entry->sound;
    entry->next_s = entry->open ? row->planned.at_ms / 1000 : now_s;
}

static int load_row(struct beat_plan *plan, const struct qn_schedule_row *row, int64_t now_s,
                    bool anew)
{
    char name[QN_QUEUE_MAX + 1];

    if (row->name.len > QN_QUEUE_MAX)
        return QN_OK; /* somebody's hand: no schedule has such a name */
    memcpy(name, row->name.data, row->name.len);
    name[row->name.len] = '\0';
    struct beat_entry *entry = find_or_add(plan, name);
    if (!entry)
        return QN_ENOMEM;
    bool same = is_same(entry, row);
    entry->told = true;
    int rc = same ? QN_OK : read_definition(plan, entry, row->definition);
    if (rc == QN_OK && (anew || !same || row->planned.open))
        read_progress(entry, row, now_s);
    return rc;
}

static void drop_untold(struct beat_plan *plan)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct beat_entry **at = &plan->buckets[i]; *at;) {
            struct beat_entry *entry = *at;
            if (entry->told) {
                entry->told = false;
                at = &entry->next;
                continue;
            }
            *at = entry->next;
            plan->n--;
            free_entry(entry);
        }
}

static void each(struct beat_plan *plan, void (*fn)(struct beat_plan *, struct beat_entry *))
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct beat_entry *entry = plan->buckets[i]; entry; entry = entry->next)
            fn(plan, entry);
}

static void enter_anew(struct beat_plan *plan, struct beat_entry *entry)
{
    entry->place = 0;
    beat_plan_give(plan, entry);
}

static int fill_heap(struct beat_plan *plan)
{
    struct beat_entry **heap = qn_realloc_array(plan->heap, plan->n + 1, sizeof(*heap));

    if (!heap)
        return QN_ENOMEM;
    plan->heap = heap;
    plan->n_heap = 0;
    each(plan, enter_anew);
    return QN_OK;
}

int beat_plan_load(struct beat_plan *plan, const struct qn_timetable *table, int64_t now_s,
                   bool anew)
{
    int rc = QN_OK;

    plan->as_of_s = now_s;
    for (size_t i = 0; rc == QN_OK && i < table->n; i++)
        rc = load_row(plan, &table->rows[i], now_s, anew);
    if (rc != QN_OK)
        return rc;
    drop_untold(plan);
    return fill_heap(plan);
}

/* ---- zones ---- */

void beat_plan_zones(struct beat_plan *plan, int64_t now_s)
{
    plan->as_of_s = now_s;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct beat_entry *entry = plan->buckets[i]; entry; entry = entry->next) {
            struct qn_zone *zone = NULL;
            if (!entry->sound ||
                qn_zone_cache_get(plan->zones, entry->schedule.zone_name, &zone, NULL) != QN_OK)
                continue;
            bool changed = zone != entry->schedule.zone;
            qn_zone_free(entry->schedule.zone);
            entry->schedule.zone = zone;
            if (changed && !entry->open) {
                entry->unsettled = true;
                entry->next_s = now_s;
            }
        }
    if (plan->heap)
        (void)fill_heap(plan);
}
