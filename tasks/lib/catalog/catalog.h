/* catalog.h - what a PostgreSQL database says of itself: tables, columns, keys, as the role
 * that asks may see them.
 *
 * Read in a fixed number of set queries, whatever the number of tables, in one transaction
 * that is READ ONLY and REPEATABLE READ. Tables of the system, of temporary schemas and of
 * extensions are left out; partitions and inheritance children of a partitioned table are
 * folded into it (rows, bytes and parts are sums). Names are as stored: any bytes that UTF-8
 * allows, in any case; they become SQL through qn_catalog_add_name only. What has another name,
 * in a database without encoding, is left out. Comments have no control characters. SQL that
 * PostgreSQL cannot give, since what it needs is gone or locked, is "".
 *
 * Not here: reading rows of tables (profile.h); what references what but is not declared
 * (relations.h); diffs and JSON (catalog_diff.h, catalog_json.h).
 */
#ifndef TASKS_LIB_CATALOG_CATALOG_H
#define TASKS_LIB_CATALOG_CATALOG_H

#include "tasks/lib/arena.h"
#include "tasks/lib/postgres.h"

#define QN_CATALOG_TABLES_MAX  20000
#define QN_CATALOG_COLUMNS_MAX 400000
#define QN_CATALOG_BYTES_MAX   ((size_t)512 * 1024 * 1024)
#define QN_CATALOG_TEXT_MAX    2000 /* bytes kept of a comment, default, check or view */
#define QN_CATALOG_LABELS_MAX  1000
#define QN_CATALOG_GLOBS_MAX   64
#define QN_CATALOG_HASH_SIZE   65 /* sha256 in hex and a NUL */

/* What values are, for all that does not care which of several types it is. */
enum qn_family {
    QN_FAMILY_OTHER,
    QN_FAMILY_INTEGER, /* int2, int4, int8, oid */
    QN_FAMILY_NUMERIC, /* numeric, money */
    QN_FAMILY_FLOAT,
    QN_FAMILY_TEXT, /* text, varchar, char, citext, name */
    QN_FAMILY_BOOLEAN,
    QN_FAMILY_DATE,
    QN_FAMILY_TIMESTAMP, /* with and without time zone */
    QN_FAMILY_TIME,
    QN_FAMILY_INTERVAL,
    QN_FAMILY_UUID,
    QN_FAMILY_ENUM,
    QN_FAMILY_JSON, /* json, jsonb, xml, hstore */
    QN_FAMILY_BYTES,
    QN_FAMILY_NETWORK, /* inet, cidr, macaddr */
    QN_FAMILY_GEO,     /* point, box, ...; geometry, geography */
    QN_FAMILY_ARRAY,
    QN_FAMILY_RANGE,
    QN_FAMILIES,
};
extern const char *const qn_family_names[QN_FAMILIES]; /* "other", "integer", ... */

enum qn_catalog_kind {
    QN_CATALOG_TABLE, /* partitioned ones too */
    QN_CATALOG_VIEW,
    QN_CATALOG_MATVIEW,
    QN_CATALOG_FOREIGN,
    QN_CATALOG_KINDS,
};
extern const char *const qn_catalog_kind_names[QN_CATALOG_KINDS]; /* "table", "view", ... */

/* Texts are never NULL: "" where there is none. */
struct qn_catalog_column {
    const char *name;
    const char *type;   /* as format_type prints it: "character varying(20)", "public.mood"; of a
                           domain what is below it, as of family, length and such */
    const char *domain; /* "public.email"; "" when it is of none */
    const char *comment;
    const char *preset;    /* DEFAULT or generation expression */
    enum qn_family family; /* of an array: QN_FAMILY_ARRAY */
    int number;            /* attnum */
    int length;            /* of varchar(n) and char(n), 0: none */
    int precision, scale;  /* of numeric(p,s); precision 0: none given; scale of money: 2 */
    bool not_null;
    bool identity;        /* GENERATED ... AS IDENTITY, or DEFAULT nextval(...) */
    bool generated;       /* GENERATED ALWAYS AS (...) STORED */
    bool zoned;           /* timestamp with time zone */
    bool readable;        /* this role may SELECT it, and nobody hid it */
    bool hidden;          /* the choice hides it from a role that may */
    bool hidden_for_good; /* and its owner says so */
    /* Values that the definition allows: labels of an enum (the first QN_CATALOG_LABELS_MAX), or of
     * CHECK (c IN ('a', 'b')) of the column or its domain. */
    const char *const *labels;
    size_t n_labels;
};

/* Columns are places in the table's columns, in the key's order. */
struct qn_catalog_key {
    const char *name;
    const size_t *columns;
    size_t n;
    bool primary;
    bool constraint; /* false: a unique index without WHERE and without expressions */
};

