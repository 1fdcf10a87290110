foreach(module IN ITEMS llm_answer llm_class llm_client llm_data llm_gate llm_money llm_plan llm_request)
  set(unit_links_test_${module} quern_tasks_lib)
endforeach()
