# The addon needs two header sets and no library of Node's: the headers of Node-API (node-api-headers) and their C++
# wrapper (node-addon-api), both dependencies of the package. Either may be pointed elsewhere with -D.
get_filename_component(BULKHEAD_ROOT "${CMAKE_CURRENT_SOURCE_DIR}/../.." ABSOLUTE)
set(BULKHEAD_MODULES "${BULKHEAD_ROOT}/node_modules" "${CMAKE_CURRENT_SOURCE_DIR}/node_modules")
set(node_api_hints "")
set(napi_hints "")
foreach(modules ${BULKHEAD_MODULES})
  list(APPEND node_api_hints "${modules}/node-api-headers/include")
  list(APPEND napi_hints "${modules}/node-addon-api")
endforeach()
find_path(NODE_API_INCLUDE node_api.h HINTS ${node_api_hints} NO_DEFAULT_PATH REQUIRED)
find_path(NODE_ADDON_API_INCLUDE napi.h HINTS ${napi_hints} NO_DEFAULT_PATH REQUIRED)

file(GLOB binding_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/binding/*.cpp")
add_library(inspector_addon MODULE ${binding_sources})
set_target_properties(inspector_addon PROPERTIES PREFIX "" SUFFIX ".node" OUTPUT_NAME inspector)
target_compile_definitions(inspector_addon PRIVATE NAPI_VERSION=9 NAPI_DISABLE_CPP_EXCEPTIONS
                                                   NODE_ADDON_API_DISABLE_DEPRECATED)
target_include_directories(inspector_addon PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
target_include_directories(inspector_addon SYSTEM PRIVATE ${NODE_API_INCLUDE} ${NODE_ADDON_API_INCLUDE})
target_link_libraries(inspector_addon PRIVATE bulkhead_source)
# Node exports its own zlib under the same names: ours is bound to itself and not exported.
target_link_options(inspector_addon PRIVATE LINKER:-Bsymbolic LINKER:--exclude-libs,ALL)
