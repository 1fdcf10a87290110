#include "chart_sum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECIMALS_MOST 18

static int decimals_of(const char *text)
{
    const char *point = strchr(text, '.');
    size_t n = point != NULL ? strspn(point + 1, "0123456789") : 0;

    return n < DECIMALS_MOST ? (int)n : DECIMALS_MOST;
}

/* What is no plain decimal (money) is as near as a double. */
static long double exact(struct chart_value value)
{
    size_t len = strlen(value.text);
    bool plain = strspn(value.text, "-0123456789.eE+") == len;

    return plain ? strtold(value.text, NULL) : (long double)value.value;
}

void chart_sum_add(struct chart_sum *sum, struct chart_value value)
{
    int decimals;

    if (isnan(value.value) || value.text == NULL) {
        return;
    }
    decimals = decimals_of(value.text);
    sum->total += exact(value);
    sum->decimals = decimals > sum->decimals ? decimals : sum->decimals;
    sum->any = true;
}

struct chart_value chart_sum_value(const struct chart_sum *sum, struct qn_arena *arena)
{
    if (!sum->any) {
        return (struct chart_value){.value = NAN};
    }
    if (fabsl(sum->total) >= 1e18L) {
        return (struct chart_value){qn_arena_printf(arena, "%.18Lg", sum->total),
                                    (double)sum->total};
    }
    return (struct chart_value){qn_arena_printf(arena, "%.*Lf", sum->decimals, sum->total),
                                (double)sum->total};
}
