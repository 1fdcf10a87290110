/* prompt_texts.h - the files of texts/, by name; {{word}} is where something is put in. With each
 * change PROMPT_VERSION changes. */
#ifndef TASKS_NL2SQL_PROMPT_PROMPT_TEXTS_H
#define TASKS_NL2SQL_PROMPT_PROMPT_TEXTS_H

extern const char prompt_text_system[];
extern const char prompt_text_user[];
extern const char prompt_text_repair[];

#endif
