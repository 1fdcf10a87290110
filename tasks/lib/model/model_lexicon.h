/* model_lexicon.h - words that names of tables and columns are made of, in English and Chinese. */
#ifndef TASKS_LIB_MODEL_MODEL_LEXICON_H
#define TASKS_LIB_MODEL_MODEL_LEXICON_H

#include "model_text.h"

/* The name in Chinese when every word of it is known, else "". */
const char *qn_lexicon_zh(struct qn_arena *arena, const struct qn_tokens *tokens);

#endif
