#include "command_options.h"

const struct cli_option cli_datasource_add_options[] = {
    {"url", "URL", "where it is, as somebody who may make roles there"},
    {"url-file", "FILE", "the same from a file; - reads stdin"},
    {"role", "ROLE", "the role it makes, quern_NAME"},
    {"use-role-of-url", NULL, "make none: keep the URL with its user"},
    {"replace", NULL, "give rights and limits anew, to new tables too"},
    {"schema", "SCHEMA", "only this schema; may be given several times"},
    {"include", "GLOB", "only these tables: orders, sales.*, *_2025"},
    {"exclude", "GLOB", "not these"},
    {"hide", "GLOB", "not these columns: users.email, *.iban, salary"},
    {"show", "GLOB", "these, though their names look like secrets"},
    {"zone", "ZONE", "whose days and months, UTC"},
    {"hints", "FILE", "what its tables mean (nlq-hints/1); - reads stdin"},
    {"query-timeout", "TIME", "of a query, 10s"},
    {"profile-timeout", "TIME", "of a statement that profiles, 30s"},
    {"connections", "N", "at most so many at once, 8"},
    {"max-rows", "N", "of an answer, 1000"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_datasource_set_options[] = {
    {"zone", "ZONE", "whose days and months"},
    {"hints", "FILE", "what its tables mean (nlq-hints/1); - reads stdin"},
    {"query-timeout", "TIME", "of a query"},
    {"profile-timeout", "TIME", "of a statement that profiles"},
    {"connections", "N", "at most so many at once"},
    {"max-rows", "N", "of an answer"},
    {"url", "URL", "change the role's own limits too, as who may"},
    {"url-file", "FILE", "the same from a file; - reads stdin"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_datasource_remove_options[] = {
    {"url", "URL", "drop its role too, as somebody who may"},
    {"url-file", "FILE", "the same from a file; - reads stdin"},
    {"keep-role", NULL, "leave its role as it is"},
    {NULL, NULL, NULL},
};
