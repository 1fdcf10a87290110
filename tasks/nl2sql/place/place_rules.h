/* place_rules.h - the rules of a model, made when they are first wanted. */
#ifndef TASKS_NL2SQL_PLACE_PLACE_RULES_H
#define TASKS_NL2SQL_PLACE_PLACE_RULES_H

#include "place.h"

void place_rules_free(struct rules *rules); /* NULL is fine */

#endif
