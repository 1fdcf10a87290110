-- Questions (tasks/nl2sql): what was asked in a thread, pairs that people approved, dashboards.
-- Rows of the databases that are asked are in none of these.

-- A thread is a datasource's: the same word with another datasource is another thread.
CREATE TABLE quern.nl2sql_turns (
    datasource text COLLATE "C" NOT NULL REFERENCES quern.datasources ON DELETE CASCADE,
    thread     text COLLATE "C" NOT NULL CHECK (thread ~ '^[A-Za-z0-9_-]{1,64}$'),
    turn       bigint NOT NULL CHECK (turn > 0),
    job_id     text COLLATE "C" NOT NULL,
    question   text NOT NULL,
    sql        text NOT NULL,
    translator text COLLATE "C" NOT NULL,  -- rules, llm
    language   text COLLATE "C" NOT NULL,
    model_hash text COLLATE "C" NOT NULL,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (datasource, thread, turn),
    UNIQUE (datasource, thread, job_id)    -- a run that is repeated makes no second turn
);

CREATE INDEX nl2sql_turns_at ON quern.nl2sql_turns (at);

CREATE TABLE quern.nl2sql_examples (
    datasource    text COLLATE "C" NOT NULL REFERENCES quern.datasources ON DELETE CASCADE,
    question_hash text COLLATE "C" NOT NULL,  -- SHA-256 of question
    question      text NOT NULL,
    sql           text NOT NULL,
    verdict       text COLLATE "C" NOT NULL CHECK (verdict IN ('approve', 'correct')),
    language      text COLLATE "C" NOT NULL,
    model_hash    text COLLATE "C" NOT NULL,
    changed_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by    text NOT NULL,
    PRIMARY KEY (datasource, question_hash)
);

-- Widgets may be of other datasources: one that goes leaves the dashboard there.
CREATE TABLE quern.dashboards (
    id         text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[a-z0-9_-]{1,64}$'),
    title      text NOT NULL,
    database   text COLLATE "C" NOT NULL,
    widgets    text NOT NULL,  -- JSON
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by text NOT NULL DEFAULT ''
);
