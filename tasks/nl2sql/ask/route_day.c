#include "route_day.h"

#include "common/mem.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* No path: a zone may come with a job. */
static const char *zone_or_utc(const char *zone)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_+-/";

    return zone[0] != '\0' && zone[0] != '/' && zone[strspn(zone, letters)] == '\0' ? zone : "UTC";
}

static void use_zone(const char *zone)
{
    if (zone != NULL) {
        setenv("TZ", zone, 1);
    } else {
        unsetenv("TZ");
    }
    tzset();
}

void route_day(const char *zone, int64_t wall_ms, char out[ROUTE_DAY_SIZE])
{
    const char *before = getenv("TZ");
    char *kept = before != NULL ? qn_strdup(before) : NULL;
    const time_t seconds = (time_t)(wall_ms / 1000);
    struct tm day = {.tm_mday = 1};

    use_zone(zone_or_utc(zone));
    localtime_r(&seconds, &day);
    use_zone(kept);
    qn_free(kept);
    if (strftime(out, ROUTE_DAY_SIZE, "%Y-%m-%d", &day) == 0) {
        out[0] = '\0';
    }
}
