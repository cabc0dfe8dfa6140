import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import type { Any } from 'cosmjs-types/google/protobuf/any'
import { MsgTransfer } from 'cosmjs-types/ibc/applications/transfer/v1/tx'
import type { Coin } from '../shared/utils/coin'
import type { SandboxAccount } from './accounts'
import type { Chain, CheckResult } from './chain/chain'
import { submitTransaction } from './signer'

interface TransferRequest {
  readonly sender: SandboxAccount
  readonly receiver: string
  readonly coin: Coin
  readonly portId: string
  readonly channelId: string
  readonly timeoutTimestampNs: bigint
  readonly timeoutHeight?: { readonly revisionNumber: bigint, readonly revisionHeight: bigint }
  readonly packetMemo?: string
  /** Packets to send in this one transaction. */
  readonly count?: number
}

function wireCoin(coin: Coin): { denom: string, amount: string } {
  return { denom: coin.denom, amount: coin.amount.toString() }
}

/** Submits one transaction with `count` MsgTransfers; the packets exist once the next block is made. */
export async function submitTransfer(chain: Chain, request: TransferRequest): Promise<CheckResult> {
  const message = MsgTransfer.fromPartial({
    sourcePort: request.portId,
    sourceChannel: request.channelId,
    token: wireCoin(request.coin),
    sender: request.sender.address(chain.spec.bech32Prefix),
    receiver: request.receiver,
    timeoutHeight: request.timeoutHeight ?? {},
    timeoutTimestamp: request.timeoutTimestampNs,
    memo: request.packetMemo ?? '',
  })
  const any: Any = { typeUrl: '/ibc.applications.transfer.v1.MsgTransfer', value: MsgTransfer.encode(message).finish() }
  const count = request.count ?? 1
  return submitTransaction(chain, request.sender, { messages: Array.from({ length: count }, () => any), gas: 100_000 + 80_000 * count })
}

/** Submits one MsgSend with a memo. */
export async function submitSend(chain: Chain, sender: SandboxAccount, toAddress: string, coins: readonly Coin[], memo: string): Promise<CheckResult> {
  const message = MsgSend.fromPartial({ fromAddress: sender.address(chain.spec.bech32Prefix), toAddress, amount: coins.map(wireCoin) })
  return submitTransaction(chain, sender, { messages: [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: MsgSend.encode(message).finish() }], memo, gas: 120_000 })
}

/** Packet sequences that a transaction sent, once it is in a block. */
export function sentSequences(chain: Chain, txHash: string): bigint[] {
  for (const block of [...chain.blocks].reverse()) {
    const transaction = block.transactions.find(({ hash }) => hash === txHash)
    if (!transaction) continue
    return transaction.result.events
      .filter(event => event.type === 'send_packet')
      .map(event => BigInt(Object.fromEntries(event.attributes).packet_sequence ?? '0'))
  }
  return []
}
