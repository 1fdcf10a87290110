#include "fault.h"

#include "common/str.h"
#include <string.h>

static const struct qn_fault_row rows[QN_FAULTS] = {
    [0] = {.name = "unknown", .title = "", .why = "", .mend = NULL},
    [QN_FAULT_LOST] =
        {
            .name = "lost",
            .title = "Jobs that nobody would ever run",
            .why = "A job waits, but stands in no line: no worker will take it.",
            .mend = "It is put in front of its line, or back to its time if that is to come.",
        },
    [QN_FAULT_TWICE] =
        {
            .name = "twice",
            .title = "Jobs in more than one place",
            .why = "A job may start too early or once more than it should. (One that was "
                   "cancelled in line and replayed looks like this, too; workers pass over the "
                   "older place.)",
            .mend = "One place is kept: a run that a worker holds, else the time it waits for, "
                    "else the place in line that comes first.",
        },
    [QN_FAULT_NO_RECORD] =
        {
            .name = "no_record",
            .title = "Entries without a job",
            .why = "The job's record is gone: it was deleted by hand, or the broker evicts keys. "
                   "What it was to do is not known any more.",
            .mend = "The entry is removed. One that a living worker runs is left: the worker "
                    "knows the job, and what it ends as will be written.",
        },
    [QN_FAULT_NOT_LIVE] =
        {
            .name = "not_live",
            .title = "Ended jobs that look as if they went on",
            .why = "The job has ended; counts and lists show it as running or waiting.",
            .mend = "The entry is removed; the job's end stays as it is.",
        },
    [QN_FAULT_NOT_FAILED] =
        {
            .name = "not_failed",
            .title = "Dead letters that do not fit",
            .why = "The list of dead letters and the jobs that failed are not the same: replays "
                   "miss some, or find others.",
            .mend = "The job is added to the list, or taken off it.",
        },
    [QN_FAULT_NO_LEASE] =
        {
            .name = "no_lease",
            .title = "Runs of workers that nobody looks for",
            .why = "The worker has no lease and was not declared dead: the job would count as "
                   "running for ever.",
            .mend = "The worker is declared dead: the next upkeep of any worker gives its jobs "
                    "back. A run without an owner goes back to its line at once.",
        },
    [QN_FAULT_NO_LIFE] =
        {
            .name = "no_life",
            .title = "Entries that would stay for ever",
            .why = "They use memory until somebody removes them; a lead of a beat that is "
                   "gone keeps the others standing by.",
            .mend = "A record or log goes in 7 days, the rest in a minute.",
        },
    [QN_FAULT_REMAINS] =
        {
            .name = "remains",
            .title = "Notes that nobody needs",
            .why = "They use memory; a new job of the same name would inherit them.",
            .mend = "They are removed. (Counts of attempts that cannot be read begin anew.)",
        },
    [QN_FAULT_DAMAGED] =
        {
            .name = "damaged",
            .title = "Records that cannot be read",
            .why = "Something else than Quern wrote them, or a newer Quern. No worker can run "
                   "such a job, nor show how it ended. To get rid of one, delete its key, "
                   "{namespace:queue}:j:<name>, and run fsck --repair.",
            .mend = NULL,
        },
    [QN_FAULT_WAKE] =
        {
            .name = "wake",
            .title = "Workers that are not woken",
            .why = "Jobs wait, and the token that wakes a worker is missing (or there are too "
                   "many): idle workers may sleep on for a while.",
            .mend = "One token is put there.",
        },
    [QN_FAULT_FLAG] =
        {
            .name = "flag",
            .title = "Places in line that do not fit the job",
            .why = "A start deadline is not looked at, or the priority is not the job's own.",
            .mend = "The place is set right; from the line of another priority the job goes to "
                    "the front of its own.",
        },
    [QN_FAULT_VANISHES] =
        {
            .name = "vanishes",
            .title = "Jobs that would vanish",
            .why = "The record of a job that has not ended has a time at which Redis deletes it.",
            .mend = "The time is taken off.",
        },
    [QN_FAULT_TYPE] =
        {
            .name = "type",
            .title = "Keys of the wrong type",
            .why = "Something else than Quern wrote the key. Workers, or whoever needs it, fail.",
            .mend = "It is renamed to :aside:..., for 7 days. The jobs that stood there are "
                    "found by their records.",
        },
    [QN_FAULT_FIGURE] =
        {
            .name = "figure",
            .title = "Numbers that are none",
            .why = "A figure of the queue is no number, or less than one in use: scripts fail, "
                   "so nothing is taken or made. Or the mark of a schedule lies in the future: "
                   "it fires nothing until then.",
            .mend = "run and a schedule's mark begin anew at the present time, totals at 0; "
                    "since when it is paused or drained: now.",
        },
    [QN_FAULT_TWO_LEASES] =
        {
            .name = "two_leases",
            .title = "Workers that are alive and declared dead",
            .why = "The worker's jobs would be given to others while it runs them.",
            .mend = "It counts as alive; if it is not, its lease runs out.",
        },
};

