/* sales_style.h - the style sheet of the HTML report, for sales_html.c only. */
#ifndef TASKS_REPORTS_SALES_STYLE_H
#define TASKS_REPORTS_SALES_STYLE_H

extern const char sales_style[];

#endif
