# The addon needs two header sets and no library of Node's: the headers of Node-API (node-api-headers) and their C++
# wrapper (node-addon-api), both dependencies of the package. Either may be pointed elsewhere with -D.
get_filename_component(BULKHEAD_ROOT "${CMAKE_CURRENT_SOURCE_DIR}/../.." ABSOLUTE)
find_path(NODE_API_INCLUDE node_api.h HINTS "${BULKHEAD_ROOT}/node_modules/node-api-headers/include" NO_DEFAULT_PATH
                                            REQUIRED)
find_path(NODE_ADDON_API_INCLUDE napi.h HINTS "${BULKHEAD_ROOT}/node_modules/node-addon-api" NO_DEFAULT_PATH REQUIRED)

file(GLOB binding_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/binding/*.cpp")
add_library(sentinel_addon MODULE ${binding_sources})
set_target_properties(sentinel_addon PROPERTIES PREFIX "" SUFFIX ".node" OUTPUT_NAME sentinel)
target_compile_definitions(sentinel_addon PRIVATE NAPI_VERSION=9 NAPI_DISABLE_CPP_EXCEPTIONS
                                                  NODE_ADDON_API_DISABLE_DEPRECATED)
target_include_directories(sentinel_addon PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
target_include_directories(sentinel_addon SYSTEM PRIVATE ${NODE_API_INCLUDE} ${NODE_ADDON_API_INCLUDE})
target_link_libraries(sentinel_addon PRIVATE bulkhead_source)
target_link_options(sentinel_addon PRIVATE LINKER:--exclude-libs,ALL)

# Whoever builds the addon alone can run its integration tests.
add_dependencies(sentinel_addon mount_silent start_memory use_files)
