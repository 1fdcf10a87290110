#include "oom.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VMSTAT_MAX 16384

int64_t worker_oom_parse(const char *text)
{
    static const char name[] = "oom_kill ";

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, sizeof(name) - 1) == 0)
            return strtoll(line + sizeof(name) - 1, NULL, 10);
    }
    return -1;
}

int64_t worker_oom_kills(void)
{
    char text[VMSTAT_MAX];
    size_t len = 0;
    ssize_t n = 1;
    int fd = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);

    while (fd >= 0 && n > 0 && len < sizeof(text) - 1) {
        n = read(fd, text + len, sizeof(text) - 1 - len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    text[len] = '\0';
    return worker_oom_parse(text);
}
