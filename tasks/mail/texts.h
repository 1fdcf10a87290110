/* texts.h - the files of templates/, by name. Not here: what is made of them (template.h). */
#ifndef TASKS_MAIL_TEXTS_H
#define TASKS_MAIL_TEXTS_H

extern const char mail_text_welcome_en[];
extern const char mail_text_welcome_zh[];
extern const char mail_text_welcome_de[];
extern const char mail_html_welcome_en[];
extern const char mail_html_welcome_zh[];
extern const char mail_html_welcome_de[];

#endif
