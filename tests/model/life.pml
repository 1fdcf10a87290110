/* life.pml - one job between the broker's scripts and two workers, while everything
 * that may go wrong does: for the model checker spin.
 *
 * Each inline below is one script, in the words of docs/protocol.md; a script is atomic,
 * as in Redis. What is between them is not: a worker may crash, a request or its
 * answer may be lost, a request that was given up may arrive much later, a
 * lease may run out under a living worker. How often is bounded, when is not.
 *
 * Shown: the job ends at last, exactly once, by the run that holds it; a cancelled job
 * is not taken any more; nothing stays behind: no run, no lease, no mark.
 *
 * Not here: how workers wake up (a take happens when there is something to take),
 * limits, priorities, several jobs (scripts treat each by itself). test_model.py runs it,
 * and with each BROKEN_... that it has to catch.
 */
#define WORKERS 2
#ifndef TROUBLES
#define TROUBLES 3 /* crashes, losses, leases that end early, retries: in all */
#endif
#define INCS 5 /* incarnations: WORKERS + TROUBLES, numbered from 1 */

mtype = { READY, RUNNING, SUCCEEDED, CANCELLED, NOWHERE };

/* ---- the broker ---- */

mtype place = READY;
byte owner, number; /* the token of the run under way, owner:number */
byte runs;
bool marked; /* a cancel of the running job is asked for */
bool lease[INCS + 1], dead[INCS + 1];

/* ---- what is counted to be judged, and the bounds ---- */

byte ends, troubles, incarnations, away;
bool crashed[INCS + 1]; /* nobody renews this lease any more */
byte late_take; /* of an incarnation: given up, but still on its way */
byte late_owner, late_number; /* the same for a finish */
mtype late_how;

#define HELD_BY(i, r) (place == RUNNING && owner == i && number == r)
#define ALL_AWAY      (away == WORKERS && late_take == 0 && late_number == 0)
#define OVER(i)       ((lease[i] && crashed[i]) || (dead[i] && place == RUNNING && owner == i))
#define ENDED         (place == SUCCEEDED || place == CANCELLED)

#ifdef BROKEN_FENCE
#define MAY_END(i, r) (place == RUNNING)
#else
#ifdef BROKEN_RUN_NUMBER
#define MAY_END(i, r) (place == RUNNING && owner == i)
#else
#define MAY_END(i, r) HELD_BY(i, r)
#endif
#endif

inline end_as(how)
{
    place = how;
    ends++;
    assert(ends == 1);
    owner = 0;
    number = 0;
    marked = false;
}

inline back_in_line()
{
    place = READY;
    owner = 0;
    number = 0;
}

/* got: the run it was given, 0 none. */
inline take(i, got, lost)
{
    got = 0;
    if
#ifndef BROKEN_TAKE
    :: !lease[i] -> lost = true;
#endif
    :: else ->
        if
        :: place == READY ->
            assert(lease[i]); /* or nobody would ever recover it */
            runs++;
            owner = i;
            number = runs;
            got = runs;
#ifdef BROKEN_POP
            place = NOWHERE;
#else
            place = RUNNING;
#endif
        :: else;
        fi
    fi
}

/* how: SUCCEEDED, CANCELLED, or READY for a retry. What is not the run's to end is
 * "already" or "stale": nothing is written. */
inline finish(i, r, how)
{
    if
#ifdef BROKEN_POP
    :: place == NOWHERE -> end_as(SUCCEEDED);
#endif
    :: MAY_END(i, r) ->
        assert(HELD_BY(i, r)); /* who lost the job writes nothing */
        if
        :: how == READY && marked -> end_as(CANCELLED);
        :: how == READY && !marked -> back_in_line();
        :: else -> end_as(how);
        fi
    :: else;
    fi
}

inline renew(i, lost)
{
#ifdef BROKEN_RENEW
    lease[i] = true;
#endif
    lost = !lease[i];
    assert(lost || !dead[i]); /* who was recovered is told so */
}

/* held: the run it still has, 0 none. gone: that one is not its own. */
inline reconcile(i, held, gone, lost)
{
    if
    :: !lease[i] ->
        dead[i] = dead[i] || (place == RUNNING && owner == i);
        lost = true;
    :: else ->
        gone = held != 0 && !HELD_BY(i, held);
        if
        :: place == RUNNING && owner == i && number != held -> back_in_line();
        :: else;
        fi
    fi
}

inline recover(i)
{
#ifndef BROKEN_RECOVER
    lease[i] = false;
#endif
    dead[i] = true;
    if
    :: place == RUNNING && owner == i && marked -> end_as(CANCELLED);
    :: place == RUNNING && owner == i && !marked -> back_in_line();
    :: else;
    fi
}

