#!/usr/bin/env bash
# The body of `./weft bench`: builds the harness if its sources changed, then runs it. Needs no installation of Weft's modules.
set -euo pipefail
called_from=$PWD
cd "$(dirname "$0")/.."
source verification/jdk.sh
stamp=build/bench/built
classpath=build/bench/classpath
mkdir -p build/bench
sources=(pom.xml common verification/bench verification/testkit verification/pom.xml control-plane/xds-api data-plane/balance data-plane/route data-plane/http data-plane/xds-model)
if [ ! -e "$stamp" ] || [ -n "$(find "${sources[@]}" -newer "$stamp" \( -name '*.java' -o -name '*.proto' -o -name pom.xml \) -not -path '*/target/*' -print -quit)" ]; then
  echo "bench: building the harness" >&2
  touch "$stamp.new"
  mvn -q -B -Dquick -DskipTests -pl verification/bench -am package dependency:build-classpath \
    -Dmdep.outputFile="$PWD/$classpath" </dev/null >build/bench/build.log 2>&1 || { cat build/bench/build.log >&2; exit 1; }
  mv "$stamp.new" "$stamp"
fi
export WEFT_CALLED_FROM=$called_from
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -cp "verification/bench/target/classes:$(cat "$classpath")" dev.weft.bench.Bench "$@"
