#!/usr/bin/env bash
# build.sh [chain|hermes|all|paths|missing]: builds lnd (Go) and hermes (Rust) from the package registries into the cache.
#   all      builds what is missing, both at the same time (default)
#   paths    prints LND=… and HERMES=…, the files a build puts there; builds nothing
#   missing  prints the parts that are not in the cache; prints nothing when all is there
#
# Needs go >= 1.23.8, cargo >= 1.85, a C compiler and python3, and only for what is missing. Exit 3: a tool is missing.
#   RELAYOOOR_CACHE  where built things live (default ${XDG_CACHE_HOME:-~/.cache}/relayooor)
#   HERMES_PROFILE   o1 (default: small and fast) or dev0 (builds in three quarters of the time)
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${RELAYOOOR_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/relayooor}/localnet
PROFILE=${HERMES_PROFILE:-o1}
RELAYER_CRATE=ibc-relayer@0.32.2
CLI_CRATE=ibc-relayer-cli@1.13.2

# A part is keyed by its own recipe alone: an edit of the chain leaves a built Hermes valid, and the other way round.
key() { sha256sum | cut -c1-16; }
chain_key() { { uname -sm; cd "$HERE/chain"; LC_ALL=C sha256sum -- *.go go.mod go.sum; } | key; }
hermes_key() { { uname -sm; echo "$RELAYER_CRATE $CLI_CRATE $PROFILE"; cat "$HERE/hermes-slim.py"; } | key; }
CHAIN_DIR=$CACHE/chain-$(chain_key)
HERMES_DIR=$CACHE/hermes-$(hermes_key)

say() { echo "localnet: $*" >&2; }
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -1)" = "$2" ]; }

missing_tools() { # part; one line per tool that is absent or too old
  local found
  if [ "$1" = chain ]; then
    found=$(go env GOVERSION 2>/dev/null | sed 's/^go//' || true)
    at_least "${found:-0}" 1.23.8 || echo "go >= 1.23.8 (found: ${found:-none}), to build the chain"
  else
    found=$(cargo --version 2>/dev/null | awk '{print $2}' || true)
    at_least "${found:-0}" 1.85.0 || echo "cargo >= 1.85 (found: ${found:-none}), to build Hermes"
    command -v cc >/dev/null || echo "a C compiler (cc), to build Hermes"
    command -v python3 >/dev/null || echo "python3, to build Hermes"
  fi
  command -v flock >/dev/null || echo "flock (package util-linux), to build"
}

retry() { for _ in 1 2; do "$@" && return 0; sleep 3; done; "$@"; }

# finish STAGED FINAL: a folder of the cache appears whole or not at all, so an interrupted build never counts as one
finish() { mkdir -p "$(dirname "$2")"; mv -T "$1" "$2"; }

build_chain() {
  local work; work=$CACHE/building/$(basename "$CHAIN_DIR")
  rm -rf "$work"; mkdir -p "$work/out"
  cd "$HERE/chain"
  # CGO off: no C toolchain work, pebble and zstd fall back to pure Go
  CGO_ENABLED=0 retry go build -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w" -o "$work/out/lnd" .
  finish "$work/out" "$CHAIN_DIR"; rm -rf "$work"
}

registry_source() { # the folder into which cargo unpacked both crates
  local folder
  for folder in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/; do
    [ -d "$folder/${RELAYER_CRATE/@/-}" ] && [ -d "$folder/${CLI_CRATE/@/-}" ] && { echo "$folder"; return 0; }
  done
  echo "cargo did not unpack $RELAYER_CRATE and $CLI_CRATE" >&2; return 1
}

build_hermes() {
  local profile=debug work; work=$CACHE/building/$(basename "$HERMES_DIR")
  mkdir -p "$work"; rm -rf "$work/out"; mkdir "$work/out"
  cd "$work"
  retry cargo info "$RELAYER_CRATE" >/dev/null; retry cargo info "$CLI_CRATE" >/dev/null   # only unpacks them
  python3 "$HERE/hermes-slim.py" "$(registry_source)" "$work/source"
  # the lock file published inside the crate is used; cargo only drops the removed packages from it
  cd "$work/source/${CLI_CRATE/@/-}"
  export CARGO_TARGET_DIR=$work/target CARGO_INCREMENTAL=0 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=0
  if [ "$PROFILE" = o1 ]; then profile=release; retry cargo build --bin hermes --release; else retry cargo build --bin hermes; fi
  cp "$work/target/$profile/hermes" "$work/out/hermes"
  finish "$work/out" "$HERMES_DIR"; rm -rf "$work"
}

is_built() { if [ "$1" = chain ]; then [ -x "$CHAIN_DIR/lnd" ]; else [ -x "$HERMES_DIR/hermes" ]; fi; }

ensure() { # part; waits for a build of the same part that is already running
  local log=$CACHE/$1.build-log start=$SECONDS
  mkdir -p "$CACHE"
  exec 9>"$CACHE/$1.lock"; flock 9
  is_built "$1" && return 0
  say "building $1 (log: $log)"
  "build_$1" >"$log" 2>&1 &   # not in the || list itself: bash drops errexit there
  wait $! || { tail -30 "$log" >&2; say "could not build $1"; return 1; }
  say "$1 built in $((SECONDS - start)) s"
}

missing_parts() { local part; for part in chain hermes; do is_built "$part" || echo "$part"; done; }

build() { # parts...
  local part lines="" pids=() failed=0
  for part in "$@"; do is_built "$part" || lines+=$(missing_tools "$part")$'\n'; done
  lines=$(sort -u <<<"$lines" | sed '/^$/d')
  if [ -n "$lines" ]; then say "missing on this machine:"; sed 's/^/  - /' <<<"$lines" >&2; exit 3; fi
  for part in "$@"; do is_built "$part" || { ensure "$part" & pids+=($!); }; done
  for part in "${pids[@]}"; do wait "$part" || failed=1; done
  return $failed
}

case ${1:-all} in
  chain|hermes) build "$1" ;;
  all) build chain hermes ;;
  missing) missing_parts ;;
  paths) echo "LND=$CHAIN_DIR/lnd"; echo "HERMES=$HERMES_DIR/hermes" ;;
  *) echo "usage: $0 [chain|hermes|all|paths|missing]" >&2; exit 2 ;;
esac
