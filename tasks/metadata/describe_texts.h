/* describe_texts.h - what is in the folder texts/, as part of the program. */
#ifndef TASKS_METADATA_DESCRIBE_TEXTS_H
#define TASKS_METADATA_DESCRIBE_TEXTS_H

extern const char metadata_text_describe[];

#endif
