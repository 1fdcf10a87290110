foreach(module IN ITEMS schedule)
  set(unit_links_test_beat_${module} quern_beat_parts quern_broker)
endforeach()
