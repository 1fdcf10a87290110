#include "rebin.h"

#include <math.h>
#include <string.h>

static double overlap(double a, double b, double c, double d)
{
    return fmax(fmin(b, d) - fmax(a, c), 0);
}

void qn_rebin(double bins[QN_PROFILE_BINS], double low, double high, double wide_low,
              double wide_high)
{
    double from = (high - low) / QN_PROFILE_BINS;
    double to = (wide_high - wide_low) / QN_PROFILE_BINS;
    double moved[QN_PROFILE_BINS] = {0};

    if (!(from > 0) || !(to > 0) || !isfinite(from) || !isfinite(to) ||
        (low <= wide_low && high >= wide_high)) {
        return;
    }
    for (int i = 0; i < QN_PROFILE_BINS; i++) {
        for (int k = 0; k < QN_PROFILE_BINS; k++) {
            moved[k] += bins[i] *
                        overlap(low + from * i, low + from * (i + 1), wide_low + to * k,
                                wide_low + to * (k + 1)) /
                        from;
        }
    }
    memcpy(bins, moved, sizeof(moved));
}
