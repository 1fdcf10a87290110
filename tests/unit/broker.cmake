foreach(module IN ITEMS call draft explain fault hashes limits record refusal replies schedule schedule_json service retry job_json taskdef taskdef_words settings state script url loop)
  set(unit_links_test_${module} quern_broker)
endforeach()
list(APPEND unit_links_test_call PkgConfig::HIREDIS) # its header has a redisReply
list(APPEND unit_links_test_replies PkgConfig::HIREDIS)
add_library(system_calls STATIC "${PROJECT_SOURCE_DIR}/tests/support/system_calls.c")
target_link_libraries(system_calls PUBLIC quern_flags)
set(unit_links_test_client_cost quern_broker redis_server system_calls)
