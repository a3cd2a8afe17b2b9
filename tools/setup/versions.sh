# What is fetched besides the machine's Debian packages and package-lock.json, each pinned by its content.
# shellcheck shell=bash disable=SC2034
node_version=26.10.0
declare -A node_sha512=(
  [x64]=3a6033b5aaebd602b83c3fac372a24bb8379438d1df1ea8cb8b8cd6bfcd1bf1177dda0ac54a54840bb385791d83d64965a53224dd9266d913fe8f8628266b487
  [arm64]=89d02b57f726a96f4cf4e0f21a56ce222cb1168bab0e1d66241d1274a09d31b4998e379ff422c4377a35fde138c9ff81d3ee410fe17be0ca534c7881dd75d305
)
# Node's npm packages hold no npm, and the one of Node 20 reads the lockfile differently.
npm_version=11.19.1
npm_sha512=cedb312b1b7f92421a02cfb68b4194e88f8346651dacd6acc5364a25ef5309d4a32b19616a1ff8aff865e7280c0fa5c0835a99f5cd93368991e2a80ec9da75d2
# Sigstore's own program, against which signatures are tested: packages of later Debian releases, which need libc6 2.34 alone.
# Their hashes are those of the signed lists of forky and trixie.
declare -A cosign_package=(
  [2.5.0]=2.5.0-2+b5
  [3.1.1]=3.1.1-2
)
declare -A cosign_sha256=(
  [2.5.0-amd64]=3b6eadd27f3c4c00bfa7eab5c2397a6a15a763630c7a1d40d06ff60d24799eef
  [2.5.0-arm64]=158915eb65c7e024f596958972d76e7feef25355ffaa0dd57d27afb969103028
  [3.1.1-amd64]=d8622ebffce1d69197288fc030ff06a4c247af5507107f85c5a878870b686b23
  [3.1.1-arm64]=131d3a895f48a1f1f5df708cb3423e96fee4d2135ff4ee3fc71b884290e79549
)
