# The addon needs two header sets and no library: Node's own (they come with the toolchain in .tools/node) and
# node-addon-api's (a root development dependency). Both may be pointed elsewhere with -D.
get_filename_component(BULKHEAD_ROOT "${CMAKE_CURRENT_SOURCE_DIR}/../.." ABSOLUTE)
find_path(NODE_INCLUDE node_api.h HINTS "${BULKHEAD_ROOT}/.tools/node/include/node" NO_DEFAULT_PATH REQUIRED)
find_path(NODE_ADDON_API_INCLUDE napi.h HINTS "${BULKHEAD_ROOT}/node_modules/node-addon-api" NO_DEFAULT_PATH REQUIRED)

add_library(nftables_addon MODULE binding/addon.cpp binding/log_reader.cpp)
set_target_properties(nftables_addon PROPERTIES PREFIX "" SUFFIX ".node" OUTPUT_NAME nftables)
target_compile_definitions(nftables_addon PRIVATE NAPI_VERSION=9 NAPI_DISABLE_CPP_EXCEPTIONS)
target_compile_options(nftables_addon PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Werror -fno-exceptions)
target_include_directories(nftables_addon SYSTEM PRIVATE ${NODE_INCLUDE} ${NODE_ADDON_API_INCLUDE})
target_link_libraries(nftables_addon PRIVATE bulkhead_nftables)
target_link_options(nftables_addon PRIVATE LINKER:--exclude-libs,ALL)

# Whoever builds the addon alone can run its integration tests.
if(BULKHEAD_TESTS)
  add_dependencies(nftables_addon answer_queue send_segment)
endif()
