# For a processor other than the one that compiles, with Debian's compilers for it (g++-aarch64-linux-gnu, g++-x86-64-linux-gnu):
#   cmake --preset release --toolchain ../addon/cmake/cross.cmake -DBULKHEAD_PROCESSOR=aarch64
# What is linked is Debian's of that architecture: of this system (libnftables-dev:arm64), or unpacked in a folder of its own,
# BULKHEAD_SYSTEM.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES BULKHEAD_PROCESSOR BULKHEAD_SYSTEM)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR "${BULKHEAD_PROCESSOR}")
set(CMAKE_LIBRARY_ARCHITECTURE "${BULKHEAD_PROCESSOR}-linux-gnu")
set(CMAKE_CXX_COMPILER "${BULKHEAD_PROCESSOR}-linux-gnu-g++")

if(BULKHEAD_SYSTEM)
  set(CMAKE_FIND_ROOT_PATH "${BULKHEAD_SYSTEM}")
  set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
  set(libraries "${BULKHEAD_SYSTEM}/lib/${CMAKE_LIBRARY_ARCHITECTURE}:${BULKHEAD_SYSTEM}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}")
  set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-rpath-link,${libraries}")
  set(CMAKE_MODULE_LINKER_FLAGS_INIT "-Wl,-rpath-link,${libraries}")
  set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-${BULKHEAD_PROCESSOR}-static;-L;${BULKHEAD_SYSTEM}")
endif()
