#!/usr/bin/env bash
# The shell of action.yml. In: SUITE (this repository), TARGET, URL, ARGS, REPORT_DIR. It writes the
# end of the output to the job's summary and ends with the suite's own exit code.
set -euo pipefail

environment=$(mktemp -d)
python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check "${SUITE:?}[reference]"

arguments=(--target "${TARGET:?}" --report-dir "${REPORT_DIR:?}")
if [ -n "${URL:-}" ]; then arguments=("$URL" "${arguments[@]}"); fi
read -r -a more <<<"${ARGS:-}"
log=$(mktemp)
code=0
"$environment/bin/session-conformance" run "${arguments[@]}" ${more[@]+"${more[@]}"} 2>&1 |
    tee "$log" || code=${PIPESTATUS[0]}

{
    echo "### session-conformance: exit code $code"
    echo '~~~~~~text'
    sed -n '/^Target: /,$p' "$log"
    # Where there is no summary, what went wrong stands at the end.
    grep -q '^Target: ' "$log" || tail -n 20 "$log"
    echo '~~~~~~'
} >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
echo "exit-code=$code" >>"${GITHUB_OUTPUT:-/dev/null}"
rm -rf "$environment" "$log"
exit "$code"
