#include "llm_profile.h"

#include "common/str.h"
#include "common/utf8.h"
#include <string.h>

#define HIGH_BITS    UINT64_C(0x8080808080808080)
#define MICRO        INT64_C(1000000)
#define DECIMALS     6
#define WHOLE_MAX    INT64_C(1000000000)
#define TOKENS_MAX   INT64_C(1000000000)
#define ASCII_PER_10 35 /* characters for ten tokens, where a script has words */

const struct qn_llm_profile qn_llm_profiles[QN_LLM_PROFILES] = {
    {"deepseek", "deepseek.com", "USD", 131072, 8192, true, true, false, false, true},
    {"openai", "openai.com", "USD", 128000, 16384, true, true, false, false, true},
    {"vllm", NULL, "", 32768, 8192, true, true, false, false, false},
    {"ollama", ":11434", "", 8192, 4096, true, true, false, true, false},
    {"llama-server", NULL, "", 8192, 4096, true, true, true, false, false},
    {"generic", NULL, "USD", 32768, 4096, false, false, false, false, true},
};

/* Micro-units for a million tokens. */
static const struct {
    const char *profile, *model;
    struct qn_llm_price price;
} prices[] = {
    {"deepseek", "deepseek-chat", {280000, 28000, 420000}},
    {"deepseek", "deepseek-reasoner", {280000, 28000, 420000}},
    {"openai", "gpt-4o", {2500000, 1250000, 10000000}},
    {"openai", "gpt-4o-mini", {150000, 75000, 600000}},
    {"openai", "gpt-4.1", {2000000, 500000, 8000000}},
    {"openai", "gpt-4.1-mini", {400000, 100000, 1600000}},
    {"openai", "gpt-4.1-nano", {100000, 25000, 400000}},
};

const struct qn_llm_profile *qn_llm_profile_find(const char *name, const char *url)
{
    for (size_t i = 0; i < QN_LLM_PROFILES; i++) {
        const struct qn_llm_profile *profile = &qn_llm_profiles[i];

        if (name[0] != '\0' ? strcmp(profile->name, name) == 0
                            : profile->host != NULL && strstr(url, profile->host) != NULL) {
            return profile;
        }
    }
    return name[0] != '\0' ? NULL : &qn_llm_profiles[QN_LLM_PROFILES - 1];
}

/* ---- money ---- */

int qn_llm_micro(const char *text, size_t len, int64_t *ret)
{
    const char *point = memchr(text, '.', len);
    size_t n_whole = point != NULL ? (size_t)(point - text) : len;
    size_t n_part = point != NULL ? len - n_whole - 1 : 0;
    int64_t whole, part = 0;

    if (n_whole == 0 || text[0] == '-' || qn_strn_to_i64(text, n_whole, &whole) != QN_OK ||
        whole > WHOLE_MAX || n_part > DECIMALS || (point != NULL && n_part == 0)) {
        return QN_EINVAL;
    }
    if (n_part > 0 && (point[1] == '-' || qn_strn_to_i64(point + 1, n_part, &part) != QN_OK)) {
        return QN_EINVAL;
    }
    for (size_t i = n_part; i < DECIMALS; i++) {
        part *= 10;
    }
    *ret = whole * MICRO + part;
    return QN_OK;
}

/* The bytes before the first c of *rest, which then begins behind it. */
static struct qn_span cut_at(struct qn_span *rest, char c)
{
    const char *end = rest->len > 0 ? memchr(rest->data, c, rest->len) : NULL;
    struct qn_span part = {rest->data, end != NULL ? (size_t)(end - rest->data) : rest->len};

    rest->data += part.len + (end != NULL);
    rest->len -= part.len + (end != NULL);
    return part;
}

static bool read_price(struct qn_span text, struct qn_llm_price *ret)
{
    int64_t *const parts[] = {&ret->input, &ret->cached, &ret->output};

    for (size_t i = 0; i < 3; i++) {
        struct qn_span part = cut_at(&text, i < 2 ? '/' : '\0');

        if (qn_llm_micro(part.data, part.len, parts[i]) != QN_OK) {
            return false;
        }
    }
    return text.len == 0;
}

