#!/usr/bin/env bash
# The body of `./weft test`: installs the peers, builds with the quality gates, runs every test of the reactor, and ends with
# a line `N passed, N failed`. As root or with CI=true a skipped test counts as failed: what was not run proves nothing.
#   --quick      without Error Prone, NullAway and the formatter
#   --no-peers   do not install anything
#   ARG…         handed to Maven in one run of it, e.g. -pl data-plane/codec -am
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
root=$PWD
mkdir -p build
log=$root/build/test.log
maven_args=()
peers=1
selected= # the user chose what to run
for arg in "$@"; do
  case $arg in
    --quick) maven_args+=(-Dquick) ;;
    --no-peers) peers= ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *)
      selected=1
      maven_args+=("$arg")
      ;;
  esac
done
failures=0 # of the run itself: a module that does not build, peers missing in CI

source verification/jdk.sh

if [ -n "$peers" ]; then
  verification/peers.sh || { echo "test: in CI nothing may be left out, see above"; failures=$((failures + 1)); }
fi

# What was compiled without the gates would not be compiled again, so never be seen by them.
case " ${maven_args[*]-} " in
  *" -Dquick "*) ;;
  *) find . -path ./build -prune -o -type d -path '*/target/maven-status' -print0 | xargs -0 -r rm -rf ;;
esac

# Only the reports of this run count.
find . -path ./build -prune -o -type d -path '*/target/surefire-reports' -print0 | xargs -0 -r rm -rf

# Golden configurations go through a real Envoy in the module that makes them.
envoy=$root/build/peers/envoy-binary
[ ! -x "$envoy" ] || maven_args+=("-Dweft.envoy=$envoy")

run_maven() {
  echo "test: mvn $*"
  local before
  before=$(wc -l <"$log")
  mvn -B -ntp --fail-at-end -Dmaven.test.failure.ignore=true "$@" </dev/null >>"$log" 2>&1 &
  local maven=$!
  # The log grows in build/test.log; here only what a person waits for.
  tail -n "+$((before + 1))" --pid="$maven" -s 0.5 -F "$log" 2>/dev/null |
    sed -unE '/Tests run:.* -- in |^\[ERROR\]|BUILD (SUCCESS|FAILURE)|Total time/p' | cut -c1-300
  wait "$maven"
}

# The suites of the last modules start ./weft as a user does, so it is brought up to date in between, and left alone from then
# on: a build inside a build would fight for the same folders.
: >"$log"
last=verification/conformance,verification/bench
if [ -z "$selected" ]; then
  # Two modules at a time: half of the first stage is compilation. The second one holds benchmarks.
  stages=("-T 2 -pl !${last/,/,!}" "-pl $last -am -Dsurefire.failIfNoSpecifiedTests=false -Dtest=dev/weft/conformance/*Test,dev/weft/bench/*Test")
else
  stages=("")
fi
for stage in "${stages[@]}"; do
  # shellcheck disable=SC2086 # a stage is words
  if ! run_maven verify $stage ${maven_args[@]+"${maven_args[@]}"}; then
    echo "test: the build failed, the whole log is build/test.log"
    failures=$((failures + 1))
    break
  fi
  if ! ./weft dev build >>"$log" 2>&1; then
    echo "test: ./weft dev build failed, see build/test.log"
    failures=$((failures + 1))
    break
  fi
  ./weft dev aot >>"$log" 2>&1 || true
  export WEFT_NO_BUILD=1
done

reports() { find . -path ./build -prune -o -path '*/target/surefire-reports/TEST-*.xml' -print0; }

# Sums the attributes of each report's <testsuite …> element. A class that gave up before its first test has none: it counts
# as one skipped test.
read -r tests errors failed skipped < <(
  reports | xargs -0 -r grep -hoEm1 '<testsuite .*' |
    awk '
      function attribute(name) { return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0 : 0 }
      { n = attribute("tests"); t += n ? n : 1; e += attribute("errors"); f += attribute("failures"); s += n ? attribute("skipped") : 1 }
      END { print t + 0, e + 0, f + 0, s + 0 }'
)
passed=$((tests - errors - failed - skipped))
failed=$((failed + errors + failures))

if [ "$skipped" -gt 0 ]; then
  echo "test: $skipped skipped:"
  {
    reports | xargs -0 -r grep -hE '<testsuite .* tests="0"' | sed -nE 's/.* name="([^"]*)".*/\1, the whole class/p'
    reports | xargs -0 -r grep -hA1 '<testcase\|<skipped' | sed -nE '
      /<testcase /{
        s/.*<testcase name="([^"]*)" classname="([^"]*)".*/\2#\1/
        h
      }
      /<skipped/{
        s/.*(message="|Exception: )([^"]*).*/\2/
        s/^ *<skipped.*//
        s/^Assumption failed: //
        G
        s/(.*)\n(.*)/\2: \1/
        s/: $//
        p
      }'
  } | sort | sed 's/^/test:   /'
  if [ "$(id -u)" = 0 ] || [ "${CI:-}" = true ]; then
    echo "test: as root, and in CI, a skipped test is a failed one"
    failed=$((failed + skipped))
  fi
fi
[ "$tests" -gt 0 ] || { echo "test: no test ran"; failed=$((failed + 1)); }
[ -s build/peers/left-out ] && sed 's/^/test: left out: /' build/peers/left-out
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
