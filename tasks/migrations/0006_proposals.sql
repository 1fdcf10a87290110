-- What a language model said of tables, for people to review: a layer of the semantic model.
CREATE TABLE quern.model_proposals (
    datasource   text COLLATE "C" NOT NULL REFERENCES quern.datasources ON DELETE CASCADE,
    table_schema text NOT NULL,
    table_name   text NOT NULL,
    table_hash   text COLLATE "C" NOT NULL,
    language     text COLLATE "C" NOT NULL,
    prompt       text COLLATE "C" NOT NULL,  -- version of its texts
    made_by      text NOT NULL,              -- the language model
    layer        text NOT NULL,              -- nlq-hints/1
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (datasource, table_schema, table_name)
);