/* "name=price" or "price"; *ret_name is "" then. */
static bool read_entry(struct qn_span entry, struct qn_span *ret_name, struct qn_llm_price *ret)
{
    bool named = memchr(entry.data, '=', entry.len) != NULL;

    *ret_name = named ? cut_at(&entry, '=') : (struct qn_span){"", 0};
    return (!named || ret_name->len > 0) && read_price(entry, ret);
}

static bool find_in_setting(const char *setting, const char *model, struct qn_llm_price *ret)
{
    struct qn_span rest = {setting, strlen(setting)};
    bool found = false;

    while (rest.len > 0) {
        struct qn_llm_price price;
        struct qn_span name;

        if (!read_entry(cut_at(&rest, ','), &name, &price)) {
            return false;
        }
        if (qn_span_is(name, model)) {
            *ret = price;
            return true;
        }
        if (name.len == 0) {
            *ret = price;
            found = true;
        }
    }
    return found;
}

bool qn_llm_price_find(const char *setting, const struct qn_llm_profile *profile, const char *model,
                       struct qn_llm_price *ret)
{
    *ret = (struct qn_llm_price){0, 0, 0};
    if (find_in_setting(setting, model, ret) || !profile->paid) {
        return true;
    }
    for (size_t i = 0; i < sizeof(prices) / sizeof(prices[0]); i++) {
        if (strcmp(prices[i].profile, profile->name) == 0 && strcmp(prices[i].model, model) == 0) {
            *ret = prices[i].price;
            return true;
        }
    }
    return false;
}

int qn_llm_prices_check(const char *setting, struct qn_err *reterr)
{
    struct qn_span rest = {setting, strlen(setting)};

    while (rest.len > 0) {
        struct qn_span entry = cut_at(&rest, ','), name;
        struct qn_llm_price price;

        if (!read_entry(entry, &name, &price)) {
            return qn_fail(reterr, QN_EINVAL,
                           "llm-prices: \"%.*s\" is not [MODEL=]IN/CACHED/OUT, each like 0.28",
                           (int)(entry.len < 60 ? entry.len : 60), entry.data);
        }
    }
    return QN_OK;
}

/* ---- tokens ---- */

static int64_t bounded(int64_t tokens)
{
    return tokens < 0 ? 0 : tokens > TOKENS_MAX ? TOKENS_MAX : tokens;
}

/* tokens * price, in whole micros and millionths of one. */
static void add_cost(int64_t tokens, int64_t price, int64_t *whole, int64_t *part)
{
    *whole += price / MICRO * tokens;
    *part += price % MICRO * tokens;
}

int64_t qn_llm_cost(const struct qn_llm_price *price, const struct qn_llm_tokens *tokens)
{
    int64_t prompt = bounded(tokens->prompt), cached = bounded(tokens->cached);
    int64_t whole = 0, part = 0;

    cached = cached < prompt ? cached : prompt;
    add_cost(prompt - cached, price->input, &whole, &part);
    add_cost(cached, price->cached, &whole, &part);
    add_cost(bounded(tokens->completion), price->output, &whole, &part);
    if (whole > QN_LLM_COST_MAX) {
        return QN_LLM_COST_MAX;
    }
    return whole + (part + MICRO - 1) / MICRO;
}

/* How many of the first bytes are ASCII: whole eights. */
static size_t ascii_bytes(struct qn_span text)
{
    uint64_t eight;
    size_t n = 0;

    while (text.len - n >= sizeof(eight)) {
        memcpy(&eight, text.data + n, sizeof(eight));
        if ((eight & HIGH_BITS) != 0) {
            break;
        }
        n += sizeof(eight);
    }
    return n;
}

int64_t qn_llm_estimate(struct qn_span text)
{
    int64_t wide = 0, narrow = 0, by_script, by_bytes = (int64_t)(text.len / 3);

    for (size_t i = 0; i < text.len;) {
        const size_t ascii = ascii_bytes((struct qn_span){text.data + i, text.len - i});
        const size_t at = i + ascii;
        const size_t len = at < text.len ? qn_utf8_char(text.data + at, text.len - at) : 0;

        wide += len >= 3;
        narrow += (int64_t)ascii + (at < text.len && len < 3);
        i = at + (len > 0 ? len : 1);
    }
    by_script = wide + (narrow * 10 + ASCII_PER_10 - 1) / ASCII_PER_10;
    return by_script > by_bytes ? by_script : by_bytes;
}
