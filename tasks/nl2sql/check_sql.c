#include "check_sql.h"

#include <pg_query.h>

void check_sql_canonical(const char *sql, struct qn_buf *out)
{
    PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(sql);

    if (parsed.error == NULL) {
        PgQueryDeparseResult written = pg_query_deparse_protobuf(parsed.parse_tree);

        if (written.error == NULL) {
            qn_buf_add_str(out, written.query);
        }
        pg_query_free_deparse_result(written);
    }
    pg_query_free_protobuf_parse_result(parsed);
}
