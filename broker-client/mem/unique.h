/* unique.h - who has a unique key, in memory (docs/decisions/0008). */
#ifndef BROKER_CLIENT_MEM_UNIQUE_H
#define BROKER_CLIENT_MEM_UNIQUE_H

#include "mem_type.h"

/* Who has the key that a new job asks for: its name, or "" nobody. It may have ended, and be
 * gone, when the key is for a time. */
const char *qn_mem_unique_holder(struct qn_mem_queue *queue, const struct qn_new_job *from);
/* The new job has its key, if it names one. False when memory is out. */
bool qn_mem_claim(struct qn_mem_queue *queue, const struct qn_new_job *from);
/* A job that ended asks for its key again; false when another has it. */
bool qn_mem_claim_again(struct qn_mem_queue *queue, const struct qn_mem_job *job,
                        const struct qn_body *body);
/* A job lets its key go, if it is until one of these letters: 's' started, 'f' finished. */
void qn_mem_let_go(struct qn_mem_queue *queue, const struct qn_mem_job *job, const char *until);

#endif
