/* bounds.h - how far the numbers of a job may go, for whoever makes one. */
#ifndef BROKER_CLIENT_BOUNDS_H
#define BROKER_CLIENT_BOUNDS_H

#include <stdint.h>

#define QN_DAYS_MS(n)     (INT64_C(86400000) * (n))
#define QN_PRIORITY_MAX   3
#define QN_ATTEMPTS_MAX   1000
#define QN_DELAY_MAX_MS   QN_DAYS_MS(3650) /* delays and start deadlines */
#define QN_LIMIT_MAX_MS   QN_DAYS_MS(7)    /* soft and hard limits */
#define QN_RESULT_MAX_MS  QN_DAYS_MS(365)  /* life of a result */
#define QN_UNIQUE_FOR_MAX QN_DAYS_MS(365)
#define QN_RETRY_BASE_MAX QN_DAYS_MS(1)
#define QN_RETRY_CAP_MAX  QN_DAYS_MS(7)

#endif
