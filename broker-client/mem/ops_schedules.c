/* ops_schedules.c - schedules: their definitions, and how far each is (timetable.h). */
#include "broker-client/plans.h"
#include "common/mem.h"
#include "common/str.h"
#include "mem_type.h"

#include <stdio.h>
#include <string.h>

#define FILE_SOURCE  "file "
#define DEFINED_SIZE (QN_SCHEDULE_JSON_MAX + QN_SOURCE_MAX + 64)

struct qn_mem_schedule {
    struct qn_mem_schedule *next;
    char name[QN_QUEUE_MAX + 1];
    char source[QN_SOURCE_MAX + 1];
    struct qn_buf json; /* as it was given */
    size_t size;        /* as it is told */
    int64_t changed_ms;
    int64_t paused_ms; /* QN_NO_TIME */
    int64_t at_ms, passed_ms, version;
    char queue[QN_QUEUE_MAX + 1];
    bool open;
    bool given;                         /* mark of define */
    struct qn_buf fires[QN_FIRES_KEPT]; /* the newest first */
    size_t n_fires;
    struct qn_buf last;
};

static struct qn_mem_schedule **place_of(struct qn_mem_store *store, const char *name)
{
    struct qn_mem_schedule **at = &store->plans;

    while (*at && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    return at;
}

static void drop_at(struct qn_mem_schedule **at)
{
    struct qn_mem_schedule *gone = *at;

    *at = gone->next;
    qn_buf_release(&gone->json);
    qn_buf_release(&gone->last);
    for (size_t i = 0; i < QN_FIRES_KEPT; i++)
        qn_buf_release(&gone->fires[i]);
    qn_free(gone);
}

void qn_mem_plans_free(struct qn_mem_store *store)
{
    while (store->plans)
        drop_at(&store->plans);
}

static bool leads(const struct qn_mem_store *store, const char *holder)
{
    const struct qn_mem_pair *pair = qn_mem_pair(store->leaders, "beat");

    return pair && pair->number > qn_mem_now(store) && strcmp(pair->value, holder) == 0;
}

/* ---- definitions ---- */

static bool of_file(const char *source)
{
    return qn_str_starts(source, FILE_SOURCE);
}

static size_t count(const struct qn_mem_store *store)
{
    size_t n = 0;

    for (const struct qn_mem_schedule *it = store->plans; it; it = it->next)
        n++;
    return n;
}

/* As it is kept and told: when and by whom it was changed, then what was given. */
static int print(const struct qn_mem_schedule *it, struct qn_buf *out)
{
    qn_buf_printf(out, "{\"changed_at\":%lld,\"source\":\"%s\",", (long long)it->changed_ms,
                  it->source);
    return qn_buf_add(out, it->json.data + 1, it->json.len - 1);
}

static size_t size_of(const char *source, int64_t changed_ms, size_t json)
{
    return json + strlen(source) +
           (size_t)snprintf(NULL, 0, "{\"changed_at\":%lld,\"source\":\"\",",
                            (long long)changed_ms) -
           1;
}

static bool has_room(const struct qn_mem_store *store, const struct qn_mem_schedule *old,
                     const struct qn_definition *given, int64_t changed_ms)
{
    size_t all = 0, more = size_of(given->source, changed_ms, given->json.len);
    size_t before = old ? old->size : 0;

    for (const struct qn_mem_schedule *it = store->plans; it; it = it->next)
        all += it->size;
    if (!old && count(store) >= QN_SCHEDULES_MAX)
        return false;
    return more <= before || all + more - before <= QN_SCHEDULES_BYTES_MAX;
}

static struct qn_mem_schedule *add(struct qn_mem_store *store, const char *name)
{
    struct qn_mem_schedule *made = qn_zalloc(1, sizeof(*made));

