/* sales_style.h - what the HTML report adds to the shared style (page.h), for sales_html.c only. */
#ifndef TASKS_REPORTS_SALES_STYLE_H
#define TASKS_REPORTS_SALES_STYLE_H

extern const char sales_style[];

#endif
