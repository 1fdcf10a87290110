foreach(module IN ITEMS enqueue_parse route problem artifacts digest)
  set(unit_links_test_api_${module} quern_api_lib)
endforeach()
