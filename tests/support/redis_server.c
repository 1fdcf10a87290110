#include "redis_server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 10000

static void die(const char *what, const char *why)
{
    fprintf(stderr, "redis_server: %s: %s\n", what, why);
    exit(2);
}

static void run_server(const struct redis_server *server, pid_t parent)
{
    int null = open("/dev/null", O_RDWR);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    dup2(null, 0);
    dup2(null, 1);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", server->socket, "--dir",
           server->dir, "--save", "", "--appendonly", "no", "--daemonize", "no",
           "--maxmemory-policy", "noeviction", (char *)NULL);
    _exit(127);
}

static void wait_ready(struct redis_server *server)
{
    const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};

    for (int i = 0; i < START_MS / 2; i++) {
        redisContext *c = redisConnectUnix(server->socket);
        if (c && !c->err) {
            server->control = c;
            return;
        }
        if (c)
            redisFree(c);
        if (waitpid(server->pid, NULL, WNOHANG) == server->pid)
            die("redis-server", "ended at its start; is it installed?");
        nanosleep(&pause, NULL);
    }
    die("redis-server", "did not listen in time");
}

void redis_server_again(struct redis_server *server)
{
    pid_t parent = getpid();

    server->pid = fork();
    if (server->pid < 0)
        die("fork", strerror(errno));
    if (server->pid == 0)
        run_server(server, parent);
    wait_ready(server);
}

void redis_server_start(struct redis_server *server)
{
    memset(server, 0, sizeof(*server));
    snprintf(server->dir, sizeof(server->dir), "/tmp/quern-redis-XXXXXX");
    if (!mkdtemp(server->dir))
        die("mkdtemp", strerror(errno));
    snprintf(server->socket, sizeof(server->socket), "%s/s", server->dir);
    snprintf(server->url, sizeof(server->url), "unix://%s", server->socket);
    redis_server_again(server);
}

void redis_server_kill(struct redis_server *server)
{
    if (server->control)
        redisFree(server->control);
    server->control = NULL;
    if (server->pid > 0) {
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
    }
    server->pid = 0;
}

void redis_server_stop(struct redis_server *server)
{
    redis_server_kill(server);
    unlink(server->socket);
    rmdir(server->dir);
}

static redisReply *command(struct redis_server *server, const char *format, va_list args)
{
    redisReply *reply = redisvCommand(server->control, format, args);

    if (!reply)
        die(format, server->control->errstr);
    if (reply->type == REDIS_REPLY_ERROR)
        die(format, reply->str);
    return reply;
}

long long redis_server_do(struct redis_server *server, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    redisReply *reply = command(server, format, args);
    va_end(args);
    long long number = reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
    freeReplyObject(reply);
    return number;
}

void redis_server_text(struct redis_server *server, char *out, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    redisReply *reply = command(server, format, args);
    va_end(args);
    snprintf(out, size, "%s", reply->str ? reply->str : "");
    freeReplyObject(reply);
}

long redis_server_calls(struct redis_server *server, const char *command)
{
    static char info[64 * 1024];
    char figure[64];

    redis_server_text(server, info, sizeof(info), "INFO commandstats");
    snprintf(figure, sizeof(figure), "cmdstat_%s:calls=", command);
    const char *at = strstr(info, figure);
    return at ? strtol(at + strlen(figure), NULL, 10) : 0;
}
