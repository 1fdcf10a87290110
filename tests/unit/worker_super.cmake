# The supervisor's pure parts.
foreach(name IN ITEMS settle queues limits states parts)
  set(unit_links_test_worker_${name} quern_worker quern_broker)
endforeach()
