-- How active each user was (tasks/upkeep/README.md, users.sync_activity).
CREATE TABLE quern.activity (
    user_id        bigint PRIMARY KEY,
    events         bigint NOT NULL,  -- since the first one that was counted
    last_active_at timestamptz,
    updated_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row for each call of a language model, also for one that failed and for one that the
-- cache answered. Cost is (prompt - cached) * price in + cached * price of cached
-- + completion * price out: reasoning tokens are among those of the completion.
CREATE TABLE quern.llm_usage (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    namespace         text COLLATE "C" NOT NULL,
    at                timestamptz NOT NULL DEFAULT clock_timestamp(),
    job_id            text COLLATE "C",
    principal         text COLLATE "C",  -- who is charged: an API key's name, a tenant
    purpose           text COLLATE "C" NOT NULL,  -- describe, sql, chat
    model             text COLLATE "C" NOT NULL,
    prompt_tokens     integer NOT NULL DEFAULT 0,
    cached_tokens     integer NOT NULL DEFAULT 0,
    completion_tokens integer NOT NULL DEFAULT 0,
    reasoning_tokens  integer NOT NULL DEFAULT 0,
    counted_by        text COLLATE "C" NOT NULL CHECK (counted_by IN ('provider', 'estimate')),
    cost_micro        bigint NOT NULL DEFAULT 0,  -- millionths of the currency
    currency          text COLLATE "C",
    latency_ms        integer NOT NULL DEFAULT 0,
    first_byte_ms     integer,
    attempts          smallint NOT NULL DEFAULT 1,
    finish_reason     text COLLATE "C",  -- or why it failed
    cache_hit         boolean NOT NULL DEFAULT false
);

CREATE INDEX llm_usage_at ON quern.llm_usage (namespace, at);
CREATE INDEX llm_usage_job ON quern.llm_usage (namespace, job_id);
