# The module that Node loads, <name>.node, of binding/*.cpp and the libraries that it USES. It needs two header sets and no
# library of Node's: the headers of Node-API (node-api-headers) and their C++ wrapper (node-addon-api), both dependencies of
# the package beside this file. Either may be pointed elsewhere with -D.
set(BULKHEAD_MODULES "${CMAKE_CURRENT_LIST_DIR}/../../../node_modules" "${CMAKE_CURRENT_LIST_DIR}/../node_modules")

function(bulkhead_addon name)
  cmake_parse_arguments(ADDON "" "" "USES" ${ARGN})
  list(TRANSFORM BULKHEAD_MODULES APPEND "/node-api-headers/include" OUTPUT_VARIABLE node_api_hints)
  list(TRANSFORM BULKHEAD_MODULES APPEND "/node-addon-api" OUTPUT_VARIABLE napi_hints)
  find_path(NODE_API_INCLUDE node_api.h HINTS ${node_api_hints} NO_DEFAULT_PATH REQUIRED)
  find_path(NODE_ADDON_API_INCLUDE napi.h HINTS ${napi_hints} NO_DEFAULT_PATH REQUIRED)

  file(GLOB sources CONFIGURE_DEPENDS binding/*.cpp)
  add_library(${name}_addon MODULE ${sources})
  set_target_properties(${name}_addon PROPERTIES PREFIX "" SUFFIX ".node" OUTPUT_NAME ${name})
  target_compile_definitions(${name}_addon PRIVATE NAPI_VERSION=9 NAPI_DISABLE_CPP_EXCEPTIONS
                                                   NODE_ADDON_API_DISABLE_DEPRECATED)
  target_include_directories(${name}_addon PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  target_include_directories(${name}_addon SYSTEM PRIVATE ${NODE_API_INCLUDE} ${NODE_ADDON_API_INCLUDE})
  target_link_libraries(${name}_addon PRIVATE ${ADDON_USES})
  target_link_options(${name}_addon PRIVATE LINKER:--exclude-libs,ALL)
endfunction()
