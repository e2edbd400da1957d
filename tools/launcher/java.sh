# Class paths, JVM flags and the AOT cache. Sourced by ../../weft after jdk.sh.

# Flags every JVM of ours runs with: Netty's native transports and TLS; -Xlog lines keep a cache that does not fit quiet.
COMMON_FLAGS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xlog:disable -Xlog:all=error:stderr"

# Programs: proxy, control, cli, demo, intercept.

# Prints the class path of a program.
classpath() {
  local jar path=
  while IFS= read -r jar; do
    path=$path:$WEFT_LIB/$jar
  done <"$WEFT_LIB/$1.classpath" || return 1
  printf '%s' "${path#:}"
}

# Sets FLAGS (an array) for a program: the common ones and its own from <program>.options, one a line, # starts a comment.
jvm_flags() {
  local line
  read -ra FLAGS <<<"$COMMON_FLAGS"
  if [ -r "$WEFT_LIB/$1.options" ]; then
    while IFS= read -r line; do
      line=${line%%#*}
      line=${line%"${line##*[![:space:]]}"}
      [ -n "$line" ] && FLAGS+=("$line")
    done <"$WEFT_LIB/$1.options"
  fi
  case $1 in
    proxy | control) [ ! -d "$WEFT_LIB/native" ] || FLAGS+=("-Djava.library.path=$WEFT_LIB/native") ;;
  esac
}

# Where files that may be made again are kept. Root's must be readable by the proxy's user.
cache_folder() {
  if [ -n "${WEFT_CACHE:-}" ]; then
    REPLY=$WEFT_CACHE
  elif [ "$(id -u)" -eq 0 ]; then
    REPLY=/var/cache/weft
  else
    REPLY=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/weft
  fi
}

# Sets REPLY to the AOT cache file of a program for exactly this JVM, these flags and these jars: a cache that any of them
# does not fit is never even opened (docs/adr/0009).
aot_file() {
  local program=$1 path=$2 key jars
  shift 2
  cache_folder
  IFS=: read -ra jars <<<"$path"
  key=$({
    printf '%s\n' "$JAVA_HOME" "$path" "$@"
    cat "$JAVA_HOME/release" 2>/dev/null
    stat -c '%n %s %Y' "${jars[@]}" 2>/dev/null
  } | cksum)
  key=${key// /-}
  REPLY=$REPLY/aot/$program-$key.aot
}

# Sets REPLY to the training run of a program: it does what a start does and ends by itself. Fails for programs without.
warm_up() {
  case $1 in
    cli) REPLY="dev.weft.cli.Main warm-up" ;;
    proxy) REPLY="dev.weft.proxy.Main --warm-up" ;;
    control) REPLY="dev.weft.control.ControlPlane --warm-up" ;;
    *) return 1 ;;
  esac
}

# Makes one AOT cache, if it is not there: one training run, then an atomic rename. One trainer at a time per cache; the
# lock goes with its process.
aot_train() {
  local program=$1 path file temporary status
  warm_up "$program" || return 0
  path=$(classpath "$program") || return 1
  jvm_flags "$program"
  aot_file "$program" "$path" "${FLAGS[@]}"
  file=$REPLY
  [ -s "$file" ] && return 0
  mkdir -p "${file%/*}" 2>/dev/null || return 1
  exec 8>"$file.lock" || return 1
  flock -n 8 || return 0
  [ -s "$file" ] && return 0
  temporary=$file.new
  rm -f "$temporary"
  warm_up "$program"
  nice -n 10 "$JAVA" "${FLAGS[@]}" -XX:AOTCacheOutput="$temporary" -cp "$path" $REPLY </dev/null >/dev/null 2>&1
  status=$?
  if [ $status -eq 0 ] && [ -s "$temporary" ]; then
    chmod a+r "$temporary"
    mv -f "$temporary" "$file"
    # caches of jars that are no more
    find "${file%/*}" -name "$program-*" ! -path "$file*" -mtime +7 -exec rm -f {} + 2>/dev/null
  fi
  rm -f "$temporary"
  exec 8>&-
  [ $status -eq 0 ]
}

# Makes the AOT caches of some programs now, where they are missing. What fails is no more than slower.
aot_prepare() {
  local program path missing=
  [ "${WEFT_AOT:-on}" != off ] || return 0
  find_jdk
  [ "$WEFT_TREE" = dist ] || weft_build
  for program in "$@"; do
    path=$(classpath "$program") || continue
    jvm_flags "$program"
    aot_file "$program" "$path" "${FLAGS[@]}"
    [ -s "$REPLY" ] || missing="$missing $program"
  done
  [ -n "$missing" ] || return 0
  say "making caches for this machine (once) ..."
  for program in $missing; do
    aot_train "$program" &
  done
  wait
}

# Sets JAVA_COMMAND (an array) to what starts a program: name, main class, arguments. Builds first where that is due.
java_command() {
  local program=$1 main=$2 path
  shift 2
  find_jdk
  [ "$WEFT_TREE" = dist ] || weft_build
  path=$(classpath "$program") || die 1 "$WEFT_LIB/$program.classpath is missing; unpack or build Weft again"
  jvm_flags "$program"
  if [ "${WEFT_AOT:-on}" != off ]; then
    aot_file "$program" "$path" "${FLAGS[@]}"
    if [ -s "$REPLY" ]; then
      FLAGS+=("-XX:AOTCache=$REPLY")
    elif warm_up "$program"; then
      # The first start on this machine goes without; the cache is made behind its back.
      (
        trap '' HUP INT
        aot_train "$program" >/dev/null 2>&1 </dev/null &
      ) 2>/dev/null
    fi
  fi
  JAVA_COMMAND=("$JAVA" "${FLAGS[@]}" -cp "$path" "$main" "$@")
}

# Replaces this process by a program: name, main class, arguments.
start_java() {
  java_command "$@"
  export WEFT_HOME WEFT_LIB
  exec "${JAVA_COMMAND[@]}"
}
