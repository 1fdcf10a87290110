/* version.h - which Quern these headers belong to.
 *
 * QN_VERSION is the release. QN_ABI_VERSION counts up when a struct or function of
 * include/quern changes so that what was built before must be built again; the shared
 * library's soname carries it.
 */
#ifndef QUERN_VERSION_H
#define QUERN_VERSION_H

#define QN_VERSION     "0.1.0"
#define QN_ABI_VERSION 2

#endif
