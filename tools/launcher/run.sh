# weft run: an application and its sidecar as one unit. This shell stays as their supervisor (docs/adr/0009): it starts the
# sidecar, then the application, passes signals on and ends both when either ends. Sourced by ../../weft.

run_usage() {
  cat <<'END'
Usage: weft run --service NAME --port PORT [OPTION...] -- COMMAND [ARGUMENT...]

Runs an application together with its sidecar: the sidecar is ready before the application starts, signals and the exit
code are passed on, and when one of the two ends the other one ends, too.

  --service NAME             the service this is an instance of
  --port PORT                a port the application listens on (several times for several ports)
  --namespace NS             namespace of service and identity (default: default)
  --service-account NAME     name of the identity (default: the service's name)
  --label KEY=VALUE          label of this instance (several times for several)
  --locality REGION/ZONE     where it runs: region, zone and subzone, or less of them
  --control-plane HOST:PORT  default: the one this machine joined, or 127.0.0.1:15012
  --credential DIR           what 'weft join' made (default: /var/lib/weft as root, else ~/.weft/host)
  --ready-path PATH          the instance is ready while GET PATH answers 2xx (default: while its port accepts)
  --ready-grpc SERVICE       the instance is ready while grpc.health.v1 says that SERVICE is serving ('': all of it)
  --ready-interval SECONDS   how often that is looked at (default: 5; 0: no more once it was ready)
  --ready-timeout SECONDS    how long the application may take to answer it (default: 1)
  --user USER                run the application as this user (root only; not 1337, that is the sidecar)
  --address IP               address of the instance (default: the namespace's first)
  --explicit                 no redirection: the application reaches the mesh through http_proxy
  --exclude-outbound-port PORT, --exclude-outbound-cidr CIDR, --exclude-inbound-port PORT, --exclude-uid UID
                             past the sidecar, see 'weft intercept --help'
  --plain-metrics            the metrics on port 15020 also without TLS, for a Prometheus outside the mesh
  --start-timeout SECONDS    how long the sidecar may take to be ready (default: 60)
  --drain SECONDS            how long requests under way may take to end (default: 25)
  --grace SECONDS            how long the application may take to end (default: 10)

As root in a network namespace of its own, all TCP of the application is redirected. Elsewhere the unit owns a loopback
address 127.77.x.y and the application is told so by HOST, WEFT_ADDRESS, http_proxy and JAVA_TOOL_OPTIONS.

Examples:
  weft run --service orders --port 8080 -- java -jar orders.jar
  ip netns exec cart weft run --service cart --port 8080 --label version=v2 --user nobody -- ./cart

Exit code: the application's; 1 when the sidecar fails, 2 for wrong usage.
END
}

SIDECAR_UID=1337
TAKE_OVER_SECONDS=21600

# Ports every sidecar needs for itself; dev.weft.base.ExplicitPorts has the same list.
SIDECAR_PORTS=' 15000 15001 15006 15020 15021 '

# A sidecar's end takes its drain, before that its goodbye to the control plane (at most 5 s, docs/admin.md), and a moment.
SIDECAR_END=10

VALUE_OPTIONS=' --service --namespace --service-account --port --label --locality --control-plane --credential --ready-path
 --ready-grpc --ready-interval --ready-timeout --user --address --start-timeout --drain --grace --exclude-outbound-port
 --exclude-outbound-cidr --exclude-inbound-port --exclude-uid '

usage_error() {
  say "run: $*"
  say "Try 'weft run --help'."
  exit 2
}

parse_run() {
  service='' namespace=default account='' control_plane='' credential='' user='' address='' locality='' explicit=
  plain_metrics='' start_timeout=60 drain=25 grace=10 ports=() labels=() exclusions=() readiness=() readiness=()
  local name value
  while [ $# -gt 0 ]; do
    case $1 in
      --)
        shift
        break
        ;;
      -h | --help)
        run_usage
        exit 0
        ;;
      --explicit)
        explicit=asked
        shift
        continue
        ;;
      --plain-metrics)
        plain_metrics=yes
        shift
        continue
        ;;
      --*=*)
        name=${1%%=*} value=${1#*=}
        shift
        ;;
      --*)
        case $VALUE_OPTIONS in *[[:space:]]"$1"[[:space:]]*) ;; *) usage_error "no option $1" ;; esac
        [ $# -ge 2 ] && [ "$2" != -- ] || usage_error "$1 needs a value"
        name=$1 value=$2
        shift 2
        ;;
      *) usage_error "unexpected '$1'; the application's command comes after --" ;;
    esac
    case $name in
      --service) service=$value ;;
      --namespace) namespace=$value ;;
      --service-account) account=$value ;;
      --port)
        case $value in '' | *[!0-9]* | ??????*) usage_error "--port: not a TCP port: '$value'" ;; esac
        value=$((10#$value))
        [ "$value" -ge 1 ] && [ "$value" -le 65535 ] || usage_error "--port: not a TCP port: '$value'"
        case $SIDECAR_PORTS in
          *" $value "*) usage_error "--port: $value is one of the sidecar's own (${SIDECAR_PORTS:1:-1})" ;;
        esac
        ports+=("$value")
        ;;
      --label)
        case $value in ?*=*) ;; *) usage_error "--label: not KEY=VALUE: '$value'" ;; esac
        labels+=("$value")
        ;;
      --locality)
        case $value in '' | /* | */ | *//* | */*/*/* | *\**) usage_error "--locality: not REGION/ZONE/SUBZONE: '$value'" ;; esac
        locality=$value
        ;;
      --control-plane) control_plane=$value ;;
      --credential) credential=$value ;;
      --ready-path | --ready-grpc | --ready-interval | --ready-timeout) readiness+=("$name" "$value") ;;
      --user) user=$value ;;
      --address) address=$value ;;
      --drain) drain=$value ;;
      --start-timeout) start_timeout=$value ;;
      --grace) grace=$value ;;
      --exclude-outbound-port | --exclude-outbound-cidr | --exclude-inbound-port | --exclude-uid)
        exclusions+=("$name" "$value")
        ;;
      *) usage_error "no option $name" ;;
    esac
  done
  [ -n "$service" ] || usage_error "--service is missing"
  [ ${#ports[@]} -gt 0 ] || usage_error "--port is missing"
  for value in "$service" "$namespace" "${account:=$service}"; do
    case $value in
      *[!a-z0-9-]* | -* | *- | '') usage_error "not a name (lower-case letters, digits and dashes): '$value'" ;;
    esac
  done
  for name in start_timeout drain grace; do
    value=${!name}
    case $value in '' | *[!0-9]* | ???????*) usage_error "not a number of seconds: '$value'" ;; esac
    printf -v "$name" %d "$((10#$value))" # a leading zero would make it octal below
  done
  [ $# -gt 0 ] || usage_error "no command after --"
  application=("$@")
}

