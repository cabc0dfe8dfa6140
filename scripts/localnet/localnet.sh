#!/usr/bin/env bash
# localnet.sh [up|fresh|down|status|save|restore|stop|start|pause|resume|hermes]
#
# Two real chains (ibc-go 10.7, Cosmos SDK 0.53, CometBFT 0.38), two nodes each, and a real Hermes 1.13 with one open
# ICS-20 channel between them. No relayer runs: what people send stays pending until somebody clears it.
#
#   up             builds what is missing, starts the network, says what to do next (default)
#   fresh          like up, but opens the channel anew instead of taking the one kept in the cache
#   down           stops the nodes that this folder's network started
#   status         height of every node
#   save, restore  keeps the state of all chains; goes back to it
#   stop|start|pause|resume NODE…   ibc-a ibc-a-2 ibc-b ibc-b-2 (the -2 ones follow); pause freezes the process
#   hermes ARGS…   the relayer's command line with this network's configuration
#
#   NET         state folder, wiped by `up`          (default: .data/localnet of the checkout)
#   BLOCK_TIME  timeout_commit of both chains        (default: 1s; 300ms and 500ms work too)
#   PORT_BASE   first port; uses PORT_BASE .. +21    (default: 27010)
#
# `up` leaves NET/net.json (ids, URLs, addresses, channels), NET/chains.json (chain facts for the app) and NET/app.env.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${NET:-$HERE/../../.data/localnet}"
NET=$(cd "${NET:-$HERE/../../.data/localnet}" && pwd)
BLOCK_TIME=${BLOCK_TIME:-1s}; P=${PORT_BASE:-$(cat "$NET/port-base" 2>/dev/null || echo 27010)}
CACHE=${RELAYOOOR_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/relayooor}/localnet
eval "$("$HERE/build.sh" paths)"
. "$HERE/nodes.sh"
. "$HERE/hermes-home.sh"

say() { echo "localnet: $*" >&2; }

