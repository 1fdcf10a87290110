/* choose.c - arguments by chance, and how they read. */
#include "ops.h"

#define LIVES 4
static const int64_t lives[LIVES] = {0, 10 * MODEL_MINUTE, 20 * MODEL_MINUTE, 1440 * MODEL_MINUTE};
#define DAY_MS (1440 * MODEL_MINUTE)

static int below(struct model_random *random, int n)
{
    return model_random_below(random, n);
}

static bool chance(struct model_random *random, int percent)
{
    return model_random_chance(random, percent);
}

void model_choose_nothing(struct model_random *random, struct model_args *args)
{
    (void)random;
    (void)args;
}

void model_choose_worker(struct model_random *random, struct model_args *args)
{
    args->worker = below(random, MODEL_WORKERS);
}

void model_say_worker(const struct model_args *args, struct qn_buf *out)
{
    qn_buf_printf(out, " %c", *model_worker(args->worker));
}

void model_choose_names(struct model_random *random, struct model_args *args)
{
    args->n = 1 + (chance(random, 30) ? below(random, MODEL_BATCH) : 0);
    for (int i = 0; i < args->n; i++)
        args->name[i] = below(random, MODEL_NAMES);
}

void model_say_args_names(const struct model_args *args, struct qn_buf *out)
{
    for (int i = 0; i < args->n; i++)
        qn_buf_printf(out, " %s", model_name(args->name[i]));
}

/* ---- producing ---- */

static void choose_job(struct model_random *random, struct model_job *job)
{
    job->name = below(random, MODEL_NAMES);
    job->priority = chance(random, 50) ? 1 : below(random, 4);
    if (chance(random, 35)) {
        job->due_relative = chance(random, 60);
        job->due = job->due_relative ? 1 + below(random, 20000) : below(random, 20000) - 10000;
    }
    if (chance(random, 30)) {
        job->expires_relative = chance(random, 60);
        job->expires =
            job->expires_relative ? 1 + below(random, 20000) : below(random, 20000) - 10000;
    }
    if (chance(random, 10)) {
        job->schedule = 1 + below(random, 2);
        job->planned = MODEL_T0 + 1000 * below(random, 10);
    }
    job->follows = chance(random, 20);
    job->task = below(random, 2);
    job->key = chance(random, 30) ? 1 + below(random, 2) : 0;
    if (chance(random, 20)) {
        job->unique = 1 + below(random, 2);
        job->until = 1 + below(random, 3);
        job->clash = below(random, 3);
        job->unique_for = job->until == QN_UNIQUE_WINDOW || chance(random, 30)
                              ? (1 + below(random, 12)) * MODEL_MINUTE
                              : 0;
    }
}

void model_choose_jobs(struct model_random *random, struct model_args *args)
{
    args->n = 1 + below(random, MODEL_BATCH);
    for (int i = 0; i < args->n; i++) {
        choose_job(random, &args->job[i]);
        args->name[i] = args->job[i].name;
    }
}

static void say_time(struct qn_buf *out, const char *what, int64_t ms, bool relative)
{
    if (ms != 0)
        qn_buf_printf(out, " %s %s%lld", what, relative ? "in " : "at now ", (long long)ms);
}

void model_say_jobs(const struct model_args *args, struct qn_buf *out)
{
    for (int i = 0; i < args->n; i++) {
        const struct model_job *job = &args->job[i];
        qn_buf_printf(out, "%s %s priority %d", i > 0 ? "," : "", model_name(job->name),
                      job->priority);
        say_time(out, "due", job->due, job->due_relative);
        say_time(out, "expires", job->expires, job->expires_relative);
        if (job->schedule)
            qn_buf_printf(out, " of schedule %d planned T0+%lld", job->schedule,
                          (long long)(job->planned - MODEL_T0));
        qn_buf_add_str(out, job->follows ? " follows" : "");
        qn_buf_add_str(out, job->task ? " of t.two" : "");
        if (job->key)
            qn_buf_printf(out, " key t%d", job->key);
        if (job->unique)
            qn_buf_printf(out, " unique %d until %d clash %d for %lld ms", job->unique, job->until,
                          job->clash, (long long)job->unique_for);
    }
}

