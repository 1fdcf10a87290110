foreach(module IN ITEMS call draft explain fault hashes limits record refusal service retry job_json taskdef taskdef_words settings state script url loop)
  set(unit_links_test_${module} quern_broker)
endforeach()
list(APPEND unit_links_test_call PkgConfig::HIREDIS) # its header has a redisReply
