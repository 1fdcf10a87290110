/* catalog_json.h - a catalogue as JSON: what the next run compares with.
 *
 *   {"format":"quern-catalog/1","hash":"...","tables":[{"hash":"...","table":{
 *     "schema":"public","name":"orders","kind":"table","partitioned":false,"readable":true,
 *     "comment":"","columns":[["id","bigint not null identity"],["status","text default
 *     'new'::text in ('new', 'paid')"]],"keys":["primary key (\"id\")"],"references":
 *     ["(\"user_id\") to \"public\".\"users\" (\"id\")"],"indexes":[...],"checks":[...],
 *     "view":""}}]}
 *
 * Definitions are words for people; one over QN_CATALOG_WORDS_MAX bytes is cut and ends in a hash
 * of the whole. Nothing in it counts or measures, so two runs over the same definitions write the
 * same bytes. A table's hash is the SHA-256 of its member "table"; the catalogue's is that of all
 * of these hashes.
 *
 * Not here: reading it (catalog_diff.h).
 */
#ifndef TASKS_LIB_CATALOG_CATALOG_JSON_H
#define TASKS_LIB_CATALOG_CATALOG_JSON_H

#include "catalog.h"

#define QN_CATALOG_FORMAT    "quern-catalog/1"
#define QN_CATALOG_WORDS_MAX 600

/* The failure of out. */
int qn_catalog_to_json(const struct qn_catalog *catalog, struct qn_buf *out);
/* The member "table" of one. references need the whole catalogue. */
int qn_catalog_table_to_json(const struct qn_catalog *catalog, const struct qn_catalog_table *table,
                             struct qn_buf *out);

#endif
