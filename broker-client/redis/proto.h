/* proto.h - the version of the protocol (docs/protocol.md). */
#ifndef BROKER_CLIENT_REDIS_PROTO_H
#define BROKER_CLIENT_REDIS_PROTO_H

#define QN_PROTO_MAJOR 1
#define QN_PROTO_TEXT  "1.0"

#endif