const struct qn_fault_row *qn_fault_row(enum qn_fault fault)
{
    return fault >= QN_FAULT_LOST && fault < QN_FAULTS ? &rows[fault] : &rows[0];
}

static void add_subject(const char *queue, const struct qn_finding *finding, struct qn_buf *out)
{
    if (!queue)
        qn_buf_add_str(out, "the namespace");
    else if (*finding->name == '\0')
        qn_buf_printf(out, "queue %s", queue);
    else if (qn_str_starts(finding->name, "inbox:"))
        qn_buf_printf(out, "worker %s in queue %s", finding->name + strlen("inbox:"), queue);
    else
        qn_buf_printf(out, "job %s.%s", queue, finding->name);
}

/* "retry ready:0" as "retry and ready:0"; a key of its own by what it is. */
static void add_where(const char *where, struct qn_buf *out)
{
    static const struct {
        const char *key, *word;
    } own[] = {{"j", "its record"}, {"log:", "its log"}, {"inbox:", "its inbox"}};

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(where, own[i].key) == 0 ||
            (strchr(own[i].key, ':') && qn_str_starts(where, own[i].key))) {
            qn_buf_add_str(out, own[i].word);
            return;
        }
    }
    for (; *where; where++) {
        if (*where == ' ')
            qn_buf_add_str(out, strchr(where + 1, ' ') ? ", " : " and ");
        else
            qn_buf_add_byte(out, *where);
    }
}

/* What stands between the subject and the place, and behind it. */
static const struct {
    const char *before, *after;
} phrases[QN_FAULTS] = {
    [QN_FAULT_TWICE] = {" stands in ", ""},
    [QN_FAULT_NO_RECORD] = {" stands in ", " and has no record"},
    [QN_FAULT_NOT_LIVE] = {" has ended and stands in ", ""},
    [QN_FAULT_NO_LEASE] = {" stands in ", ", and nobody has a lease for it"},
    [QN_FAULT_NO_LIFE] = {" has no end of life in ", ""},
    [QN_FAULT_REMAINS] = {" left something in ", ""},
    [QN_FAULT_FLAG] = {" stands in ", " and should not, or not so"},
    [QN_FAULT_TYPE] = {" has the wrong type in ", ""},
    [QN_FAULT_FIGURE] = {" has a wrong number in ", ""},
    [QN_FAULT_TWO_LEASES] = {" has the same worker in ", ""},
};

void qn_finding_text(const char *queue, const struct qn_finding *finding, struct qn_buf *out)
{
    enum qn_fault fault = finding->fault;

    add_subject(queue, finding, out);
    if (fault == QN_FAULT_LOST) {
        qn_buf_add_str(out, " waits and stands in no line");
    } else if (fault == QN_FAULT_DAMAGED) {
        qn_buf_add_str(out, " has a record that cannot be read");
    } else if (fault == QN_FAULT_VANISHES) {
        qn_buf_add_str(out, " has not ended, and its record would be deleted");
    } else if (fault == QN_FAULT_WAKE) {
        qn_buf_add_str(out, " has not the one wake token that it should have");
    } else if (fault == QN_FAULT_NOT_FAILED) {
        bool missing = strcmp(finding->detail, "missing") == 0;
        qn_buf_add_str(out, missing ? " failed and is no dead letter"
                                    : " did not fail and is a dead letter");
        return;
    } else if (fault > 0 && fault < QN_FAULTS) {
        qn_buf_add_str(out, phrases[fault].before);
        add_where(finding->where, out);
        qn_buf_add_str(out, phrases[fault].after);
    }
    if (*finding->detail)
        qn_buf_printf(out, ": %s", finding->detail);
}
