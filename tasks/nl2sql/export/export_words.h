/* export_words.h - what a page says of itself, in English and Chinese. */
#ifndef TASKS_NL2SQL_EXPORT_EXPORT_WORDS_H
#define TASKS_NL2SQL_EXPORT_EXPORT_WORDS_H

enum export_word {
    EXPORT_MADE,
    EXPORT_ROW,
    EXPORT_ROWS,
    EXPORT_NO_ROWS,
    EXPORT_TRUNCATED,
    EXPORT_YES,
    EXPORT_NO,
    EXPORT_WARNINGS,
    EXPORT_ERROR,
    EXPORT_EXPLANATION,
    EXPORT_SQL,
    EXPORT_WORDS,
};
extern const char *const export_words[2][EXPORT_WORDS]; /* en, zh */

#endif
