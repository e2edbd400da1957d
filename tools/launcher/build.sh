# Builds what changed, in the repository only. Sourced by ../../weft after jdk.sh and java.sh.

find_maven() {
  MVN=${MVN:-$(command -v mvn)} || true
  [ -n "$MVN" ] || die 1 "Maven (mvn) is needed to build Weft from its repository: apt install maven, or use a distribution"
  # Else Jansi ends Maven's output with escape codes, whatever Maven is told about colours.
  { [ -t 1 ] && [ -t 2 ]; } || export MAVEN_OPTS="${MAVEN_OPTS:+$MAVEN_OPTS }-Djansi.noreset=true"
}

# True when a source file, a folder of sources (a deletion changes its time) or a pom is newer than the last build.
build_is_stale() {
  [ -f "$WEFT_LIB/stamp" ] || return 0
  [ -n "$(cd "$WEFT_HOME" && find pom.xml common control-plane data-plane tools demo \
    \( -name target -o -path '*/src/test' \) -prune -o \
    \( -path '*/src/main/*' -o -path '*/src/build/*' -o -name pom.xml \) -newer "$WEFT_LIB/stamp" -print 2>/dev/null | head -n 1)" ]
}

# module -> program: whose runtime class path is whose program
PROGRAMS="data-plane/proxy:proxy control-plane/control:control tools/cli:cli tools/intercept:intercept demo/driver:demo"

# Makes build/lib (jars, class paths, JVM options) up to date. Two builds of one checkout wait for each other.
# WEFT_NO_BUILD=1 takes what is there: for tests that run inside a Maven build of the same tree.
weft_build() {
  [ "${WEFT_NO_BUILD:-}" != 1 ] || return 0
  build_is_stale || return 0
  mkdir -p "$WEFT_HOME/build"
  exec 7>"$WEFT_HOME/build/lock"
  flock 7
  if build_is_stale; then
    find_maven
    say "building (only what changed; the first time takes a minute or two) ..."
    local started=$SECONDS
    run_build || die 1 "the build failed; its output is above"
    say "built in $((SECONDS - started)) s"
  fi
  exec 7>&-
}

# Netty's native libraries as files, for programs to map: else each start writes its own copy into /tmp. It does so, too,
# where this fails.
extract_native() {
  local WEFT_LIB=$1
  "$JAVA" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$(classpath proxy)" dev.weft.net.NativeLibraries "$1/native" \
    >/dev/null 2>&1 || rm -rf "$1/native"
}

run_build() {
  local pair module program modules= jar jars line name new=$WEFT_HOME/build/lib.new
  for pair in $PROGRAMS; do
    modules=$modules,${pair%:*}
  done
  rm -rf "$new"
  mkdir -p "$new"
  touch "$new/stamp" # from before the build: what is edited meanwhile is built next time
  (cd "$WEFT_HOME" &&
    MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:TieredStopAtLevel=1 -XX:+UseSerialGC" \
      "$MVN" -q -B ${WEFT_MVN_FLAGS:-} -Dquick -DskipTests -Dstyle.color=never -pl "${modules#,}" -am \
      package dependency:build-classpath -DincludeScope=runtime -Dmdep.outputFile=target/runtime.classpath) >&2 || return 1
  for pair in $PROGRAMS; do
    module=$WEFT_HOME/${pair%:*}
    program=${pair#*:}
    : >"$new/$program.classpath"
    IFS=: read -ra jars <"$module/target/runtime.classpath" # fails, with the words read: no line end
    for jar in "$module"/target/weft-*.jar "${jars[@]}"; do
      case $jar in
        *-tests.jar | *-sources.jar) continue ;;
      esac
      name=${jar##*/}
      # Same bytes keep their place and time, so that AOT caches stay good.
      if [ ! -f "$new/$name" ]; then
        if [ -f "$WEFT_LIB/$name" ] && cmp -s "$jar" "$WEFT_LIB/$name"; then
          cp -p "$WEFT_LIB/$name" "$new/$name"
        else
          cp "$jar" "$new/$name"
        fi || return 1
      fi
      printf '%s\n' "$name" >>"$new/$program.classpath"
    done
    if [ -r "$module/src/main/dist/jvm.options" ]; then
      cp "$module/src/main/dist/jvm.options" "$new/$program.options"
    fi
  done
  extract_native "$new"
  chmod -R a+rX "$new"
  rm -rf "$WEFT_LIB.old"
  [ ! -d "$WEFT_LIB" ] || mv "$WEFT_LIB" "$WEFT_LIB.old"
  mv "$new" "$WEFT_LIB"
  rm -rf "$WEFT_LIB.old"
}