    if (!made)
        return NULL;
    qn_str_copy(made->name, sizeof(made->name), name);
    qn_buf_init(&made->json, QN_SCHEDULE_JSON_MAX);
    qn_buf_init(&made->last, QN_FIRE_JSON_MAX);
    for (size_t i = 0; i < QN_FIRES_KEPT; i++)
        qn_buf_init(&made->fires[i], QN_FIRE_JSON_MAX);
    made->paused_ms = QN_NO_TIME;
    made->next = store->plans;
    store->plans = made;
    return made;
}

/* An enum qn_define_code, or QN_ENOMEM. */
static int define(struct qn_mem_store *store, const struct qn_definition *given, bool from_file)
{
    struct qn_mem_schedule *old = *place_of(store, given->name);
    bool same = old && old->json.len == given->json.len &&
                memcmp(old->json.data, given->json.data, given->json.len) == 0;
    bool same_owner = old && of_file(old->source) == from_file;
    int64_t changed_ms = same ? old->changed_ms : qn_mem_now(store);

    if (old && !from_file && of_file(old->source))
        return QN_DEFINE_FILE;
    if (same && same_owner && strcmp(old->source, given->source) == 0)
        return QN_DEFINE_SAME;
    if (!has_room(store, old, given, changed_ms))
        return QN_DEFINE_FULL;
    struct qn_mem_schedule *it = old ? old : add(store, given->name);
    if (!it)
        return QN_ENOMEM;
    qn_str_copy(it->source, sizeof(it->source), given->source);
    it->changed_ms = changed_ms;
    it->size = size_of(given->source, changed_ms, given->json.len);
    qn_mem_set(&it->json, given->json);
    if (same && same_owner)
        return QN_DEFINE_SAME;
    it->version = store->revision + 1;
    return old ? QN_DEFINE_CHANGED : QN_DEFINE_CREATED;
}

static int64_t drop_gone(struct qn_mem_store *store, const struct qn_definition *all, size_t n)
{
    int64_t removed = 0;

    for (struct qn_mem_schedule *it = store->plans; it; it = it->next)
        it->given = !of_file(it->source);
    for (size_t i = 0; i < n; i++) {
        struct qn_mem_schedule *it = *place_of(store, all[i].name);
        if (it)
            it->given = true;
    }
    for (struct qn_mem_schedule **at = &store->plans; *at;) {
        if ((*at)->given) {
            at = &(*at)->next;
            continue;
        }
        drop_at(at);
        removed++;
    }
    return removed;
}

static void define_all(struct qn_mem_store *store, struct qn_mem_answer *answer,
                       const struct qn_definition *all, size_t n, bool from_file)
{
    struct qn_defined *defined = &answer->result.defined;
    int *codes = qn_mem_list(answer, n, sizeof(*codes));
    int64_t changes = defined->removed = from_file ? drop_gone(store, all, n) : 0;

    for (size_t i = 0; codes && i < n; i++) {
        codes[i] = define(store, &all[i], from_file);
        if (codes[i] < 0)
            qn_mem_refuse(answer, codes[i], "out of memory");
        changes += codes[i] == QN_DEFINE_CREATED || codes[i] == QN_DEFINE_CHANGED;
    }
    store->revision += changes > 0;
    defined->code = codes;
    defined->n = n;
}

void qn_mem_define(struct qn_broker *b, const char *holder, const struct qn_definition *all,
                   size_t n, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    const char *fault = qn_definitions_fault(holder, all, n);

    if (!answer)
        return;
    if (fault)
        qn_mem_refuse(answer, QN_EINVAL, fault);
    answer->result.defined.lost = !fault && holder && !leads(store, holder);
    if (!fault && !answer->result.defined.lost)
        define_all(store, answer, all, n, holder != NULL);
    answer->result.defined.revision = store->revision;
    answer->reply.defined = &answer->result.defined;
    qn_mem_tell(b, answer);
}

/* The answer to an operation on one, NULL when it was told already. */
static struct qn_mem_answer *begin_named(struct qn_broker *b, const char *name, qn_reply_fn *fn,
                                         void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);

    if (!answer || qn_schedule_names_ok(&name, 1))
        return answer;
    qn_mem_refuse(answer, QN_EINVAL, QN_SCHEDULE_NAME_RULE);
    qn_mem_tell(b, answer);
    return NULL;
}

void qn_mem_drop_schedule(struct qn_broker *b, const char *name, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;
    struct qn_mem_answer *answer = begin_named(b, name, fn, arg);
    struct qn_mem_schedule **at = place_of(store, name);

    if (!answer)
        return;
    answer->reply.number = !*at                     ? QN_CHANGE_NONE
                           : of_file((*at)->source) ? QN_CHANGE_FILE
                                                    : QN_CHANGE_DONE;
    if (answer->reply.number == QN_CHANGE_DONE) {
        drop_at(at);
        store->revision++;
    }
    qn_mem_tell(b, answer);
}

