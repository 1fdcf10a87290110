/* profile_json.h - what the writer and the reader of a profile's JSON share.
 *
 * A number that is not known (NAN) is left out, and so is a text that is empty.
 *
 * Not here: the two, which are qn_profile_to_json and qn_profile_from_json of profile.h.
 */
#ifndef TASKS_LIB_PROFILE_PROFILE_JSON_H
#define TASKS_LIB_PROFILE_PROFILE_JSON_H

#include "common/json.h"
#include "profile.h"

#define QN_PROFILE_FIELDS 18

/* The members of struct qn_profile_column that are one double. */
struct qn_profile_field {
    const char *name;
    size_t offset;
};
extern const struct qn_profile_field qn_profile_fields[QN_PROFILE_FIELDS];

#endif
