#!/usr/bin/env bash
# Turns the action's inputs into one command line. Every input is one word, whatever is in it.
set -euo pipefail

bulkhead=${BULKHEAD:-$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../../../bulkhead}

case ${INPUT_COMMAND:-image} in
  image | fs | rootfs | sbom) ;;
  *)
    echo "error: the input \"command\" must be image, fs, rootfs or sbom" >&2
    exit 1
    ;;
esac

if [[ -n ${INPUT_ADVISORIES:-} ]]; then
  INPUT_DB=${INPUT_DB:-${RUNNER_TEMP:-/tmp}/bulkhead-advisories.db}
  [[ -e $INPUT_DB ]] || "$bulkhead" db build --from "$INPUT_ADVISORIES" --output "$INPUT_DB"
fi

args=("${INPUT_COMMAND:-image}")
option() { [[ -z $2 ]] || args+=("$1=$2"); }
flag() { [[ $2 != true ]] || args+=("$1"); }

option --input "${INPUT_INPUT:-}"
option --dockerfile "${INPUT_DOCKERFILE:-}"
option --format "${INPUT_FORMAT:-}"
option --output "${INPUT_OUTPUT:-}"
option --severity "${INPUT_SEVERITY:-}"
option --ignorefile "${INPUT_IGNOREFILE:-}"
option --vex "${INPUT_VEX:-}"
option --exit-code "${INPUT_EXIT_CODE:-}"
option --db "${INPUT_DB:-}"
flag --ignore-unfixed "${INPUT_IGNORE_UNFIXED:-}"
flag --allow-partial "${INPUT_ALLOW_PARTIAL:-}"
# Behind "--" nothing is an option any more.
[[ -z ${INPUT_TARGET:-} ]] || args+=(-- "$INPUT_TARGET")

exec "$bulkhead" "${args[@]}"