void qn_mem_pause(struct qn_broker *b, const char *name, bool paused, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;
    struct qn_mem_answer *answer = begin_named(b, name, fn, arg);
    struct qn_mem_schedule *it = *place_of(store, name);

    if (!answer)
        return;
    int64_t now = answer->reply.now_ms;
    bool was = it && it->paused_ms != QN_NO_TIME;
    if (it && was != paused) {
        it->passed_ms = !paused && now > it->passed_ms ? now : it->passed_ms;
        it->paused_ms = paused ? now : QN_NO_TIME;
        it->version = ++store->revision;
    }
    answer->reply.number = !it ? QN_CHANGE_NONE : was == paused ? QN_CHANGE_SAME : QN_CHANGE_DONE;
    qn_mem_tell(b, answer);
}

/* ---- the timetable ---- */

static struct qn_span tell(struct qn_mem_answer *answer, const struct qn_buf *buf)
{
    return qn_mem_keep_span(answer, qn_mem_span(buf));
}

static void tell_row(struct qn_mem_answer *answer, const struct qn_mem_schedule *it,
                     struct qn_schedule_row *row)
{
    struct qn_buf text;

    qn_buf_init(&text, DEFINED_SIZE);
    if (print(it, &text) != QN_OK)
        qn_mem_refuse(answer, QN_ENOMEM, "out of memory");
    row->name = (struct qn_span){.data = it->name, .len = strlen(it->name)};
    row->name = qn_mem_keep_span(answer, row->name);
    row->definition = tell(answer, &text);
    row->paused_ms = it->paused_ms;
    row->planned = (struct qn_planned){.at_ms = it->at_ms,
                                       .open = it->open,
                                       .passed_ms = it->passed_ms,
                                       .queue = "",
                                       .version = it->version};
    if (it->queue[0])
        row->planned.queue = qn_mem_keep(answer, it->queue, strlen(it->queue));
    row->last = it->last.len > 0 ? tell(answer, &it->last) : (struct qn_span){0};
    qn_buf_release(&text);
}

void qn_mem_schedule_names(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);

    if (!answer)
        return;
    struct qn_entries *names = &answer->result.entries;
    struct qn_entry *entries = qn_mem_list(answer, count(store), sizeof(*entries));
    for (const struct qn_mem_schedule *it = store->plans; entries && it; it = it->next)
        entries[names->n++].name =
            qn_mem_keep_span(answer, (struct qn_span){.data = it->name, .len = strlen(it->name)});
    names->entries = entries;
    answer->reply.entries = names;
    qn_mem_tell(b, answer);
}

void qn_mem_timetable(struct qn_broker *b, const char *const *names, size_t n, qn_reply_fn *fn,
                      void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);

    if (!answer)
        return;
    struct qn_timetable *table = &answer->result.timetable;
    if (!qn_schedule_names_ok(names, n)) {
        qn_mem_refuse(answer, QN_EINVAL, QN_SCHEDULE_NAME_RULE);
        n = 0;
    }
    size_t most = n > 0 ? n : count(store);
    struct qn_schedule_row *rows = qn_mem_list(answer, most, sizeof(*rows));
    for (size_t i = 0; rows && i < n; i++) {
        const struct qn_mem_schedule *it = *place_of(store, names[i]);
        if (it)
            tell_row(answer, it, &rows[table->n++]);
    }
    for (const struct qn_mem_schedule *it = store->plans; rows && n == 0 && it; it = it->next)
        tell_row(answer, it, &rows[table->n++]);
    table->rows = rows;
    table->revision = store->revision;
    answer->reply.timetable = table;
    qn_mem_tell(b, answer);
}

/* ---- planned times ---- */

