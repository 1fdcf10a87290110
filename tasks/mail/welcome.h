/* welcome.h - the task mail.welcome: a greeting to a new user, by mail.
 *
 * Not here: the mail (message.h, template.h), its way (post.h).
 */
#ifndef TASKS_MAIL_WELCOME_H
#define TASKS_MAIL_WELCOME_H

#include <quern/task.h>

extern const struct qn_task mail_welcome_task;

#endif
