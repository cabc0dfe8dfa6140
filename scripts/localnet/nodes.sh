# nodes.sh: the chains and their nodes (sourced by localnet.sh)
#
# Each chain has one validator and one follower, a full node without a vote that takes every block over p2p:
# two RPC endpoints that can honestly agree, disagree or fall behind.

# Well-known test mnemonic; accounts differ by HD index. Never use it for real funds.
MNEMONIC="abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
ACCOUNTS=(val relayer service user1 user2 poor rival admin)   # HD index = position; poor gets no coins
FUNDS=10000000000
CHAINS=(ibc-a ibc-b)
NODES=(ibc-a ibc-a-2 ibc-b ibc-b-2)                           # the folder of a node is $NET/<node>

# node NAME: sets the facts of one node from its name
node() {
  NODE=$1 ID=${1%-2} PREFIX=cosmos DENOM=uatom PEER=$1-2 O=$P
  [ "$ID" = ibc-a ] || { PREFIX=osmo DENOM=uosmo O=$((P+10)); }
  RPC=$O P2P=$((O+1)) GRPC=$((O+2)) PEER_P2P=$((O+4))
  [ "$1" = "$ID" ] || { PEER=$ID PEER_P2P=$P2P RPC=$((O+3)) P2P=$((O+4)); }
}
lnd() { LND_PREFIX=$PREFIX "$LND" --home "$NET/$NODE" "$@"; }

set_value() { sed -i "s|^$2 = .*|$2 = $3|" "$NET/$1/config/config.toml"; }

configure() { # node
  set_value "$1" timeout_commit "\"$BLOCK_TIME\""
  set_value "$1" timeout_propose '"2s"'
  set_value "$1" peer_gossip_sleep_duration '"10ms"'   # the follower hears of a block at once, not 100 ms later
  set_value "$1" addr_book_strict false
  set_value "$1" allow_duplicate_ip true
  set_value "$1" pex false
  set_value "$1" pprof_laddr '""'
  set_value "$1" cors_allowed_origins '["*"]'          # wallets in a browser ask the node
}

init_chain() { # chain id
  local i=0 name; node "$1"
  lnd init "$ID" --chain-id "$ID" --default-denom "$DENOM" >/dev/null 2>&1
  for name in "${ACCOUNTS[@]}"; do
    echo "$MNEMONIC" | lnd keys add "$name" --recover --index $i --keyring-backend test --output json 2>/dev/null \
      | jq -c '{name,address}' >>"$NET/$ID.keys"
    i=$((i+1))
    [ "$name" = poor ] || lnd genesis add-genesis-account "$name" "$FUNDS$DENOM" --keyring-backend test
  done
  lnd genesis gentx val "1000000$DENOM" --chain-id "$ID" --keyring-backend test >/dev/null 2>&1
  lnd genesis collect-gentxs >/dev/null 2>&1
  node "$ID-2"
  lnd init "$NODE" --chain-id "$ID" --default-denom "$DENOM" >/dev/null 2>&1
  cp "$NET/$ID/config/genesis.json" "$NET/$NODE/config/genesis.json"
  for name in "$ID" "$ID-2"; do node "$name"; lnd comet show-node-id >"$NET/$name.id"; done
}

start_node() { # node
  node "$1"
  local grpc=(--grpc.enable=false)
  [ "$NODE" != "$ID" ] || grpc=(--grpc.address "127.0.0.1:$GRPC")
  LND_PREFIX=$PREFIX setsid nohup "$LND" start --home "$NET/$NODE" --minimum-gas-prices "0.01$DENOM" \
    --rpc.laddr "tcp://127.0.0.1:$RPC" --p2p.laddr "tcp://127.0.0.1:$P2P" "${grpc[@]}" \
    --p2p.persistent_peers "$(cat "$NET/$PEER.id")@127.0.0.1:$PEER_P2P" \
    --api.enable=false --grpc-web.enable=false --pruning nothing --log_level warn --log_no_color \
    >>"$NET/$NODE.log" 2>&1 </dev/null 9>&- &
  echo $! >"$NET/$NODE.pid"
}

height() { # node; its latest height, or 0
  node "$1"
  local h; h=$(curl -sf -m 2 "http://127.0.0.1:$RPC/status" 2>/dev/null | jq -r '.result.sync_info.latest_block_height' 2>/dev/null || true)
  echo "${h:-0}"
}

wait_height() { # node height
  local _; for _ in $(seq 400); do
    [ "$(height "$1")" -ge "$2" ] && return 0
    running "$1" || { tail -5 "$NET/$1.log" >&2; echo "localnet: node $1 stopped" >&2; return 1; }
    sleep 0.1
  done
  echo "localnet: no block $2 on node $1" >&2; return 1
}

follows() { # node; it takes each block as it is made, and is not still catching up
  node "$1"; [ "$(curl -sf -m 2 "http://127.0.0.1:$RPC/status" 2>/dev/null | jq -r .result.sync_info.catching_up 2>/dev/null)" = false ]
}

# wait_live: every node has made (or taken) two blocks since it was started, so block times are of now again
wait_live() {
  local name first _
  for name in "${CHAINS[@]}"; do
    wait_height "$name" 1 || return 1
    first=$(height "$name")
    wait_height "$name" $((first + 2)) && wait_height "$name-2" $((first + 2)) || return 1
    for _ in $(seq 100); do follows "$name-2" && break; sleep 0.1; done
    follows "$name-2" && wait_height "$name-2" "$(height "$name")" || return 1
  done
}

# running NODE: its recorded process lives and is ours (pids are used again by the system)
running() {
  local pid; pid=$(cat "$NET/$1.pid" 2>/dev/null) || return 1
  { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF -- "--home $NET/$1 "
}

stop_node() { # node
  local pid; running "$1" || { rm -f "$NET/$1.pid"; return 0; }
  pid=$(cat "$NET/$1.pid")
  kill -CONT "$pid"; kill "$pid"
  local _; for _ in $(seq 100); do running "$1" || break; sleep 0.05; done
  if running "$1"; then kill -9 "$pid"; fi
  rm -f "$NET/$1.pid"
}

stop_nodes() { local name; for name in "${NODES[@]}"; do stop_node "$name"; done; }
start_nodes() { local name; for name in "${NODES[@]}"; do running "$name" || start_node "$name"; done; wait_live; }