static int claim(struct qn_mem_store *store, const struct qn_claim *given)
{
    struct qn_mem_schedule *it = *place_of(store, given->name);

    if (given->at_ms > qn_mem_now(store))
        return QN_CLAIM_EARLY;
    if (!it)
        return QN_CLAIM_PAST;
    if (it->open)
        return it->at_ms == given->at_ms && strcmp(it->queue, given->queue) == 0 ? QN_CLAIM_OK
                                                                                 : QN_CLAIM_OPEN;
    if (given->version != it->version)
        return QN_CLAIM_CHANGED;
    if (given->at_ms <= it->at_ms || given->at_ms <= it->passed_ms)
        return QN_CLAIM_PAST;
    it->at_ms = given->at_ms;
    it->open = true;
    qn_str_copy(it->queue, sizeof(it->queue), given->queue);
    return QN_CLAIM_OK;
}

void qn_mem_claim_times(struct qn_broker *b, const char *holder, const struct qn_claim *claims,
                        size_t n, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    const char *fault = qn_claims_fault(holder, claims, n);

    if (!answer)
        return;
    struct qn_claimed *claimed = &answer->result.claimed;
    if (fault)
        qn_mem_refuse(answer, QN_EINVAL, fault);
    claimed->lost = !fault && !leads(store, holder);
    bool taken = !fault && !claimed->lost;
    int *codes = qn_mem_list(answer, taken ? n : 0, sizeof(*codes));
    for (size_t i = 0; codes && taken && i < n; i++)
        codes[i] = claim(store, &claims[i]);
    claimed->n = codes && taken ? n : 0;
    claimed->code = codes;
    claimed->revision = store->revision;
    answer->reply.claimed = claimed;
    qn_mem_tell(b, answer);
}

static void enter(struct qn_mem_schedule *it, struct qn_span json)
{
    struct qn_buf oldest = it->fires[QN_FIRES_KEPT - 1];

    memmove(&it->fires[1], &it->fires[0], sizeof(it->fires) - sizeof(it->fires[0]));
    it->fires[0] = oldest;
    qn_mem_set(&it->fires[0], json);
    it->n_fires += it->n_fires < QN_FIRES_KEPT;
}

static bool is_in_history(const struct qn_mem_schedule *it, struct qn_span json)
{
    for (size_t i = 0; i < it->n_fires; i++)
        if (it->fires[i].len == json.len && memcmp(it->fires[i].data, json.data, json.len) == 0)
            return true;
    return false;
}

static bool note(struct qn_mem_store *store, const struct qn_fire_note *fire)
{
    struct qn_mem_schedule *it = *place_of(store, fire->name);
    bool by_hand = fire->at_ms == 0;

    if (!it || (by_hand ? is_in_history(it, fire->json) : !it->open || it->at_ms != fire->at_ms))
        return false;
    if (!by_hand) {
        it->open = false;
        qn_mem_set(&it->last, fire->json);
    }
    enter(it, fire->json);
    return true;
}

void qn_mem_note_fires(struct qn_broker *b, const struct qn_fire_note *fires, size_t n,
                       qn_reply_fn *fn, void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    const char *fault = qn_fire_notes_fault(fires, n);

    if (!answer)
        return;
    if (fault)
        qn_mem_refuse(answer, QN_EINVAL, fault);
    int *codes = qn_mem_list(answer, fault ? 0 : n, sizeof(*codes));
    for (size_t i = 0; codes && !fault && i < n; i++)
        codes[i] = note(store, &fires[i]);
    answer->result.codes = (struct qn_codes){.n = codes && !fault ? n : 0, .code = codes};
    answer->reply.codes = &answer->result.codes;
    qn_mem_tell(b, answer);
}

void qn_mem_fires(struct qn_broker *b, const char *name, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = begin_named(b, name, fn, arg);
    const struct qn_mem_schedule *it = *place_of(qn_mem_of(b)->store, name);

    if (!answer)
        return;
    struct qn_entries *entries = &answer->result.entries;
    size_t n = it ? it->n_fires : 0;
    struct qn_entry *all = qn_mem_list(answer, n, sizeof(*all));
    for (; all && entries->n < n; entries->n++) {
        all[entries->n].name = (struct qn_span){.data = "", .len = 0};
        all[entries->n].value = tell(answer, &it->fires[entries->n]);
    }
    entries->entries = all;
    answer->reply.entries = entries;
    answer->reply.now_ms = 0;
    qn_mem_tell(b, answer);
}
