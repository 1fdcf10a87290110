-- Jobs that are to be made when the transaction that writes them down has committed.
CREATE TABLE outbox (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), -- the job's name
    written_at timestamptz NOT NULL DEFAULT now(),
    queue text NOT NULL DEFAULT 'default',
    task text NOT NULL,
    args jsonb NOT NULL DEFAULT '{}',
    refused text -- why no job was made: somebody has to look at it
);
CREATE INDEX outbox_to_send ON outbox (written_at) WHERE refused IS NULL;
