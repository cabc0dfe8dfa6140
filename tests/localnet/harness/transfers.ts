import { createHash } from 'node:crypto'
import type { Sent, LocalWallet } from './wallet'
import type { LocalChain } from './facts'
import { waitForChainTime } from './witness'

export interface TransferOptions {
  readonly count?: number
  /** Base units per transfer. */
  readonly amount?: bigint
  /** The chain's own when absent; a voucher by its trace (`transfer/channel-0/uatom`). */
  readonly denom?: string
  readonly receiver?: string
  /** From now; an hour when absent. */
  readonly timeoutInMs?: number
  /** The network's own when absent. */
  readonly channel?: string
  /** ICS-20 memo inside the packet. */
  readonly memo?: string
}

export interface Stranded extends Sent {
  readonly sequences: readonly bigint[]
  readonly timeoutTimestampNs: bigint
}

/** What the bank calls a voucher (ICS-20). */
export function bankDenom(trace: string): string {
  return trace.includes('/') ? `ibc/${createHash('sha256').update(trace).digest('hex').toUpperCase()}` : trace
}

/** Sends transfers in one tx; nobody relays them, so they stay pending. Sequences come in the order of sending. */
export async function strand(wallet: LocalWallet, destination: LocalChain, options: TransferOptions = {}): Promise<Stranded> {
  const { chain } = wallet
  const timeoutTimestampNs = (BigInt(Date.now()) + BigInt(options.timeoutInMs ?? 3_600_000)) * 1_000_000n
  const value = {
    sourcePort: chain.port, sourceChannel: options.channel ?? chain.channel, sender: wallet.address, receiver: options.receiver ?? destination.accounts.user2,
    token: { denom: bankDenom(options.denom ?? chain.denom), amount: String(options.amount ?? 1000n) }, timeoutTimestamp: timeoutTimestampNs, memo: options.memo ?? '',
  }
  const sent = await wallet.send(Array.from({ length: options.count ?? 1 }, () => ({ typeUrl: '/ibc.applications.transfer.v1.MsgTransfer', value })))
  const sequences = sent.response.events.filter(event => event.type === 'send_packet')
    .flatMap(event => event.attributes.filter(attribute => attribute.key === 'packet_sequence').map(attribute => BigInt(attribute.value)))
  return { ...sent, sequences, timeoutTimestampNs }
}

/** Transfers whose timeout has passed on the destination's clock when this returns. */
export async function strandTimedOut(wallet: LocalWallet, destination: LocalChain, options: TransferOptions = {}): Promise<Stranded> {
  const stranded = await strand(wallet, destination, { timeoutInMs: 3_000, ...options })
  await waitForChainTime(destination, Number(stranded.timeoutTimestampNs / 1_000_000n))
  return stranded
}

/** Transfers that the destination will answer with an error acknowledgement: nobody can own the receiver's address. */
export async function strandForError(wallet: LocalWallet, destination: LocalChain, options: TransferOptions = {}): Promise<Stranded> {
  return strand(wallet, destination, { receiver: `${destination.prefix}1nobodyhasthisaddress`, ...options })
}
