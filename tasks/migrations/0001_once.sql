-- One row for each effect that happens exactly once (tasks/lib/once.h).
CREATE TABLE quern.once (
    namespace text COLLATE "C" NOT NULL,
    job_id    text COLLATE "C" NOT NULL,
    step      text COLLATE "C" NOT NULL,
    result    json,  -- as it was given, byte for byte
    done_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (namespace, job_id, step)
);

CREATE INDEX once_done_at ON quern.once (namespace, done_at);
