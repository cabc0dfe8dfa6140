import { DirectSecp256k1HdWallet } from '@cosmjs/proto-signing'
import { SigningStargateClient, type StdFee } from '@cosmjs/stargate'
import { stringToPath } from '@cosmjs/crypto'
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import type { ChannelEnd, PacketId } from '../../shared/utils/packet-id'
import type { AddressChecks, ChainReader } from '../../server/usecases/ports'

/** Two chains with a channel and a story on them, simulated or real, as the contract needs them. */
export interface ChainWorld {
  readonly reader: ChainReader & AddressChecks
  readonly source: ChannelEnd
  readonly destination: ChannelEnd
  /** Fee denom of the source chain, and the price its nodes ask. */
  readonly feeDenom: string
  readonly minimumGasPrice: string
  /** Packets sent by `sender` on `source` to `receiver` on the destination (but `errorAcknowledged`, whose receiver is no address). */
  readonly story: { readonly undelivered: PacketId, readonly timedOut: PacketId, readonly deliveredUnacknowledged: PacketId, readonly errorAcknowledged: PacketId, readonly completed: PacketId }
  readonly sender: string
  readonly receiver: string
  /** Address on the source chain that payments go to; its owner sends nothing. */
  readonly service: string
  /** Valid address of the source chain without an account. */
  readonly nobody: string
  /** Signs on the source chain with the sender's key. */
  readonly key: SigningKey
  /** Sends transfers of 1,000 base units that nobody relays; their sequences. */
  sendTransfers(count: number, options?: { readonly receiver?: string }): Promise<{ readonly sequences: bigint[], readonly txHash: string }>
  /** Has exactly these delivered and acknowledged by a relayer. */
  relay(sequences: readonly bigint[]): Promise<void>
}

export interface SigningKey {
  readonly rpcUrl: string
  readonly chainId: string
  readonly mnemonic: string
  readonly hdPath: string
  readonly bech32Prefix: string
}

export interface SendWish {
  readonly to: string
  readonly amount: bigint
  readonly denom: string
  readonly memo: string
  readonly fee: string
  /** Added to the account's sequence: a wrong one on purpose. */
  readonly sequenceOffset?: number
}

/** A signed MsgSend that is not broadcast. */
export async function signSend(key: SigningKey, wish: SendWish): Promise<Uint8Array> {
  const wallet = await DirectSecp256k1HdWallet.fromMnemonic(key.mnemonic, { prefix: key.bech32Prefix, hdPaths: [stringToPath(key.hdPath)] })
  const client = await SigningStargateClient.connectWithSigner(key.rpcUrl, wallet)
  const [account] = await wallet.getAccounts()
  const { accountNumber, sequence } = await client.getSequence(account!.address)
  const message = { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: account!.address, toAddress: wish.to, amount: [{ denom: wish.denom, amount: wish.amount.toString() }] } }
  const fee: StdFee = { amount: [{ denom: wish.denom, amount: wish.fee }], gas: '120000' }
  const raw = await client.sign(account!.address, [message], fee, wish.memo, { accountNumber, sequence: sequence + (wish.sequenceOffset ?? 0), chainId: key.chainId })
  client.disconnect()
  return TxRaw.encode(raw).finish()
}

/** Polls until `read` gives something, at most `limitMs`. */
export async function untilFound<T>(read: () => Promise<T | null | undefined>, limitMs = 15_000): Promise<T> {
  const endsAt = Date.now() + limitMs
  for (;;) {
    const found = await read()
    if (found !== null && found !== undefined) return found
    if (Date.now() > endsAt) throw new Error(`nothing within ${limitMs} ms`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
