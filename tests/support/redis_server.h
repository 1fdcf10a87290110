/* redis_server.h - a private Redis for a test: unix socket in a folder of its own,
 * gone with the test, also when that is killed.
 *
 * The functions end the test program with a message when something fails: there
 * is nothing to be tested without a server.
 */
#ifndef TESTS_SUPPORT_REDIS_SERVER_H
#define TESTS_SUPPORT_REDIS_SERVER_H

#include <hiredis/hiredis.h>
#include <sys/types.h>

struct redis_server {
    pid_t pid;
    char dir[64];
    char socket[96];
    char url[128]; /* unix://... */
    redisContext *control;
};

void redis_server_start(struct redis_server *server);
void redis_server_stop(struct redis_server *server);
/* kill -9, and another one in its place, without its data. */
void redis_server_kill(struct redis_server *server);
void redis_server_again(struct redis_server *server);
/* One command; an error answer ends the program. The integer of an integer answer, else 0. */
long long redis_server_do(struct redis_server *server, const char *format, ...);
/* The same for a text answer, copied; "" for nil. */
void redis_server_text(struct redis_server *server, char *out, size_t size, const char *format,
                       ...);
/* How often a command was called so far, by INFO: "evalsha". */
long redis_server_calls(struct redis_server *server, const char *command);

#endif
