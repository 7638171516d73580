cmake_minimum_required(VERSION 3.23)
# Writes the commit that is built into FILE, with a + behind it where the sources in SOURCE differ from it; touches nothing
# where that is what it says already.
execute_process(COMMAND git rev-parse --short HEAD WORKING_DIRECTORY ${SOURCE}
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(commit)
  execute_process(COMMAND git diff --quiet HEAD -- . :!resources/docs WORKING_DIRECTORY ${SOURCE} RESULT_VARIABLE changed ERROR_QUIET)
  if(changed)
    string(APPEND commit "+")
  endif()
else()
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT ${FILE} CONTENT "#pragma once\ninline constexpr char kCommit[] = \"@commit@\";\n" @ONLY)