inline cancel()
{
    if
    :: place == READY -> end_as(CANCELLED);
    :: place == RUNNING -> marked = true;
    :: else;
    fi
}

/* ---- a worker ---- */

#define TROUBLE troubles < TROUBLES -> troubles++

proctype Worker()
{
    byte i, held, sent; /* held: its run; sent: ended, but not yet acknowledged */
    mtype how;
    byte unsure; /* an outcome is unknown: 2 renew and send again, 1 reconcile, 0 not */
    bool gone, lost;

start:
    atomic {
        incarnations++;
        i = incarnations;
        held = 0;
        sent = 0;
        lost = false;
        unsure = 0;
        lease[i] = true; /* join */
    }
    do
    :: atomic { lost -> goto start; } /* all its executors are killed */
    :: atomic { !lost && unsure == 0 && held == 0 && place == READY ->
        if
        :: take(i, held, lost);
        :: TROUBLE; take(i, held, lost); held = 0; unsure = 2; /* the answer is lost */
        :: late_take == 0 && TROUBLE; late_take = i; unsure = 2;
        fi }
    :: atomic { held != 0 && sent == 0 -> /* the executor is done with it */
        if
        :: how = SUCCEEDED;
        :: TROUBLE; how = READY;
        :: marked -> how = CANCELLED; /* it was told by its inbox, or by renew */
        fi
        sent = held; }
    :: atomic { !lost && unsure == 0 && sent != 0 ->
        if
        :: finish(i, sent, how); held = 0; sent = 0;
        :: TROUBLE; finish(i, sent, how); unsure = 2;
        :: late_number == 0 && TROUBLE;
            late_owner = i; late_number = sent; late_how = how; unsure = 2;
        fi }
    :: atomic { !lost && unsure == 2 -> renew(i, lost); /* reconnected */
        if
        :: lost;
        :: else ->
            finish(i, sent, how);
            held = (sent != 0 -> 0 : held);
            sent = 0;
        fi
        unsure = 1; }
#ifdef BROKEN_RECONCILE
    :: atomic { unsure == 1 -> unsure = 0; }
#else
    :: atomic { !lost && (unsure == 1 || /* or once a minute */
                (unsure == 0 && sent == 0 && place == RUNNING && owner == i && number != held)) ->
        reconcile(i, held, gone, lost);
        held = (gone -> 0 : held);
        sent = (gone -> 0 : sent);
        gone = false;
        unsure = 0; }
#endif
    :: atomic { !lost && unsure == 0 && !lease[i] -> renew(i, lost); } /* the next heartbeat */
    :: atomic { TROUBLE; crashed[i] = true; goto start; }
    :: atomic { !lost && ENDED && held == 0 && sent == 0 && unsure == 0 && late_take != i ->
        break; }
    od
    atomic {
        lease[i] = false; /* leave */
        away++;
    }
}

/* Any worker's upkeep: leases that ran out, now and then one of a worker that lives. */
proctype Upkeep()
{
    do
    :: atomic { OVER(1) -> recover(1); }
    :: atomic { OVER(2) -> recover(2); }
    :: atomic { OVER(3) -> recover(3); }
    :: atomic { OVER(4) -> recover(4); }
    :: atomic { OVER(5) -> recover(5); }
    :: atomic { place == RUNNING && lease[owner] && TROUBLE; recover(owner); }
    :: atomic { ALL_AWAY && !OVER(1) && !OVER(2) && !OVER(3) && !OVER(4) && !OVER(5) -> break; }
    od
}

/* Requests that were given up and come all the same. */
proctype Network()
{
    byte got;
    bool lost;

    do
    :: atomic { late_take != 0 -> take(late_take, got, lost); late_take = 0; got = 0; }
    :: atomic { late_number != 0 ->
        finish(late_owner, late_number, late_how);
        late_owner = 0;
        late_number = 0;
        late_how = 0; }
    :: atomic { ALL_AWAY -> break; }
    od
}

proctype Client()
{
    if
    :: atomic { cancel(); }
    :: skip;
    fi
}

init
{
    byte w;

    atomic {
        for (w : 1 .. WORKERS) {
            run Worker();
        }
        run Upkeep();
        run Network();
        run Client();
    }
    atomic {
        _nr_pr == 1;
        assert(ENDED && ends == 1 && !marked && owner == 0);
        for (w : 1 .. INCS) {
            assert(!lease[w]);
        }
    }
}

ltl ends_at_last { <> (place == SUCCEEDED || place == CANCELLED) }
