foreach(module IN ITEMS file plan)
  set(unit_links_test_beat_${module} quern_beat_parts quern_broker)
endforeach()
