# weft dev: help for working on Weft itself, thin over Maven. Sourced by ../../weft.

dev_usage() {
  cat <<'END'
Usage: weft dev COMMAND [ARGUMENT...]

  build                   bring the programs of build/lib up to date, as every command does; start nothing
  verify [MODULE...]      compile with the quality gates on (Error Prone, NullAway, formatting) and run the tests
  test MODULE... [ARG...] tests of some modules, e.g. weft dev test tools/intercept -Dtest=RulesTest
  format [MODULE...]      format the sources
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
