/* rebin.h - shares of bins when the bounds turn out to be wider.
 *
 * Not here: the scan that finds the bounds, which is qn_run_whole of run.h.
 */
#ifndef TASKS_LIB_PROFILE_REBIN_H
#define TASKS_LIB_PROFILE_REBIN_H

#include "profile.h"

/* From equal bins between low and high to those between wide_low and wide_high, as if the
 * values of a bin were spread over it evenly. */
void qn_rebin(double bins[QN_PROFILE_BINS], double low, double high, double wide_low,
              double wide_high);

#endif
