#include "streams.h"

#include <fcntl.h>
#include <unistd.h>

void qn_streams_fill(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}
