/* run.h - runs of the model: made by chance, executed, made short, told. */
#ifndef TESTS_MODEL_RUN_H
#define TESTS_MODEL_RUN_H

#include "model.h"

struct model_step {
    uint64_t seed; /* its arguments follow from it */
    int op;        /* in model_ops */
    int again;     /* 0; else the answer is lost, and it is sent again: 1 at once, n after n - 1
                      steps */
};
struct model_play {
    struct model_step *steps;
    int n;
    bool loose;
    const struct model_plant *plant; /* NULL: none */
};

void model_play_init(struct model_play *play, uint64_t seed, int n, bool loose,
                     const struct model_plant *plant);
void model_play_release(struct model_play *play);
/* The step at which the brokers differ (and what they say then), or -1. */
int model_play_run(struct model *model, const struct model_play *play, struct qn_buf *ret_why);
/* Leaves out steps for as long as the brokers still differ. last: the step at which they did. */
void model_play_shrink(struct model *model, struct model_play *play, int last);
/* The operations, one a line, as they happened. */
void model_play_tell(struct model *model, const struct model_play *play, struct qn_buf *out);

#endif