struct qn_catalog_index {
    const char *name;
    const size_t *columns; /* leading plain columns; 0 of them when it begins with an expression */
    size_t n;
    bool unique, partial, valid;
};

/* A declared FOREIGN KEY to a table that this role may read. parent is a place in the catalogue's
 * tables. */
struct qn_catalog_reference {
    const char *name;
    const size_t *columns;
    const size_t *parent_columns;
    size_t n;
    size_t parent;
    bool validated;
};

struct qn_catalog_table {
    const char *schema;
    const char *name;
    const char *comment;
    const char *view;          /* of a view: its SELECT, up to QN_CATALOG_TEXT_MAX bytes */
    const char *const *checks; /* expressions */
    size_t n_checks;
    enum qn_catalog_kind kind;
    unsigned oid;
    bool partitioned;
    bool readable; /* the role may SELECT all or some columns, and use the schema */
    bool hidden;   /* no column is readable, and some are hidden */
    bool hidden_for_good;
    double rows;   /* the planner's estimate; -1: never analysed */
    int64_t bytes; /* of the table without indexes */
    int64_t pages;
    int64_t parts;       /* partitions folded in */
    int64_t analyzed_ms; /* wall; 0: never or not to be seen */
    struct qn_catalog_column *columns;
    size_t n_columns;
    struct qn_catalog_key *keys; /* the primary key first */
    size_t n_keys;
    struct qn_catalog_index *indexes;
    size_t n_indexes;
    struct qn_catalog_reference *references;
    size_t n_references;
    char hash[QN_CATALOG_HASH_SIZE]; /* of all that a change of its definition changes: no sizes */
};

struct qn_catalog {
    struct qn_arena arena; /* of everything below */
    const char *database;
    const char *role;
    const char *time_zone; /* the server's setting for this role */
    int server_version;    /* 150020 */
    bool superuser;
    bool writes; /* the role could write something: superuser, or any INSERT/UPDATE/DELETE right */
    bool recovery;                   /* a standby */
    struct qn_catalog_table *tables; /* by schema, name */
    size_t n_tables;
    size_t unreadable; /* of them, readable is false */
    size_t left_out;   /* by the globs */
    char hash[QN_CATALOG_HASH_SIZE];
};

/* Globs of "schema.table" or "table" with * and ?; the first dot ends the schema. A table is in
 * when an include matches (or there is none) and no exclude does. Case counts. Borrowed. */
struct qn_catalog_choice {
    const char *const *include;
    size_t n_include;
    const char *const *exclude;
    size_t n_exclude;
    const char *const *schemas; /* names, no globs; none: all */
    size_t n_schemas;
    const struct qn_catalog_choice *within; /* NULL, or one that has to take the table too */
};

/* Columns (patterns of hidden.h) that are not read though the role may: the first n_owner are the
 * owner's, the others what people said. What is made of them is hidden too: views, generated and
 * inherited columns. Of hidden columns name and type are kept, of hidden tables the name; no key,
 * index, reference, check or label is. Borrowed. */
struct qn_catalog_hide {
    const char *const *patterns;
    size_t n, n_owner;
};

/* pg: after qn_pg_ready. choice NULL: all; never the schema quern. To be freed. Errors: those of
 * postgres.h; QN_ELIMIT over a maximum, naming the glob to use. */
QN_MUST_CHECK int qn_catalog_read(struct qn_catalog **ret, struct qn_pg *pg,
                                  const struct qn_catalog_choice *choice, struct qn_err *reterr);
/* The same without what is hidden; hide NULL: nothing is. */
QN_MUST_CHECK int qn_catalog_read_hiding(struct qn_catalog **ret, struct qn_pg *pg,
                                         const struct qn_catalog_choice *choice,
                                         const struct qn_catalog_hide *hide, struct qn_err *reterr);
void qn_catalog_free(struct qn_catalog *catalog); /* NULL is fine */

/* Places; QN_CATALOG_NONE when there is none. schema "" finds a name that only one schema has. */
#define QN_CATALOG_NONE ((size_t)-1)
size_t qn_catalog_find(const struct qn_catalog *catalog, const char *schema, const char *name);
size_t qn_catalog_column(const struct qn_catalog_table *table, const char *name);

/* A name as SQL, always quoted; "schema"."table". */
int qn_catalog_add_name(struct qn_buf *out, const char *name);
int qn_catalog_add_table(struct qn_buf *out, const struct qn_catalog_table *table);

/* True when the columns, in any order, hold a whole key. */
bool qn_catalog_is_unique(const struct qn_catalog_table *table, const size_t *columns, size_t n);

bool qn_glob_match(const char *glob, const char *schema, const char *name);

#endif
