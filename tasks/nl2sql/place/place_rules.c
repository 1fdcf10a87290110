#include "place_type.h"
#include <malloc.h>

int place_rules(struct place *place, const struct place_database *database, struct qn_err *reterr)
{
    for (size_t i = 0; i < PLACE_DATABASES_MAX; i++) {
        struct place_entry *entry = &place->entries[i];
        int rc = QN_OK;

        if (&entry->view != database) {
            continue;
        }
        if (entry->rules == NULL) {
            rc = rules_create(&entry->rules, entry->view.model, reterr);
            malloc_trim(0); /* what making them took */
        }
        entry->view.rules = rc == QN_OK ? entry->rules : NULL;
        return rc;
    }
    return qn_fail(reterr, QN_EINVAL, "a database of another place");
}
