/* fuzz_zone.c - zone files of anybody: an error, or a zone whose spans follow one another and in
 * which an expression is searched within bounds. */
#include "fuzz.h"

#include "cron/cron.h"

#define SPANS      5000
#define OFFSET_MAX (26 * 3600)
/* A file may have 4,096 changes, up to the year 9999. */
#define STEPS_MAX 200000

static void check_spans(const struct qn_zone *zone)
{
    struct qn_zone_span span, next;

    qn_zone_span_at(zone, QN_ZONE_EVER, &span);
    for (int i = 0; i < SPANS && span.until_s != -QN_ZONE_EVER; i++) {
        FUZZ_REQUIRE(span.until_s > span.begin_s);
        qn_zone_span_at(zone, span.until_s, &next);
        FUZZ_REQUIRE(next.begin_s == span.until_s && next.before == span.offset);
        FUZZ_REQUIRE(next.offset >= -OFFSET_MAX && next.offset <= OFFSET_MAX);
        span = next;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qn_zone *zone = NULL;
    struct qn_cron cron;
    char text[QN_ZONE_TEXT_SIZE];
    int64_t at = 0;
    int steps = 0;

    if (qn_zone_parse(&zone, "fuzz", data, size, NULL) != QN_OK)
        return 0;
    check_spans(zone);
    if (qn_cron_parse(&cron, "*/5 2 29 2 */7", NULL) != QN_OK)
        abort();
    if (qn_cron_next_counted(&cron, zone, INT64_C(1767225600), &at, &steps)) {
        FUZZ_REQUIRE(at > INT64_C(1767225600));
        qn_zone_time_to_str(zone, at, text);
    }
    FUZZ_REQUIRE(steps < STEPS_MAX);
    qn_zone_free(zone);
    return 0;
}
