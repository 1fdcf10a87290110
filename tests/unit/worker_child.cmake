# The executor's side of worker/.
foreach(name IN ITEMS link registry job artifact child)
  set(unit_links_test_worker_${name} quern_worker quern_broker)
endforeach()
