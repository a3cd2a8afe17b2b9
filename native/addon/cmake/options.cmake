# How C++ is compiled in every native module. Included before anything is declared.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(BULKHEAD_BINDING "Build the Node-API addon" OFF)
option(BULKHEAD_TESTS "Build the tests, and the programs that tests start" ON)
option(BULKHEAD_FUZZ "Build the libFuzzer targets (clang)" OFF)
set(BULKHEAD_SANITIZE "" CACHE STRING "Sanitizers to build with, such as address,undefined or thread")

set(BULKHEAD_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Werror)

add_library(bulkhead_options INTERFACE)
target_compile_options(bulkhead_options INTERFACE ${BULKHEAD_WARNINGS})
# g++ 12 warns of overlapping copies inside its own std::string (GCC bug 105651).
target_compile_options(bulkhead_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_include_directories(bulkhead_options INTERFACE "${CMAKE_CURRENT_SOURCE_DIR}/src"
                                                      "${CMAKE_CURRENT_LIST_DIR}/../include")
if(BULKHEAD_SANITIZE)
  target_compile_options(bulkhead_options INTERFACE -fsanitize=${BULKHEAD_SANITIZE} -fno-sanitize-recover=all
                                                    -fno-omit-frame-pointer)
  # clang 14 cannot give a coroutine the data that the check of indirect calls wants in front of it.
  target_compile_options(bulkhead_options INTERFACE $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  target_link_options(bulkhead_options INTERFACE -fsanitize=${BULKHEAD_SANITIZE})
endif()
if(BULKHEAD_FUZZ)
  target_compile_options(bulkhead_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
