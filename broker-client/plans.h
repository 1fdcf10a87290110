/* plans.h - what both brokers refuse of schedules (timetable.h). Pure. */
#ifndef BROKER_CLIENT_PLANS_H
#define BROKER_CLIENT_PLANS_H

#include "broker-client/timetable.h"

#define QN_SCHEDULE_NAME_RULE "a schedule's name is not 1-32 of [a-z0-9_-]"

/* At most 1,000. */
bool qn_schedule_names_ok(const char *const *names, size_t n);
/* 1-200 of printable ASCII without quote and backslash. */
bool qn_source_ok(const char *source);
/* All: NULL, or what is wrong. */
const char *qn_definitions_fault(const char *holder, const struct qn_definition *all, size_t n);
const char *qn_claims_fault(const char *holder, const struct qn_claim *claims, size_t n);
const char *qn_fire_notes_fault(const struct qn_fire_note *fires, size_t n);

#endif
