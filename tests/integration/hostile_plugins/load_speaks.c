/* load_speaks.c - a constructor that writes into every descriptor it finds. */
#include "plugin.h"

#include <unistd.h>

AT_LOAD speak(void)
{
    for (int fd = 3; fd < 64; fd++) {
        if (write(fd, "what is this for?", 17) < 0)
            continue;
    }
}

FINE_PLUGIN("speaks");
