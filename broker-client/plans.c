#include "plans.h"

#include "broker-client/record.h"
#include "common/str.h"
#include <string.h>

#define NAMES_MAX    1000
#define LATEST_MS    INT64_C(253402300799999) /* the end of the year 9999 */
#define HOLDER_RULE  "who leads is 1-128 of printable ASCII"
#define QUEUE_RULE   "a queue's name is not 1-32 of [a-z0-9_-]"
#define TIME_RULE    "a planned time is not between 1970 and 9999"
#define SMALLEST_DEF 3

static bool name_ok(const char *name)
{
    return qn_str_is_name(name, QN_QUEUE_MAX);
}

bool qn_schedule_names_ok(const char *const *names, size_t n)
{
    size_t i = 0;

    while (i < n && n <= NAMES_MAX && name_ok(names[i]))
        i++;
    return i == n;
}

static bool printable(const char *text, size_t max, const char *but)
{
    size_t len = strnlen(text, max + 1);

    for (size_t i = 0; i < len; i++)
        if (text[i] < ' ' || text[i] > '~' || strchr(but, text[i]))
            return false;
    return len >= 1 && len <= max;
}

bool qn_source_ok(const char *source)
{
    return printable(source, QN_SOURCE_MAX, "\"\\");
}

const char *qn_definitions_fault(const char *holder, const struct qn_definition *all, size_t n)
{
    if (holder && !printable(holder, QN_HOLDER_MAX, ""))
        return HOLDER_RULE;
    if (holder ? n > QN_SCHEDULES_MAX : n < 1 || n > QN_DEFINE_BATCH_MAX)
        return holder ? "at most 10,000 schedules are defined" : "1-100 schedules are defined";
    for (size_t i = 0; i < n; i++) {
        if (!name_ok(all[i].name))
            return QN_SCHEDULE_NAME_RULE;
        if (!qn_source_ok(all[i].source))
            return "a source is not 1-200 of printable ASCII without quote and backslash";
        if (all[i].json.len < SMALLEST_DEF || all[i].json.len > QN_SCHEDULE_JSON_MAX ||
            all[i].json.data[0] != '{' || all[i].json.data[1] != '"')
            return "a definition is no JSON object as it is encoded, of at most 64 KiB";
    }
    return NULL;
}

const char *qn_claims_fault(const char *holder, const struct qn_claim *claims, size_t n)
{
    if (!printable(holder, QN_HOLDER_MAX, ""))
        return HOLDER_RULE;
    if (n < 1 || n > QN_CLAIM_BATCH_MAX)
        return "1-1,000 planned times are claimed";
    for (size_t i = 0; i < n; i++) {
        if (!name_ok(claims[i].name))
            return QN_SCHEDULE_NAME_RULE;
        if (!qn_queue_ok(claims[i].queue))
            return QUEUE_RULE;
        if (claims[i].at_ms < 1 || claims[i].at_ms > LATEST_MS)
            return TIME_RULE;
    }
    return NULL;
}

const char *qn_fire_notes_fault(const struct qn_fire_note *fires, size_t n)
{
    if (n < 1 || n > QN_CLAIM_BATCH_MAX)
        return "1-1,000 fires are noted";
    for (size_t i = 0; i < n; i++) {
        if (!name_ok(fires[i].name))
            return QN_SCHEDULE_NAME_RULE;
        if (fires[i].at_ms < 0 || fires[i].at_ms > LATEST_MS)
            return TIME_RULE;
        if (fires[i].json.len < 2 || fires[i].json.len > QN_FIRE_JSON_MAX)
            return "what became of a planned time is not told in 2 to 2,048 bytes";
    }
    return NULL;
}
