foreach(module IN ITEMS lines term jsontext manual completion statsview logline unique
        bench model)
  set(unit_links_test_cli_${module} quern_cli_lib quern_broker)
endforeach()
