#include "kv.h"

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

/* Without a grace an answer is never older than its life, also when the source fails. */
/* clang-format off */
const struct qn_kv_kind qn_kv_kinds[QN_KV_KINDS] = {
    [QN_KV_MODEL] = {"model", .l2_ms = 30 * MINUTE, .hot_ms = QN_KV_HOT_MS,
        .none_ms = MINUTE, .grace_ms = HOUR, .lease_ms = 30 * SECOND, .wait_ms = 30 * SECOND},
    [QN_KV_METADATA] = {"metadata", .l2_ms = HOUR,
        .none_ms = MINUTE, .grace_ms = 6 * HOUR, .lease_ms = MINUTE, .wait_ms = MINUTE},
    [QN_KV_DASHBOARD] = {"dashboard", .l1_ms = 5 * MINUTE, .l2_ms = 15 * MINUTE,
        .hot_ms = QN_KV_HOT_MS,
        .none_ms = MINUTE, .grace_ms = HOUR, .lease_ms = 10 * SECOND, .wait_ms = 10 * SECOND},
    [QN_KV_WIDGET] = {"widget", .l2_ms = MINUTE,
        .none_ms = MINUTE, .grace_ms = 10 * MINUTE, .lease_ms = 30 * SECOND,
        .wait_ms = 30 * SECOND},
    [QN_KV_USER] = {"user", .l1_ms = 10 * MINUTE, .l2_ms = 30 * MINUTE,
        .none_ms = 5 * MINUTE, .lease_ms = 10 * SECOND, .wait_ms = 10 * SECOND},
    [QN_KV_PRODUCT] = {"product", .l1_ms = MINUTE, .l2_ms = 5 * MINUTE, .hot_ms = QN_KV_HOT_MS,
        .none_ms = 5 * MINUTE, .grace_ms = HOUR, .lease_ms = 10 * SECOND, .wait_ms = 10 * SECOND},
    [QN_KV_LIST] = {"list", .l1_ms = MINUTE, .l2_ms = 5 * MINUTE,
        .none_ms = MINUTE, .grace_ms = HOUR, .lease_ms = 10 * SECOND, .wait_ms = 10 * SECOND},
    [QN_KV_EXAMPLES] = {"examples", .l2_ms = 10 * MINUTE,
        .lease_ms = 10 * SECOND, .wait_ms = 10 * SECOND},
    [QN_KV_QUERY] = {"query", .l2_ms = 5 * MINUTE,
        .none_ms = MINUTE, .lease_ms = MINUTE, .wait_ms = MINUTE},
    [QN_KV_REPORT] = {"report", .l2_ms = HOUR, .lease_ms = MINUTE, .wait_ms = 10 * SECOND},
    [QN_KV_REPORT_CLOSED] = {"report-closed", .l2_ms = 24 * HOUR, .lease_ms = MINUTE,
        .wait_ms = 10 * SECOND},
    [QN_KV_LLM_DESCRIBE] = {"llm-describe", .l2_ms = 24 * HOUR, .lease_ms = 2 * MINUTE,
        .wait_ms = 2 * MINUTE},
    [QN_KV_LLM_SQL] = {"llm-sql", .l2_ms = HOUR, .lease_ms = 2 * MINUTE, .wait_ms = 2 * MINUTE},
    [QN_KV_LLM_CHAT] = {"llm-chat"},
};
/* clang-format on */

/* From the longest on. */
static const struct {
    int64_t from_ms;
    int64_t life_ms;
} query_lives[] = {
    {2000, 3600 * SECOND},
    {1000, 1800 * SECOND},
    {500, 900 * SECOND},
};

int64_t qn_kv_query_ms(int64_t took_ms)
{
    for (size_t i = 0; i < sizeof(query_lives) / sizeof(query_lives[0]); i++) {
        if (took_ms >= query_lives[i].from_ms) {
            return query_lives[i].life_ms;
        }
    }
    return 300 * SECOND;
}

int64_t qn_kv_jitter_ms(int64_t life_ms, uint64_t random)
{
    uint64_t range = (uint64_t)life_ms * QN_KV_JITTER / 100 + 1;
    int64_t life = life_ms - (int64_t)(random % range);

    return life > 0 ? life : 1;
}
