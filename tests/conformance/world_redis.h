/* world_redis.h - the server under the world, for cases about Redis alone. */
#ifndef TESTS_CONFORMANCE_WORLD_REDIS_H
#define TESTS_CONFORMANCE_WORLD_REDIS_H

#include "tests/support/redis_server.h"

extern struct redis_server world_server;

#endif