void model_choose_cancel(struct model_random *random, struct model_args *args)
{
    args->n = 1;
    args->name[0] = below(random, MODEL_NAMES);
    args->life = lives[below(random, LIVES)];
}

void model_say_cancel(const struct model_args *args, struct qn_buf *out)
{
    qn_buf_printf(out, " %s, kept %lld min", model_name(args->name[0]),
                  (long long)(args->life / MODEL_MINUTE));
}

/* ---- working ---- */

void model_choose_take(struct model_random *random, struct model_args *args)
{
    args->worker = below(random, MODEL_WORKERS);
    args->number = 1 + below(random, 4);
    args->life = lives[below(random, LIVES)];
}

void model_say_take(const struct model_args *args, struct qn_buf *out)
{
    qn_buf_printf(out, " %c wants %d", *model_worker(args->worker), args->number);
}

void model_choose_finish(struct model_random *random, struct model_args *args)
{
    static const char kinds[] = "SSSFFFCXRRRZZQQ";

    args->n = 1 + below(random, MODEL_BATCH);
    args->life = lives[below(random, LIVES)];
    for (int i = 0; i < args->n; i++) {
        args->name[i] = below(random, MODEL_NAMES);
        args->kind[i] = kinds[below(random, sizeof(kinds) - 1)];
        args->age[i] = chance(random, 85) ? 0 : 1 + below(random, 2);
        /* dead letters are trimmed before their records go */
        args->ms[i] = args->kind[i] == 'F'                           ? 30 * DAY_MS
                      : args->kind[i] == 'R' || args->kind[i] == 'Z' ? below(random, 3) * 1500
                                                                     : lives[below(random, LIVES)];
    }
}

static void say_run(const struct model_args *args, int i, struct qn_buf *out)
{
    qn_buf_printf(out, "%s %s", i > 0 ? "," : "", model_name(args->name[i]));
    if (args->age[i] > 0)
        qn_buf_printf(out, " (run before, %d)", args->age[i]);
}

void model_say_finish(const struct model_args *args, struct qn_buf *out)
{
    for (int i = 0; i < args->n; i++) {
        say_run(args, i, out);
        qn_buf_printf(out, " %c %lld ms", args->kind[i], (long long)args->ms[i]);
    }
}

void model_choose_note(struct model_random *random, struct model_args *args)
{
    args->n = 1 + below(random, MODEL_BATCH);
    for (int i = 0; i < args->n; i++) {
        args->name[i] = below(random, MODEL_NAMES);
        args->age[i] = chance(random, 85) ? 0 : 1;
        args->kind[i] = (char)('1' + below(random, 9));
    }
    args->number = 1 + below(random, 3); /* bits: progress, log */
}

void model_say_note(const struct model_args *args, struct qn_buf *out)
{
    for (int i = 0; i < args->n; i++)
        say_run(args, i, out);
    qn_buf_printf(out, ":%s%s", args->number & 1 ? " progress" : "",
                  args->number & 2 ? " log" : "");
}

void model_choose_message(struct model_random *random, struct model_args *args)
{
    args->worker = below(random, MODEL_WORKERS);
    args->number = below(random, 2);
}

void model_say_message(const struct model_args *args, struct qn_buf *out)
{
    qn_buf_printf(out, " %s to %c", args->number ? "stop" : "quiet", *model_worker(args->worker));
}

/* ---- upkeep ---- */

void model_choose_recover(struct model_random *random, struct model_args *args)
{
    args->number = chance(random, 30) ? 1 + below(random, 2) : 500;
    args->life = lives[below(random, LIVES)];
}

void model_say_recover(const struct model_args *args, struct qn_buf *out)
{
    qn_buf_printf(out, " at most %d", args->number);
}

