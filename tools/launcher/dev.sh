# weft dev: help for working on Weft itself, thin over Maven. Sourced by ../../weft.

dev_usage() {
  cat <<'END'
Usage: weft dev COMMAND [ARGUMENT...]

  build                   bring the programs of build/lib up to date, as every command does; start nothing
  verify [MODULE...]      compile with the quality gates on (Error Prone, NullAway, formatting) and run the tests
  test MODULE... [ARG...] tests of some modules, e.g. weft dev test tools/intercept -Dtest=RulesTest
  format [MODULE...]      format the sources
  fuzz MODULE CLASS [SECONDS]
                          fuzz a target for real, one method after the other, 60 s each; what it finds joins the corpus
  golden MODULE           rewrite the golden files of a module; look at the diff before committing
  aot                     make the AOT caches now instead of behind the first start
  classpath PROGRAM       class path of proxy, control, cli, intercept or demo
  explain-module MODULE   its README and the arrows it may use
END
}

maven() { (cd "$WEFT_HOME" && "$MVN" -q "$@"); }

# Splits arguments into modules (MODULES, joined by commas) and the rest (REST).
split_arguments() {
  MODULES='' REST=()
  local argument
  for argument in "$@"; do
    case $argument in
      -*) REST+=("$argument") ;;
      *) MODULES=$MODULES${MODULES:+,}$argument ;;
    esac
  done
}

# Jazzer fuzzes one method of a JVM: each gets a run of its own, everything else is replayed as usual elsewhere.
fuzz() {
  local module=$1 class=$2 seconds=${3:-60} source method
  source=$(find "$WEFT_HOME/$module/src/test/java" -name "$class.java")
  [ -n "$source" ] || die 2 "fuzz: no $class in $module"
  for method in $(sed -n '/@FuzzTest/{n;s/.* \([A-Za-z0-9]*\)(.*/\1/p;}' "$source"); do
    JAZZER_FUZZ=1 maven -pl "$module" -am -Dquick -Dsurefire.failIfNoSpecifiedTests=false -Dfuzz.hooks=true \
      "-Djazzer.max_duration=${seconds}s" "-Dtest=$class#$method" test || return
  done
}

main() {
  local task=${1:-help} program
  [ $# -eq 0 ] || shift
  find_maven
  split_arguments "$@"
  case $task in
    build) weft_build ;;
    verify) maven ${MODULES:+-pl "$MODULES" -am} verify ${REST[@]+"${REST[@]}"} ;;
    test)
      maven ${MODULES:+-pl "$MODULES" -am} -Dquick -Dsurefire.failIfNoSpecifiedTests=false test ${REST[@]+"${REST[@]}"}
      ;;
    format) maven ${MODULES:+-pl "$MODULES"} spotless:apply ;;
    fuzz)
      [ $# -ge 2 ] || die 2 "fuzz: name a module and a class, e.g. data-plane/http PathNormaliserFuzzTest"
      fuzz "$@"
      ;;
    golden) maven -pl "$MODULES" -am -Dquick -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update=true test ;;
    aot)
      weft_build
      for program in cli proxy control; do
        aot_train "$program" || say "no AOT cache for $program: its training run failed"
      done
      ;;
    classpath)
      weft_build
      classpath "${1:-}" && echo
      ;;
    explain-module)
      [ -r "$WEFT_HOME/${1:-}/README.md" ] || die 2 "no module '${1:-}'; name its folder, e.g. data-plane/route"
      cat "$WEFT_HOME/$1/README.md"
      echo
      echo "May use:"
      sed -n '/<dependencies>/,/<\/dependencies>/s:.*<artifactId>\(.*\)</artifactId>.*:  \1:p' "$WEFT_HOME/$1/pom.xml"
      ;;
    help | -h | --help) dev_usage ;;
    *)
      say "dev: no command '$task'"
      dev_usage >&2
      exit 2
      ;;
  esac
}