# A loopback address of its own for a unit without redirection. The lock is a file descriptor that the children inherit:
# the address is free again when the last of them is gone, however they ended. The file stays, empty: whoever removed it
# would let a second unit lock a new one of that name while a child of the first, or a third unit, has the old one.
take_loopback_address() {
  local folder=/tmp/.weft-addresses n start
  if ! [ -d "$folder" ]; then
    mkdir -m 1777 "$folder" 2>/dev/null && chmod 1777 "$folder"
  fi
  start=$((RANDOM % 64000))
  for ((n = 0; n < 64000; n++)); do
    address=127.77.$(((start + n) / 250 % 256)).$(((start + n) % 250 + 2))
    { exec 6<>"$folder/$address"; } 2>/dev/null || continue
    if flock -n 6; then
      return 0
    fi
    exec 6>&-
  done
  die 1 "no free address in 127.77.0.0/16"
}

first_address() {
  local line
  while read -r line; do
    case $line in
      *" inet "*)
        line=${line#* inet }
        REPLY=${line%%/*}
        return 0
        ;;
    esac
  done < <(ip -4 -o addr show scope global 2>/dev/null)
  return 1
}

# A folder of this unit below /run/weft, gone with it. The lock on it is held by the unit's processes: what units killed
# with -9 left behind is recognised by the lock that nobody holds, and removed by the next one that starts.
take_state() {
  local gate held folder
  mkdir -p /run/weft && chmod 755 /run/weft || die 1 "cannot write to /run/weft"
  exec {gate}</run/weft
  flock "$gate" # a folder not yet locked by its owner is not swept
  for folder in /run/weft/run-*; do
    [ ! -d "$folder" ] || flock -n "$folder" rm -rf "$folder"
  done
  state=/run/weft/run-$$
  mkdir "$state" && chmod 755 "$state" || die 1 "cannot write to /run/weft"
  # shellcheck disable=SC2093,SC1083 # the descriptor stays open, also in the children
  exec {held}<"$state"
  flock -n "$held"
  exec {gate}<&-
}

# Sets BINDS to pairs of a folder that the sidecar's user cannot reach (a checkout or a JDK below a private home) and a
# place where a bind mount in the sidecar's own mount namespace makes it reachable.
find_private_folders() {
  local place folder probe
  BINDS=()
  for place in lib jdk; do
    case $place in
      lib) folder=$WEFT_LIB probe=proxy.classpath ;;
      jdk) folder=$JAVA_HOME probe=bin/java ;;
    esac
    as_sidecar test -r "$folder/$probe" && continue
    mkdir -p "/run/weft/$place" ||
      die 1 "user $SIDECAR_UID, the sidecar's, cannot read $folder; put it where everybody can"
    BINDS+=("$folder" "/run/weft/$place")
  done
}

as_sidecar() { setpriv --reuid "$SIDECAR_UID" --regid "$SIDECAR_UID" --clear-groups -- "$@"; }

# The host credential is root's alone; the sidecar, another user, gets its contents through a pipe.
credential_text() {
  cat "$credential/host.key" "$credential/host.pem" && printf -- '-----WEFT ROOT-----\n' && cat "$credential/root.pem"
}

# The sidecar renews the host credential when half of its life is over. It may not write where the credential is, so it leaves
# the certificate (the key stays) in a file of this unit, from which it is taken over here.
take_over_credential() {
  local text
  [ -n "$renewed" ] && [ -s "$renewed" ] || return 0
  text=$(head -c 65536 "$renewed")
  case $text in
    '-----BEGIN CERTIFICATE-----'*'-----WEFT END-----') ;;
    *) return 0 ;; # still being written
  esac
  if printf '%s' "${text%-----WEFT END-----}" >"$credential/host.pem.$$" && chmod 644 "$credential/host.pem.$$" &&
    mv "$credential/host.pem.$$" "$credential/host.pem"; then
    : >"$renewed"
  else
    say "cannot write the renewed host credential to $credential"
  fi
}

alive() { kill -0 "$1" 2>/dev/null; }

# Waits a moment without starting a process.
moment() { read -rt "$1" -u "$idle" _ 2>/dev/null || true; }

# Sets hindrance to what keeps it from ever being ready, if it says so.
sidecar_is_ready() {
  local status='' line
  {
    exec 3<>"/dev/tcp/$address/15021" &&
      printf 'GET /healthz/ready HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$address" >&3 &&
      read -rt 2 -u 3 status &&
      while read -rt 2 -u 3 line; do
        case $line in "cannot serve "* | "was refused "*) hindrance=$line ;; esac
      done
    exec 3>&-
  } 2>/dev/null
  case $status in
    "HTTP/1.1 200"*) return 0 ;;
  esac
  return 1
}

# Waits for one process at most so many seconds; a second signal ends the patience.
wait_for_end() {
  local pid=$1 deadline=$((SECONDS + $2))
  while alive "$pid" && [ $SECONDS -le $deadline ] && [ "$signals" -lt 2 ]; do
    moment 0.05
  done
  ! alive "$pid"
}

tell_sidecar_to_stop() {
  [ -n "$sidecar" ] && [ -z "$told" ] && kill -TERM "$sidecar" 2>/dev/null
  told=yes
}

stop_sidecar() {
  [ -n "$sidecar" ] || return 0
  tell_sidecar_to_stop
  if ! wait_for_end "$sidecar" $((drain + SIDECAR_END)); then
    say "the sidecar did not end; killing it"
    kill -KILL "$sidecar" 2>/dev/null
  fi
  wait "$sidecar" 2>/dev/null
  sidecar=
}

# What an application left behind in its process group, if it had one of its own.
end_rest() { [ -n "$terminal" ] || kill -KILL -- "-$1" 2>/dev/null; }

# Sends a signal to the application, waits, and sets status to its exit code.
stop_application() {
  [ -n "$app" ] || return 0
  kill "-$1" "$app" 2>/dev/null
  if ! wait_for_end "$app" "$grace"; then
    say "the application did not end within $grace s; killing it"
    kill -KILL "$app" 2>/dev/null
  fi
  wait "$app" 2>/dev/null
  status=$?
  end_rest "$app"
  app=
}

clean_up() {
  trap '' TERM INT HUP
  if [ -n "$app" ]; then
    kill -KILL "$app" 2>/dev/null
    end_rest "$app"
  fi
  [ -z "$sidecar" ] || kill -KILL "$sidecar" 2>/dev/null
  # Disowned first: the shell would report a job that is killed.
  [ -z "$timer" ] || { disown "$timer" && kill "$timer"; } 2>/dev/null
  take_over_credential
  [ -z "$state" ] || rm -rf "$state"
}

# The first step of an orderly end is taken right here: a signal that arrives just before 'wait' would else be noticed only
# when a child ends, which this makes happen.
on_stop() {
  stop=$1
  signals=$((signals + 1))
  tell_sidecar_to_stop
}

pass_on() { [ -z "$app" ] || kill "-$1" "$app" 2>/dev/null; }

start_sidecar() {
  local arguments=() value runner=() drop=
  for value in "${ports[@]}"; do arguments+=(--port "$value"); done
  for value in ${labels[@]+"${labels[@]}"}; do arguments+=(--label "$value"); done
  arguments+=(${readiness[@]+"${readiness[@]}"})
  arguments+=(--control-plane "$control_plane" --service "$service" --namespace "$namespace"
    --service-account "$account" --address "$address" --mode "$mode")
  arguments+=(--drain-timeout "$drain")
  [ -z "$locality" ] || arguments+=(--locality "$locality")
  [ -z "$hosts" ] || arguments+=(--hosts-file "$hosts")
  [ -z "$plain_metrics" ] || arguments+=(--plain-metrics)
  if [ "$uid" -eq 0 ]; then
    find_jdk
    find_private_folders
    # Where they have to be mounted and may not be, a sidecar that is not needed for redirection can stay root.
    if [ "$mode" = REDIRECT ] || [ ${#BINDS[@]} -eq 0 ] || unshare --mount true 2>/dev/null; then
      drop=yes
    else
      say "the sidecar runs as root: user $SIDECAR_UID cannot read ${BINDS[0]}, and mounting is not allowed here"
    fi
  fi
  if command -v setpriv >/dev/null; then
    runner=(setpriv --pdeathsig TERM)
    if [ -n "$drop" ]; then
      runner+=(--reuid "$SIDECAR_UID" --regid "$SIDECAR_UID" --clear-groups --no-new-privs --inh-caps=-all
        --bounding-set=-all)
    fi
    runner+=(--)
  fi
  if [ -n "$drop" ]; then
    [ -n "$state" ] || take_state
    renewed=$state/host.pem
    : >"$renewed"
    chown "$SIDECAR_UID" "$renewed"
    java_command proxy dev.weft.proxy.Main --sidecar --credential-fd 0 --renewed-credential "$renewed" "${arguments[@]}"
    if [ ${#BINDS[@]} -gt 0 ]; then
      runner=(unshare --mount --propagation private bash -c
        'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit 1; shift 2; done; shift; exec "$@"' bash
        "${BINDS[@]}" -- "${runner[@]}")
      for ((value = 0; value < ${#BINDS[@]}; value += 2)); do
        JAVA_COMMAND=("${JAVA_COMMAND[@]//"${BINDS[value]}"/"${BINDS[value + 1]}"}")
      done
    fi
    "${runner[@]}" "${JAVA_COMMAND[@]}" < <(credential_text) {idle}>&- &
  else
    java_command proxy dev.weft.proxy.Main --sidecar --credential "$credential" "${arguments[@]}"
    ${runner[@]+"${runner[@]}"} "${JAVA_COMMAND[@]}" </dev/null {idle}>&- &
  fi
  sidecar=$!
}

start_application() {
  local runner=()
  export WEFT_ADDRESS=$address PORT=${PORT:-${ports[0]}}
  if [ "$mode" = NONE ]; then
    export HOST=$address http_proxy=http://$address:15001 HTTP_PROXY=http://$address:15001
    export JAVA_TOOL_OPTIONS="${JAVA_TOOL_OPTIONS:+$JAVA_TOOL_OPTIONS }-Dhttp.proxyHost=$address -Dhttp.proxyPort=15001 -Dhttp.nonProxyHosts="
    unset no_proxy NO_PROXY
  fi
  if [ -n "$hosts" ]; then
    # Its own /etc/hosts, with the services' names; the host's stays as it is. Each step replaces the one before: the
    # process we know is the application.
    runner=(unshare --mount --propagation private sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$hosts")
  fi
  if command -v setpriv >/dev/null; then
    runner+=(setpriv --pdeathsig TERM)
    if [ -n "$user" ]; then
      runner+=(--reuid "$user" --regid "$user_group" --init-groups)
    fi
    runner+=(--)
  fi
  # Without job control a shell's children ignore Ctrl-C unless told otherwise.
  {
    trap - INT QUIT
    exec ${runner[@]+"${runner[@]}"} "${application[@]}"
  } <&0 {idle}>&- &
  app=$!
}

main() {
  local uid refusal deadline hindrance=
  parse_run "$@"
  . "$launcher/jdk.sh"
  . "$launcher/java.sh"
  [ "$WEFT_TREE" = dist ] || . "$launcher/build.sh"
  uid=$(id -u)
  if [ -z "$credential" ]; then
    [ -n "${HOME:-}" ] || unset HOME # then ~ is what the system knows of the user, as for dev.weft.base.HomeFolder
    if [ "$uid" -eq 0 ]; then credential=/var/lib/weft; else credential=~/.weft/host; fi
  fi
  [ -r "$credential/host.key" ] || die 1 "no host credential in $credential; make one with 'weft join' first"
  if [ -z "$control_plane" ] && [ -r "$credential/control-plane" ]; then
    read -r control_plane _ <"$credential/control-plane"
  fi
  : "${control_plane:=127.0.0.1:15012}"
  if [ -n "$user" ]; then
    [ "$uid" -eq 0 ] || die 2 "--user needs root"
    user_group=$(id -g -- "$user" 2>/dev/null) || die 2 "--user: no user '$user'"
    [ "$(id -u -- "$user")" -ne "$SIDECAR_UID" ] || die 2 "--user: $SIDECAR_UID is the sidecar's user; its calls are not redirected"
  elif [ "$uid" -eq "$SIDECAR_UID" ]; then
    die 2 "user $SIDECAR_UID is the sidecar's; run the application as another one"
  fi

  sidecar='' told='' app='' timer='' state='' hosts='' renewed='' stop='' signals=0 status=0
  trap clean_up EXIT
  trap 'on_stop TERM' TERM
  trap 'on_stop INT' INT
  for signal in HUP QUIT USR1 USR2; do
    # shellcheck disable=SC2064
    trap "pass_on $signal" "$signal"
  done
  exec {idle}<> <(:)
  # Each child leads a process group of its own, so that what an application leaves behind can be ended with it. Not on a
  # terminal: that is owned by one process group, ours, and whoever else reads it is stopped. There Ctrl-C reaches the
  # application at once; the sidecar ignores it and waits for us.
  terminal=
  if [ -t 0 ]; then terminal=yes; else set -m; fi

  mode=NONE
  if [ "$uid" -eq 0 ] && ! command -v setpriv >/dev/null; then
    die 1 "setpriv is missing (package util-linux): the sidecar must not run as root"
  fi
  if [ "$uid" -eq 0 ] && [ -z "$explicit" ]; then
    java_command intercept dev.weft.intercept.Main apply ${exclusions[@]+"${exclusions[@]}"}
    refusal=$("${JAVA_COMMAND[@]}" 2>&1)
    case $? in
      0) mode=REDIRECT ;;
      3) explicit="the host's own network namespace" ;;
      *) die 1 "cannot redirect: $refusal" ;;
    esac
  elif [ "$uid" -ne 0 ]; then
    explicit="not root"
  fi
  if [ "$mode" = REDIRECT ]; then
    if [ -z "$address" ]; then
      first_address || die 1 "this network namespace has no address; give it one, or name it with --address"
      address=$REPLY
    fi
    take_state
    hosts=$state/hosts
    { cat /etc/hosts 2>/dev/null; } >"$hosts"
    chown "$SIDECAR_UID" "$hosts"
  else
    [ -n "$address" ] || take_loopback_address
    say "explicit mode ($explicit): $service listens at $address, calls services through http_proxy http://$address:15001"
  fi

  start_sidecar
  deadline=$((SECONDS + start_timeout))
  until sidecar_is_ready; do
    if [ -n "$stop" ]; then
      stop_sidecar
      exit $((128 + $(kill -l "$stop")))
    fi
    if ! alive "$sidecar"; then
      wait "$sidecar"
      status=$?
      sidecar=
      die 1 "the sidecar ended before it was ready (exit code $status); the application was not started"
    fi
    if [ -n "$hindrance" ]; then
      say "the sidecar $hindrance; the application was not started"
      stop_sidecar
      exit 1
    fi
    if [ $SECONDS -ge $deadline ]; then
      say "the sidecar was not ready within $start_timeout s (control plane $control_plane); the application was not started"
      stop_sidecar
      exit 1
    fi
    moment 0.05
  done

  start_application
  while [ -z "$stop" ] && alive "$app" && alive "$sidecar"; do
    if [ -n "$renewed" ] && { [ -z "$timer" ] || ! alive "$timer"; }; then
      take_over_credential
      setpriv --pdeathsig TERM sleep "$TAKE_OVER_SECONDS" {idle}>&- &
      timer=$!
    fi
    # A wait that Ctrl-C interrupts while the application ends of it, too, loses its exit code (seen with bash 5.2).
    # A signal may have come while the timer was started.
    # shellcheck disable=SC2086 # none where the sidecar renews by itself
    if [ -n "$terminal" ]; then moment 0.2; elif [ -z "$stop" ]; then wait -n "$app" "$sidecar" $timer 2>/dev/null; fi
  done

  if ! alive "$app"; then
    wait "$app" 2>/dev/null
    status=$?
    end_rest "$app"
    app=
    stop_sidecar
  elif [ -z "$stop" ]; then
    wait "$sidecar" 2>/dev/null
    say "the sidecar ended (exit code $?); stopping the application"
    sidecar=
    stop_application TERM
    [ "$status" -ne 0 ] && [ "$status" -lt 128 ] || status=1
  else
    # The sidecar first: it takes the instance out of service and lets its requests end, with the application still there.
    stop_sidecar
    # On a terminal the application has had its Ctrl-C, and chose to go on.
    if [ -n "$terminal" ] && [ "$stop" = INT ]; then stop=TERM; fi
    stop_application "$stop"
  fi
  exit "$status"
}