void model_choose_trim(struct model_random *random, struct model_args *args)
{
    static const int64_t ages[] = {0, 60000, DAY_MS};
    static const int counts[] = {0, 1, 3, 100};

    static const int64_t bytes[] = {0, 1, 1000, DAY_MS};

    args->time = ages[below(random, 3)];
    args->number = counts[below(random, 4)];
    args->life = bytes[below(random, 4)];
}

void model_say_trim(const struct model_args *args, struct qn_buf *out)
{
    qn_buf_printf(out, " older than %lld ms, more than %d, above %lld bytes", (long long)args->time,
                  args->number, (long long)args->life);
}

/* ---- operating ---- */

void model_choose_ended(struct model_random *random, struct model_args *args)
{
    model_choose_names(random, args);
    for (int i = 0; i < args->n; i++)
        args->age[i] = chance(random, 75) ? 0 : 1 + below(random, 2);
}

void model_say_ended(const struct model_args *args, struct qn_buf *out)
{
    static const char *const seen[] = {"", " (not ended)", " (another end)"};

    for (int i = 0; i < args->n; i++)
        qn_buf_printf(out, " %s%s", model_name(args->name[i]), seen[args->age[i]]);
}

void model_choose_purge(struct model_random *random, struct model_args *args)
{
    args->number = below(random, 3);
    args->time = chance(random, 50) ? 1000000 : -below(random, 5000);
}

void model_say_purge(const struct model_args *args, struct qn_buf *out)
{
    static const char *const states[] = {"queued", "scheduled", "retrying"};

    qn_buf_printf(out, " %s until now %+lld ms", states[args->number], (long long)args->time);
}

void model_choose_gate(struct model_random *random, struct model_args *args)
{
    args->number = chance(random, 60) ? QN_GATE_OPEN : 1 + below(random, 2);
}

void model_say_gate(const struct model_args *args, struct qn_buf *out)
{
    static const char *const gates[] = {"open", "paused", "draining"};

    qn_buf_printf(out, " %s", gates[args->number]);
}

/* Mostly forwards, within a lease; now and then past it, past a life, or back. */
void model_choose_clock(struct model_random *random, struct model_args *args)
{
    int what = below(random, 100);

    args->time = what < 55   ? 1 + below(random, 4000)
                 : what < 80 ? 4000 + below(random, 9000)
                 : what < 88 ? 16000 + below(random, 4000)
                 : what < 94 ? 11 * MODEL_MINUTE
                             : -(1 + below(random, 30000));
}

void model_say_clock(const struct model_args *args, struct qn_buf *out)
{
    qn_buf_printf(out, " %+lld ms", (long long)args->time);
}

void model_choose_limit(struct model_random *random, struct model_args *args)
{
    static const char *const scopes[] = {"task:t.one", "task:t.two", "key:t1", "key:*"};

    args->limit = (struct qn_limit){
        .scope = scopes[below(random, 4)],
        .concurrency = chance(random, 60) ? 1 + below(random, 2) : 0,
        .declared = chance(random, 30),
    };
    if (chance(random, 40)) {
        args->limit.rate = 1 + below(random, 3);
        args->limit.per_ms = chance(random, 50) ? 1000 : 7000;
        args->limit.burst = below(random, 3);
    }
}

void model_say_limit(const struct model_args *args, struct qn_buf *out)
{
    const struct qn_limit *limit = &args->limit;

    qn_buf_printf(out, " %s %s: %lld at once, %lld in %lld ms, burst %lld", limit->scope,
                  limit->declared ? "declared" : "set", (long long)limit->concurrency,
                  (long long)limit->rate, (long long)limit->per_ms, (long long)limit->burst);
}

void model_choose_budget(struct model_random *random, struct model_args *args)
{
    args->number = chance(random, 50) ? 0 : 2 + below(random, 8);
    args->life = chance(random, 50) ? 0 : 100 * (1 + below(random, 10));
}

void model_say_budget(const struct model_args *args, struct qn_buf *out)
{
    qn_buf_printf(out, " %d jobs, %lld bytes", args->number, (long long)args->life);
}
