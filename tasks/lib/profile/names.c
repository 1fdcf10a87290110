#include "profile.h"

const char *const qn_profile_tier_names[QN_PROFILE_TIERS] = {"none", "statistics", "sampled",
                                                             "exact"};

const char *const qn_shape_names[QN_SHAPES] = {"none", "uuid",   "email", "phone", "url",  "date",
                                               "json", "number", "code",  "words", "prose"};

const char *const qn_pii_names[QN_PIIS] = {"none",    "email", "phone",     "name",
                                           "address", "birth", "id_number", "card",
                                           "iban",    "ip",    "secret"};

const char *const qn_alert_names[QN_ALERTS] = {"constant",  "nulls",    "identifier",
                                               "category",  "skewed",   "zeros",
                                               "dominated", "variants", "future"};
