#include "export_words.h"

const char *const export_words[2][EXPORT_WORDS] = {
    {
        [EXPORT_MADE] = "Made",
        [EXPORT_ROW] = "row",
        [EXPORT_ROWS] = "rows",
        [EXPORT_NO_ROWS] = "No rows.",
        [EXPORT_TRUNCATED] = "The answer was cut: the database has more.",
        [EXPORT_YES] = "yes",
        [EXPORT_NO] = "no",
        [EXPORT_WARNINGS] = "Please note",
        [EXPORT_ERROR] = "No answer:",
        [EXPORT_EXPLANATION] = "How it was understood",
        [EXPORT_SQL] = "Statement",
    },
    {
        [EXPORT_MADE] = "生成于",
        [EXPORT_ROW] = "行",
        [EXPORT_ROWS] = "行",
        [EXPORT_NO_ROWS] = "没有数据。",
        [EXPORT_TRUNCATED] = "结果已截断：数据库中还有更多。",
        [EXPORT_YES] = "是",
        [EXPORT_NO] = "否",
        [EXPORT_WARNINGS] = "请注意",
        [EXPORT_ERROR] = "没有结果：",
        [EXPORT_EXPLANATION] = "问题的理解",
        [EXPORT_SQL] = "查询语句",
    },
};
