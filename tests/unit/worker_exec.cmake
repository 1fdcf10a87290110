# Tasks that are programs.
foreach(name IN ITEMS exec exec_line taskfile rundir)
  set(unit_links_test_worker_${name} worker_rooms quern_worker quern_broker)
endforeach()
