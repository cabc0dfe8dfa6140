import type { ClearingToken } from '../../shared/schemas/clearing'
import type { BlockTx } from '../../server/domain/payment/inbound'
import { feeDenom, otherChain, serviceAddress, type PendingTx } from './network'
import type { World } from './world'

export type PaymentKind = 'exact' | 'short' | 'over' | 'twice' | 'top_up' | 'wrong_denom' | 'refundable_denom' | 'noisy_memo' | 'unknown_code' | 'cut_code' | 'no_memo' | 'failed' | 'failed_then_paid' | 'not_msg_send' | 'two_sends' | 'zero' | 'huge' | 'by_token' | 'wrong_chain' | 'to_other'

export const paymentKinds: Readonly<Record<PaymentKind, number>> = {
  exact: 14, short: 3, over: 3, twice: 2, top_up: 2, wrong_denom: 1, refundable_denom: 1, noisy_memo: 2, unknown_code: 1, cut_code: 1,
  no_memo: 1, failed: 1, failed_then_paid: 1, not_msg_send: 1, two_sends: 1, zero: 1, huge: 1, by_token: 2, wrong_chain: 1, to_other: 1,
}

interface Send { readonly denom: string, readonly amount: bigint, readonly to?: string }

/** A bank tx with top-level MsgSends as the SDK would show it, and what of it truly reached the service wallet. */
export function bankTx(chainId: string, from: string, memo: string, sends: readonly Send[], options: { readonly code?: number, readonly asOther?: boolean, readonly uniqueText?: string } = {}): PendingTx {
  const ours = serviceAddress(chainId)
  const events = sends.flatMap(({ denom, amount, to = ours }, index) => {
    const shared = [{ key: 'amount', value: `${amount}${denom}` }, { key: 'msg_index', value: String(index) }]
    return [{ type: 'coin_received', attributes: [{ key: 'receiver', value: to }, ...shared] }, { type: 'transfer', attributes: [{ key: 'recipient', value: to }, { key: 'sender', value: from }, ...shared] }]
  })
  const messages: BlockTx['messages'] = options.asOther
    ? sends.map((_, index) => ({ index, typeUrl: '/cosmos.authz.v1beta1.MsgExec' }))
    : sends.map(({ denom, amount, to = ours }, index) => ({ index, typeUrl: '/cosmos.bank.v1beta1.MsgSend', send: { fromAddress: from, toAddress: to, coins: [{ denom, amount }] } }))
  const code = options.code ?? 0
  const reached = code === 0 ? sends.map((send, index) => ({ ...send, index })).filter(send => (send.to ?? ours) === ours) : []
  return {
    kind: 'bank', uniqueText: options.uniqueText,
    tx: { code, memo, messages, signers: [{ address: from, sequence: 0n }], events },
    transfers: reached.map(({ denom, amount, index }) => ({ msgIndex: index, denom, amount, fromAddress: from, memo, kind: options.asOther ? 'other' as const : 'msg_send' as const })),
  }
}

/** Puts one payment of this kind for the token into the mempool of a chain. */
export function pay(world: World, token: ClearingToken, kind: PaymentKind): void {
  const { random } = world
  const total = BigInt(token.total.amount)
  const chainId = kind === 'wrong_chain' ? otherChain(token.paymentChainId) : token.paymentChainId
  const denom = feeDenom(chainId)
  const from = `payer${random.below(4)}`
  const memo = token.memoCode
  const submit = (...tx: PendingTx[]) => world.network.chain(chainId).mempool.push(...tx)
  const some = (most: bigint) => BigInt(random.between(1, Math.max(1, Number(most))))
  const send = (amount: bigint, text = memo as string, options = {}) => bankTx(chainId, from, text, [{ denom, amount }], options)
  world.count(`payment ${kind}`)
  world.note(`pays ${kind} for ${memo}`)
  switch (kind) {
    case 'exact': return void submit(send(total))
    case 'short': return void submit(send(total - 1n > 0n && random.chance(0.5) ? total - 1n : some(total)))
    case 'over': return void submit(send(total + (random.chance(0.5) ? 1n : some(1000n))))
    case 'twice': return void submit(send(total), send(total))
    case 'top_up': return void submit(send(total > 1n ? total - 1n : 1n), send(1n))
    case 'wrong_denom': return void submit(bankTx(chainId, from, memo, [{ denom: 'factory/x/uatom', amount: total }]))
    case 'refundable_denom': return void submit(bankTx(chainId, from, memo, [{ denom: 'urefundable', amount: total }]))
    case 'noisy_memo': return void submit(send(total, random.pick([` ${memo} `, memo.toLowerCase(), `${memo}\n`, `\t${memo.toLowerCase()} `])))
    case 'unknown_code': return void submit(send(total, random.pick(['RLY-2222222222AB', 'hello', `${memo} ${memo}`, `{"memo":"${memo}"}`, '\0'])))
    case 'cut_code': return void submit(send(total, memo.slice(0, -1)))
    case 'no_memo': return void submit(send(total, ''))
    case 'failed': return void submit(send(total, memo, { code: 5 }))
    case 'failed_then_paid': {
      // The same bytes fail in one block and succeed in a later place: one hash, two results.
      const uniqueText = `twin ${random.hex(16)}`
      return void submit(send(total, memo, { code: 11, uniqueText }), send(total, memo, { uniqueText }))
    }
    case 'not_msg_send': return void submit(send(total, memo, { asOther: true }))
    case 'two_sends': return void submit(bankTx(chainId, from, memo, [{ denom, amount: total > 1n ? total - 1n : 1n }, { denom, amount: 5n }]))
    case 'zero': return void submit(send(0n))
    case 'huge': return void submit(send(10n ** 30n))
    case 'by_token': return void submit(send(total, token.token))
    case 'wrong_chain': return void submit(send(total))
    case 'to_other': return void submit(bankTx(chainId, from, memo, [{ denom, amount: total, to: 'somebody-else' }]))
    default: return kind satisfies never
  }
}

/** Asks some instance for a token for one to four packets, new ones or ones that others may have paid for. */
export function requestToken(world: World): void {
  const { random, network } = world
  const instance = random.pick(world.living)
  const paymentChainId = random.pick(world.scanned)
  const sourceChainId = random.chance(0.75) ? 'hub-1' : 'zone-1'
  const open = [...network.chain(sourceChainId).packets.values()].filter(packet => network.nextMessage(packet) !== null)
  const wanted = random.between(1, 4)
  const chosen = new Set(open.filter(() => random.chance(0.3)).slice(0, wanted))
  while (chosen.size < wanted) {
    const timeoutAt = new Date(world.now.getTime() + random.pick([20_000, 90_000, 200_000, 7_200_000, 7_200_000, 7_200_000]))
    chosen.add(network.sendPacket(sourceChainId, timeoutAt, random.chance(0.85) ? 'success' : 'error', random.chance(0.1)))
  }
  const request = { walletAddress: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl', paymentChainId, packets: [...chosen].map(packet => packet.id), requester: { ipKey: 'ip', sessionAddress: null } }
  world.start(instance, 'request token', async () => world.tokens.push(await instance.requestToken(request)))
}
