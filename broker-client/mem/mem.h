/* mem.h - the broker in this process's memory: the reference of the contract.
 *
 * For tests and for trying things out. Broker objects opened with the same name
 * share one store (an empty name shares with nobody); it is gone with the last
 * of them. The clock of the store is the wall time of the options' clock of
 * whoever opened it first. One thread, one loop per broker object.
 */
#ifndef BROKER_CLIENT_MEM_MEM_H
#define BROKER_CLIENT_MEM_MEM_H

#include "broker-client/broker.h"

QN_MUST_CHECK int qn_mem_open(struct qn_broker **ret, const struct qn_broker_options *options,
                              const char *name, struct qn_err *reterr);

#endif
