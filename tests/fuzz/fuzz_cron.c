/* fuzz_cron.c - expressions of anybody: what is refused says why; what is read has words, and
 * next times that are later, match, and are found within the bound. */
#include "fuzz.h"

#include "cron/calendar.h"
#include "cron/cron.h"
#include "cron/words.h"
#include <string.h>

#define TIMES 4

static const char *const names[] = {"UTC", "Europe/Berlin", "America/New_York",
                                    "Australia/Lord_Howe", "Pacific/Apia"};
#define ZONES (sizeof(names) / sizeof(names[0]))

static bool bit(uint64_t bits, int64_t n)
{
    return (bits >> n) & 1;
}

/* Whether clocks show a time that matches, whatever the zone. */
static bool wall_matches(const struct qn_cron *cron, int64_t wall)
{
    int64_t day = qn_day_of_second(wall), s = wall - day * QN_DAY_S;
    struct qn_date date = qn_date_of_days(day);

    return bit(cron->seconds, s % 60) && bit(cron->minutes, s / 60 % 60) &&
           bit(cron->hours, s / 3600) && bit(qn_cron_days(cron, date.year, date.month), date.day);
}

/* It fires at a time that matches, or, when fixed, at the end of a gap. */
static void check_time(const struct qn_cron *cron, const struct qn_zone *zone, int64_t at)
{
    struct qn_zone_span span;

    qn_zone_span_at(zone, at, &span);
    bool after_gap = cron->fixed && at == span.begin_s && span.offset > span.before;
    FUZZ_REQUIRE(after_gap || wall_matches(cron, at + span.offset));
}

static void check_next(const struct qn_cron *cron, const struct qn_zone *zone, int64_t after)
{
    for (int i = 0; i < TIMES; i++) {
        int64_t at = 0;
        int steps = 0;
        bool found = qn_cron_next_counted(cron, zone, after, &at, &steps);
        FUZZ_REQUIRE(steps <= QN_CRON_STEPS_MAX);
        if (!found)
            return;
        FUZZ_REQUIRE(at > after);
        if (!cron->every_s)
            check_time(cron, zone, at);
        after = at;
    }
}

static void check_words(const struct qn_cron *cron)
{
    struct qn_buf words;

    qn_buf_init(&words, QN_CRON_WORDS_MAX);
    qn_cron_words(cron, &words);
    FUZZ_REQUIRE(qn_buf_status(&words) == QN_OK && words.len > 5);
    FUZZ_REQUIRE(strlen(qn_cron_words_of_changes(cron)) > 0);
    qn_buf_release(&words);
}

/* The first 4 bytes choose zone and time, the rest is the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct qn_zone *zones[ZONES];
    struct qn_cron cron;
    struct qn_err err = {0};
    uint32_t choice = 0;

    if (size < sizeof(choice))
        return 0;
    memcpy(&choice, data, sizeof(choice));
    struct qn_zone **zone = &zones[choice % ZONES];
    if (!*zone && qn_zone_load(zone, names[choice % ZONES], NULL, NULL) != QN_OK)
        abort();
    int rc = qn_cron_parse_bytes(&cron, (const char *)data + sizeof(choice), size - sizeof(choice),
                                 &err);
    if (rc != QN_OK) {
        FUZZ_REQUIRE(rc == QN_EINVAL && err.msg[0] != '\0');
        for (const char *at = err.msg; *at != '\0'; at++)
            FUZZ_REQUIRE(*at >= ' ' && *at <= '~');
        return 0;
    }
    check_words(&cron);
    check_next(&cron, *zone, (int64_t)choice);
    return 0;
}
