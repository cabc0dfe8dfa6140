# hermes-home.sh: Hermes' configuration and keys (sourced by localnet.sh)
#
# config.toml signs with the key `relayer`; rival.toml is the same relayer with the key `rival`, for tests in which
# somebody else clears first (Hermes ignores --key-name when it clears: another key takes another file).

hermes_chain() { # chain id, key name
  node "$1"
  cat <<EOF

[[chains]]
id = '$ID'
type = 'CosmosSdk'
rpc_addr = 'http://127.0.0.1:$RPC'
grpc_addr = 'http://127.0.0.1:$GRPC'
event_source = { mode = 'push', url = 'ws://127.0.0.1:$RPC/websocket', batch_delay = '50ms' }
rpc_timeout = '10s'
account_prefix = '$PREFIX'
key_name = '$2'
key_store_type = 'Test'
key_store_folder = '$NET/hermes/keys'
store_prefix = 'ibc'
default_gas = 200000
max_gas = 20000000
gas_price = { price = 0.02, denom = '$DENOM' }
gas_multiplier = 1.3
max_msg_num = 30
max_tx_size = 180000
clock_drift = '10s'
max_block_time = '10s'
trusting_period = '10days'
trust_threshold = { numerator = '1', denominator = '3' }
address_type = { derivation = 'cosmos' }
EOF
}

hermes_file() { # key name
  cat <<EOF
[global]
log_level = 'info'

[mode.clients]
enabled = true
refresh = true
misbehaviour = false
[mode.connections]
enabled = false
[mode.channels]
enabled = false
[mode.packets]
enabled = true
clear_interval = 0
clear_on_start = false
tx_confirmation = false

[rest]
enabled = true
host = '127.0.0.1'
port = $((P+20))
[telemetry]
enabled = true
host = '127.0.0.1'
port = $((P+21))
EOF
  hermes_chain ibc-a "$1"; hermes_chain ibc-b "$1"
}

write_hermes_config() {
  mkdir -p "$NET/hermes/keys"
  hermes_file relayer >"$NET/hermes/config.toml"
  hermes_file rival >"$NET/hermes/rival.toml"
}

add_hermes_keys() {
  local chain key i
  echo "$MNEMONIC" >"$NET/mnemonic"
  for chain in "${CHAINS[@]}"; do
    for i in "${!ACCOUNTS[@]}"; do
      key=${ACCOUNTS[$i]}
      case $key in relayer|rival|poor) ;; *) continue ;; esac
      "$HERMES" --config "$NET/hermes/config.toml" keys add --chain "$chain" --key-name "$key" \
        --mnemonic-file "$NET/mnemonic" --hd-path "m/44'/118'/0'/0/$i" >>"$NET/hermes.log" 2>&1
    done
  done
}

open_channel() {
  # after each step of the handshake Hermes sleeps a fifth of max_block_time
  sed "s/^max_block_time = .*/max_block_time = '1s'/" "$NET/hermes/config.toml" >"$NET/hermes/handshake.toml"
  "$HERMES" --config "$NET/hermes/handshake.toml" --json create channel --a-chain ibc-a --b-chain ibc-b --a-port transfer --b-port transfer \
    --new-client-connection --yes >"$NET/create-channel.out" 2>"$NET/create-channel.err" && return 0
  tail -3 "$NET/create-channel.out" >&2; echo "localnet: Hermes could not open the channel" >&2; return 1
}
