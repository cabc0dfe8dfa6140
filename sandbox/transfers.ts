import { GenericAuthorization } from 'cosmjs-types/cosmos/authz/v1beta1/authz'
import { MsgExec, MsgGrant } from 'cosmjs-types/cosmos/authz/v1beta1/tx'
import { MsgMultiSend, MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import type { Any } from 'cosmjs-types/google/protobuf/any'
import { MsgTransfer } from 'cosmjs-types/ibc/applications/transfer/v1/tx'
import type { Coin } from '../shared/utils/coin'
import type { SandboxAccount } from './accounts'
import { isGranted } from './chain/authz'
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

interface SendRequest { readonly from: SandboxAccount, readonly toAddress: string, readonly coin: Coin, readonly memo: string }

const msgSendType = '/cosmos.bank.v1beta1.MsgSend'

function sendMessage(chain: Chain, { from, toAddress, coin }: SendRequest): Any {
  return { typeUrl: msgSendType, value: MsgSend.encode({ fromAddress: from.address(chain.spec.bech32Prefix), toAddress, amount: [wireCoin(coin)] }).finish() }
}

/** Submits one MsgSend with a memo. */
export async function submitSend(chain: Chain, request: SendRequest): Promise<CheckResult> {
  return submitTransaction(chain, request.from, { messages: [sendMessage(chain, request)], memo: request.memo, gas: 120_000 })
}

/** Submits one MsgMultiSend with one output. */
export async function submitMultiSend(chain: Chain, { from, toAddress, coin, memo }: SendRequest): Promise<CheckResult> {
  const coins = [wireCoin(coin)]
  const value = MsgMultiSend.encode({ inputs: [{ address: from.address(chain.spec.bech32Prefix), coins }], outputs: [{ address: toAddress, coins }] }).finish()
  return submitTransaction(chain, from, { messages: [{ typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend', value }], memo, gas: 120_000 })
}

/** Whether `spender` may send coins of `granter`. */
export function maySpend(chain: Chain, granter: SandboxAccount, spender: SandboxAccount): boolean {
  const { bech32Prefix } = chain.spec
  return isGranted(chain.state, granter.address(bech32Prefix), spender.address(bech32Prefix), msgSendType)
}

/** Lets `spender` send coins of `granter`, for ever. */
export async function submitGrant(chain: Chain, granter: SandboxAccount, spender: SandboxAccount): Promise<CheckResult> {
  const { bech32Prefix } = chain.spec
  const authorization: Any = { typeUrl: '/cosmos.authz.v1beta1.GenericAuthorization', value: GenericAuthorization.encode({ msg: msgSendType }).finish() }
  const message = MsgGrant.fromPartial({ granter: granter.address(bech32Prefix), grantee: spender.address(bech32Prefix), grant: { authorization } })
  return submitTransaction(chain, granter, { messages: [{ typeUrl: '/cosmos.authz.v1beta1.MsgGrant', value: MsgGrant.encode(message).finish() }], gas: 120_000 })
}

/** Submits a MsgSend inside a MsgExec of `spender`. */
export async function submitExec(chain: Chain, spender: SandboxAccount, request: SendRequest): Promise<CheckResult> {
  const value = MsgExec.encode({ grantee: spender.address(chain.spec.bech32Prefix), msgs: [sendMessage(chain, request)] }).finish()
  return submitTransaction(chain, spender, { messages: [{ typeUrl: '/cosmos.authz.v1beta1.MsgExec', value }], memo: request.memo, gas: 150_000 })
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
