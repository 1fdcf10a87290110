#include "frame.h"

void frame_init(struct frame *frame)
{
    static const struct frame_place none = {QN_MODEL_NONE, QN_MODEL_NONE};

    *frame = (struct frame){.table = QN_MODEL_NONE, .time = none, .order = none};
    frame->per = QN_MODEL_NONE;
}
