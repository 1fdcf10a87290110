# The supervisor's side of worker/.
add_library(broker_double STATIC "${PROJECT_SOURCE_DIR}/tests/support/broker_double.c")
target_link_libraries(broker_double PRIVATE quern_flags quern_common PkgConfig::CMOCKA)
foreach(name IN ITEMS settle queues limits fence states parts lease vitals)
  set(unit_links_test_worker_${name} broker_double quern_worker quern_broker)
endforeach()
set(unit_links_test_worker_cost redis_server system_calls quern_worker quern_broker
    PkgConfig::HIREDIS)