need_tools() {
  local tool lacking=()
  for tool in jq curl setsid flock; do command -v $tool >/dev/null || lacking+=("$tool"); done
  [ ${#lacking[@]} -eq 0 ] || { say "missing on this machine: ${lacking[*]}"; exit 3; }
}

write_facts() {
  local ca cb; node ibc-a
  ca=$(jq -c 'select(.status=="success").result.a_side' "$NET/create-channel.out")
  cb=$(jq -c 'select(.status=="success").result.b_side' "$NET/create-channel.out")
  jq -n --argjson p "$P" --argjson ca "$ca" --argjson cb "$cb" --arg net "$NET" --arg hermes "$HERMES" --arg mnemonic "$MNEMONIC" --arg block "$BLOCK_TIME" \
     --slurpfile ka "$NET/ibc-a.keys" --slurpfile kb "$NET/ibc-b.keys" '
    def side($id;$prefix;$denom;$o;$c;$keys): {id:$id, prefix:$prefix, denom:$denom,
      rpc:"http://127.0.0.1:\($p+$o)", rpcs:["http://127.0.0.1:\($p+$o)","http://127.0.0.1:\($p+$o+3)"], grpc:"127.0.0.1:\($p+$o+2)",
      port:$c.port_id, channel:$c.channel_id, connection:$c.connection_id, client:$c.client_id, accounts:($keys|map({(.name):.address})|add)};
    {net:$net, blockTime:$block, portBase:$p, mnemonic:$mnemonic, hermes:$hermes, hermesConfig:"\($net)/hermes/config.toml",
     rivalConfig:"\($net)/hermes/rival.toml", rest:"http://127.0.0.1:\($p+20)",
     a:side("ibc-a";"cosmos";"uatom";0;$ca;$ka), b:side("ibc-b";"osmo";"uosmo";10;$cb;$kb)}' >"$NET/net.json"
  jq '
    def chain($c;$name;$pretty;$symbol): {chainId:$c.id, chainName:$name, prettyName:$pretty, bech32Prefix:$c.prefix, slip44:118,
      feeTokens:[{denom:$c.denom, fixedMinGasPrice:"0.01", averageGasPrice:"0.02"}], assets:[{denom:$c.denom, symbol:$symbol, exponent:6}], explorers:[]};
    def channel_end($c): {chainId:$c.id, portId:$c.port, channelId:$c.channel, connectionId:$c.connection, clientId:$c.client};
    {chains:[chain(.a;"localneta";"Localnet A";"ATOM"), chain(.b;"localnetb";"Localnet B";"OSMO")],
     channels:[{a:channel_end(.a), b:channel_end(.b), ordering:"unordered"}]}' "$NET/net.json" >"$NET/chains.json"
  jq -r '"CHAINS_FILE=\(.net)/chains.json",
    "CHAIN_RPC_ENDPOINTS=\([.a,.b] | map(.id as $id | .rpcs | map("\($id):\(.)")) | add | join(","))",
    "SERVICE_WALLET_ADDRESS=\(.a.id):\(.a.accounts.service),\(.b.id):\(.b.accounts.service)",
    "ADMIN_ADDRESSES=\(.a.accounts.admin),\(.b.accounts.admin)",
    "CLEARING_SERVICE_FEE=1000000", "CLEARING_PER_PACKET_FEE=100000", "GAS_CONVERSION_RATES=uosmo/uatom=0.1",
    "STUCK_AFTER_SECONDS=10", "HERMES_BINARY=\(.hermes)", "HERMES_CONFIG_PATH=\(.hermesConfig)"' "$NET/net.json" >"$NET/app.env"
}

# The opened channel is kept in the cache, because Hermes' handshake takes 25 s. Not for long: a client whose last
# header is older than its trusting period of 10 days has expired.
snapshot_folder() {
  local key; key=$({ echo "$LND $HERMES"; cat "$HERE/nodes.sh" "$HERE/hermes-home.sh"; } | sha256sum | cut -c1-16)
  echo "$CACHE/open-channel-$key"
}
SNAPSHOT_FILES=("${NODES[@]}" ibc-a.keys ibc-b.keys ibc-a.id ibc-a-2.id ibc-b.id ibc-b-2.id hermes create-channel.out)
copy_state() { local name; for name in "${SNAPSHOT_FILES[@]}"; do cp -a "$1/$name" "$2/"; done; }

keep_snapshot() {
  local folder staged; folder=$(snapshot_folder); staged=$folder.$$
  mkdir -p "$staged"; copy_state "$NET" "$staged"
  rm -rf "$staged"/ibc-*/keyring-test "$folder"
  mv -T "$staged" "$folder" 2>/dev/null || rm -rf "$staged"   # another run was faster: theirs is as good
}

take_snapshot() {
  local folder name; folder=$(snapshot_folder)
  [ -n "$(find "$folder" -maxdepth 0 -mtime -3 2>/dev/null)" ] || return 1
  copy_state "$folder" "$NET" || return 1
  for name in "${NODES[@]}"; do configure "$name"; done
  write_hermes_config
  start_nodes
}

clean() { stop_nodes; find "$NET" -mindepth 1 -maxdepth 1 -exec rm -rf {} +; echo "$P" >"$NET/port-base"; touch "$NET/up"; }

open_anew() {
  local name
  for name in "${CHAINS[@]}"; do init_chain "$name"; done
  for name in "${NODES[@]}"; do configure "$name"; set_value "$name" timeout_commit '"200ms"'; done   # the handshake waits for many blocks
  write_hermes_config; add_hermes_keys
  say "opening a channel"; start_nodes; open_channel
  stop_nodes; keep_snapshot
  for name in "${NODES[@]}"; do configure "$name"; done
  start_nodes
}

up() { # up|fresh
  need_tools; "$HERE/build.sh" all
  clean
  if [ "$1" = up ] && take_snapshot; then :; else clean; open_anew; fi
  write_facts
  [ -z "${OWNER_PID:-}" ] || follow_owner
}

# A test run that was killed cannot stop its network: this does, once the owner is gone.
follow_owner() {
  setsid bash -c 'while kill -0 "$0" 2>/dev/null; do [ -f "$2/up" ] || exit 0; sleep 1; done; [ -f "$2/up" ] && NET=$2 exec "$1" down' \
    "$OWNER_PID" "$HERE/localnet.sh" "$NET" >/dev/null 2>&1 </dev/null &
}

next_steps() {
  cat <<EOF
Two chains are up, with an open channel and no relayer.

  ibc-a  $(jq -r '.a.rpcs | join("  ")' "$NET/net.json")   $(jq -r '.a.port + "/" + .a.channel' "$NET/net.json")
  ibc-b  $(jq -r '.b.rpcs | join("  ")' "$NET/net.json")   $(jq -r '.b.port + "/" + .b.channel' "$NET/net.json")
  facts  $NET/net.json

Run the app on it (after npm run build), then open http://localhost:3000:
  ( set -a; . "$NET/app.env"; CLEARING_TOKEN_SECRET=\$(openssl rand -base64 48); npm start )
Strand a packet:  npm run localnet -- strand [COUNT]
Ask Hermes:       npm run localnet -- hermes query packet pending --chain ibc-a --port transfer --channel $(jq -r .a.channel "$NET/net.json")
Stop:             npm run localnet -- down
EOF
}

strand() { # count; user1 on ibc-a sends to user2 on ibc-b, an hour to the timeout
  local i; node ibc-a
  for i in $(seq "${1:-1}"); do
    lnd tx ibc-transfer transfer transfer "$(jq -r .a.channel "$NET/net.json")" "$(jq -r .b.accounts.user2 "$NET/net.json")" "1000$DENOM" \
      --from user1 --keyring-backend test --chain-id "$ID" --node "tcp://127.0.0.1:$RPC" --gas 200000 --fees "4000$DENOM" -y --output json | jq -r '.txhash + (if .code == 0 then "" else " refused: " + .raw_log end)'
    wait_height "$ID" $(( $(height "$ID") + 1 ))
  done
}

each() { local act=$1 name; shift; for name in "$@"; do node "$name"; [[ " ${NODES[*]} " = *" $name "* ]] || { say "no node $name"; exit 2; }; "$act" "$name"; done; }
pause_node() { running "$1" && kill -STOP "$(cat "$NET/$1.pid")"; }
resume_node() { running "$1" && kill -CONT "$(cat "$NET/$1.pid")"; }
start_and_wait() { running "$1" || start_node "$1"; wait_height "$1" 1; }
save() { stop_nodes; rm -rf "$NET/saved"; mkdir "$NET/saved"; for n in "${NODES[@]}"; do cp -a "$NET/$n" "$NET/saved/"; done; start_nodes; }
restore() { stop_nodes; for n in "${NODES[@]}"; do rm -rf "${NET:?}/$n"; cp -a "$NET/saved/$n" "$NET/"; done; start_nodes; }

action=${1:-up}; shift || true
case $action in
  up|fresh) up "$action"; next_steps ;;
  down) stop_nodes; rm -f "$NET/up" ;;
  status) for n in "${NODES[@]}"; do echo "$n $(height "$n")"; done ;;
  save) save ;;
  restore) restore ;;
  strand) strand "${1:-1}" ;;
  stop) each stop_node "$@" ;;
  start) each start_and_wait "$@" ;;
  pause) each pause_node "$@" ;;
  resume) each resume_node "$@" ;;
  hermes) exec "$HERMES" --config "$NET/hermes/config.toml" "$@" ;;
  *) sed -n '2,/^set -euo/p' "$0" | sed '$d; s/^# \{0,1\}//' >&2; exit 2 ;;
esac
