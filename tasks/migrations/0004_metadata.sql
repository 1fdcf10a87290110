-- Databases that may be asked (quern datasource), what was found in them, and what it means.

CREATE TABLE quern.datasources (
    name        text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_-]{0,63}$'),
    url         text NOT NULL,      -- of the role, with its password
    role        text NOT NULL,
    role_made   boolean NOT NULL,   -- by quern datasource add: it may drop it
    schemas     text[] NOT NULL DEFAULT '{}',   -- {}: all
    include     text[] NOT NULL DEFAULT '{}',   -- globs
    exclude     text[] NOT NULL DEFAULT '{}',
    hide        text[] NOT NULL DEFAULT '{}',   -- globs of table.column
    show        text[] NOT NULL DEFAULT '{}',   -- the same, of names that look secret and are not
    time_zone   text NOT NULL DEFAULT 'UTC',
    hints       text NOT NULL DEFAULT '',       -- nlq-hints/1
    query_ms    bigint NOT NULL DEFAULT 10000 CHECK (query_ms > 0),
    profile_ms  bigint NOT NULL DEFAULT 30000 CHECK (profile_ms > 0),
    connections integer NOT NULL DEFAULT 8 CHECK (connections > 0),
    max_rows    bigint NOT NULL DEFAULT 1000 CHECK (max_rows > 0),
    made_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    granted_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Versions of a semantic model. The text is kept byte for byte.
CREATE TABLE quern.models (
    datasource  text COLLATE "C" NOT NULL REFERENCES quern.datasources ON DELETE CASCADE,
    version     bigint NOT NULL CHECK (version > 0),
    hash        text COLLATE "C" NOT NULL,
    model       text NOT NULL,  -- quern-model/1
    tables      integer NOT NULL,
    relations   integer NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by     text NOT NULL,
    approved_at timestamptz,
    approved_by text,
    PRIMARY KEY (datasource, version)
);

-- What people decided, one document a datasource, and the newest model without it: an edit that is
-- taken back leaves nothing behind.
CREATE TABLE quern.model_edits (
    datasource text COLLATE "C" PRIMARY KEY REFERENCES quern.datasources ON DELETE CASCADE,
    edits      text NOT NULL DEFAULT '{}',
    base       text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE quern.model_log (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    datasource text COLLATE "C" NOT NULL REFERENCES quern.datasources ON DELETE CASCADE,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    who        text NOT NULL,
    action     text COLLATE "C" NOT NULL CHECK (action IN ('made', 'edited', 'approved')),
    version    bigint NOT NULL,
    detail     text NOT NULL DEFAULT ''  -- of an edit: what was sent
);

CREATE INDEX model_log_datasource ON quern.model_log (datasource, id);

-- The catalogue as the last analysis saw it, and profiles of its tables: an analysis that is
-- tried again goes on where it was.
CREATE TABLE quern.analyses (
    datasource   text COLLATE "C" PRIMARY KEY REFERENCES quern.datasources ON DELETE CASCADE,
    catalog      text NOT NULL,
    catalog_hash text COLLATE "C" NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE quern.analysis_profiles (
    datasource   text COLLATE "C" NOT NULL REFERENCES quern.datasources ON DELETE CASCADE,
    table_schema text NOT NULL,
    table_name   text NOT NULL,
    table_hash   text COLLATE "C" NOT NULL,
    tier         smallint NOT NULL,
    profile      text NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (datasource, table_schema, table_name)
);

-- The passwords of roles are in it.
REVOKE ALL ON quern.datasources FROM PUBLIC;
