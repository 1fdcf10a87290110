# The executor's side of worker/.
add_library(worker_rooms STATIC "${PROJECT_SOURCE_DIR}/tests/support/job_room.c"
                                "${PROJECT_SOURCE_DIR}/tests/support/executor_room.c")
target_link_libraries(worker_rooms PRIVATE quern_flags quern_worker quern_broker quern_common
                                           PkgConfig::CMOCKA)
foreach(name IN ITEMS link box registry job job_keep artifact child)
  set(unit_links_test_worker_${name} worker_rooms quern_worker quern_broker)
endforeach()
