# What is fetched besides Debian packages and package-lock.json: npm packages, each pinned by its content.
# shellcheck shell=bash disable=SC2034
node_version=26.10.0
declare -A node_sha512=(
  [x64]=3a6033b5aaebd602b83c3fac372a24bb8379438d1df1ea8cb8b8cd6bfcd1bf1177dda0ac54a54840bb385791d83d64965a53224dd9266d913fe8f8628266b487
  [arm64]=89d02b57f726a96f4cf4e0f21a56ce222cb1168bab0e1d66241d1274a09d31b4998e379ff422c4377a35fde138c9ff81d3ee410fe17be0ca534c7881dd75d305
)
# Node's npm packages hold no npm, and the one of Node 20 reads the lockfile differently.
npm_version=11.19.1
npm_sha512=cedb312b1b7f92421a02cfb68b4194e88f8346651dacd6acc5364a25ef5309d4a32b19616a1ff8aff865e7280c0fa5c0835a99f5cd93368991e2a80ec9da75d2
