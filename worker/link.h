/* link.h - what supervisor and executor say to each other: frames, and a page of shared
 * memory.
 *
 * Down (supervisor -> executor)       Up (executor -> supervisor)
 *   JOB   one run to do                 READY    loaded, may be given jobs
 *   QUIT  end after this job            PROGRESS JSON {"done","total","text"}
 *                                       LOG      lines, each ends with \n
 *                                       FOLLOW   one follow-up job
 *                                       RESULT   how the run ended
 *
 * Two ways lead down, and two up: a stream socket, and a box of shared memory (box.h), which
 * costs no copy in the kernel. A frame down goes into the box when it fits and nothing is on
 * its way over the socket; the box counts all, and an executor without work sleeps on that
 * count. Up, the box is for RESULT only, when it fits and the run has sent nothing over the
 * socket: so what a run says arrives in order.
 *
 * Bodies are the structs below, encoded by worker_link_encode_ and _decode_
 * functions: pure, on bytes. The supervisor believes nothing an executor sends:
 * a frame that does not decode ends the executor.
 *
 * Not here: sockets, processes (executor.h, child_link.h).
 */
#ifndef WORKER_LINK_H
#define WORKER_LINK_H

#include "box.h"
#include "common/buf.h"
#include "fence.h"
#include <quern/client.h>
#include <quern/task.h>
#include <stdatomic.h>

#define WORKER_FRAME_MAX     (4 * 1024 * 1024 + 64 * 1024) /* type and body */
#define WORKER_PROGRESS_MAX  1024
#define WORKER_LOG_CHUNK_MAX (16 * 1024)
#define WORKER_ARTIFACTS_MAX (32 * 1024)                       /* bytes of the list */
#define WORKER_DELAY_MAX_MS  (INT64_C(366) * 24 * 3600 * 1000) /* that a handler may ask for */

enum worker_frame {
    WORKER_FRAME_JOB = 1,
    WORKER_FRAME_QUIT = 2,
    WORKER_FRAME_READY = 16,
    WORKER_FRAME_PROGRESS = 17,
    WORKER_FRAME_LOG = 18,
    WORKER_FRAME_FOLLOW = 19,
    WORKER_FRAME_RESULT = 20,
};

/* Spans are borrowed from the frame. */
struct worker_job_frame {
    int64_t run; /* from 1 */
    struct qn_span queue;
    struct qn_span name;
    int attempt;
    int max_attempts;
    struct qn_span record; /* the live record */
};

struct worker_follow_frame {
    struct qn_span task;
    struct qn_span queue; /* "" the job's own */
    struct qn_span args;
};

struct worker_result_frame {
    int64_t run; /* must be the one that was given */
    enum qn_outcome outcome;
    enum qn_cause cause; /* see worker_link_cause_ok */
    int64_t delay_ms;    /* -1: the policy's; else up to WORKER_DELAY_MAX_MS */
    struct qn_span error;
    struct qn_span result;
    struct qn_span artifacts; /* JSON array of {"name","type","size","sha256"} */
};

/* What an executor may say about why: NONE with DONE and SNOOZE, ERROR or TIMEOUT with
 * RETRY, ERROR or REJECTED with FAIL. The other causes are the supervisor's to find. */
bool worker_link_cause_ok(enum qn_outcome outcome, enum qn_cause cause);

/* Encoders append a body. QN_EINVAL for a number that decode would refuse, else the
 * failure of out. Decoders return QN_OK or QN_EPROTO: sizes and numbers out of bounds,
 * names that are none, texts that are no UTF-8 or no JSON, and bytes left over. */
int worker_link_encode_job(struct qn_buf *out, const struct worker_job_frame *job);
int worker_link_decode_job(struct qn_span body, struct worker_job_frame *ret);
int worker_link_encode_follow(struct qn_buf *out, const struct worker_follow_frame *follow);
int worker_link_decode_follow(struct qn_span body, struct worker_follow_frame *ret);
int worker_link_encode_result(struct qn_buf *out, const struct worker_result_frame *result);
int worker_link_decode_result(struct qn_span body, struct worker_result_frame *ret);

/* When a run is asked to stop, the supervisor sets stop_run, then adds 1 to the
 * eventfd of that executor (stop_fd); both in this order, before it gives the next
 * JOB. The executor empties the eventfd when it has read a JOB, then looks at
 * stop_run, and signals itself when the stop is meant for this run: so a late stop of
 * the run before is forgotten, and none of this one is missed. soft_at_ms and
 * hard_at_ms are set before the JOB is sent.
 *
 * One page per executor slot, in a MAP_SHARED | MAP_ANONYMOUS mapping made by the
 * supervisor; all times CLOCK_BOOTTIME ms. The supervisor writes, the executor
 * reads. A stopped supervisor enforces nothing,
 * so the executor can see by itself what holds. */
struct worker_page {
    _Atomic int64_t lease_until_ms; /* of the incarnation: "still mine" */
    _Atomic int64_t soft_at_ms;     /* of the run under way */
    _Atomic int64_t hard_at_ms;
    struct worker_fence fence;  /* of the run under way; written before its frame is sent */
    _Atomic int64_t stop_run;   /* the run that is asked to stop, 0 none */
    _Atomic int stop_is_cancel; /* why: a cancel, not the soft limit */
    bool local;                 /* quern-worker run; written before the executor is forked */
};

/* What the supervisor writes, read-only to the executor; and the other way round. */
struct worker_down {
    struct worker_page page;
    struct worker_box box;
};
struct worker_up {
    _Atomic uint32_t taken; /* messages of down.box: whose job was not taken has not begun */
    struct worker_box box;
};

#endif
