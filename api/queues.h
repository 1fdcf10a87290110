/* queues.h - what routes of one queue share. */
#ifndef API_QUEUES_H
#define API_QUEUES_H

struct api_request;

/* Goes on with then when a worker has served the queue of the path; else answers 404. */
void api_queue_known(struct api_request *req, void (*then)(struct api_request *req));

#endif
