import { makeCosmoshubPath, Secp256k1HdWallet } from '@cosmjs/amino'
import { Bip39, Random } from '@cosmjs/crypto'
import { DirectSecp256k1HdWallet, type EncodeObject } from '@cosmjs/proto-signing'
import { GasPrice, SigningStargateClient, type DeliverTxResponse, type StdFee } from '@cosmjs/stargate'
import { accountNames, type AccountName, type LocalChain, type Localnet } from './facts'

/** How a wallet signs: protobuf sign bytes, or amino JSON as a Ledger does. */
export type SignMode = 'direct' | 'amino'

export interface Sent { readonly txHash: string, readonly height: bigint, readonly response: DeliverTxResponse }

/** A tx that the chain took in and refused. */
export class TxFailed extends Error {
  constructor(readonly txHash: string, readonly height: bigint, code: number) {
    super(`tx ${txHash} has code ${code}`)
  }
}

export class LocalWallet {
  readonly #client: SigningStargateClient
  readonly #queue = { last: Promise.resolve() as Promise<unknown> }

  private constructor(client: SigningStargateClient, readonly chain: LocalChain, readonly address: string) {
    this.#client = client
  }

  static async open(net: Localnet, chain: LocalChain, account: AccountName, mode: SignMode = 'direct'): Promise<LocalWallet> {
    const options = { prefix: chain.prefix, hdPaths: [makeCosmoshubPath(accountNames.indexOf(account))] }
    const signer = mode === 'direct' ? await DirectSecp256k1HdWallet.fromMnemonic(net.mnemonic, options) : await Secp256k1HdWallet.fromMnemonic(net.mnemonic, options)
    const client = await SigningStargateClient.connectWithSigner(chain.rpc, signer, { gasPrice: GasPrice.fromString(`0.02${chain.denom}`), broadcastPollIntervalMs: 50, broadcastTimeoutMs: 30_000 })
    return new LocalWallet(client, chain, chain.accounts[account])
  }

  /** Signs, broadcasts and waits for the block; txs of one wallet queue up, because an account has one sequence. `fee`: a factor on simulated gas, or a fee for a tx that no simulation would let pass. Throws TxFailed. */
  async send(messages: readonly EncodeObject[], memo = '', fee: number | StdFee = 1.5): Promise<Sent> {
    const turn = this.#queue.last.then(async () => {
      const response = await this.#client.signAndBroadcast(this.address, messages, fee, memo)
      if (response.code !== 0) throw new TxFailed(response.transactionHash, BigInt(response.height), response.code)
      return { txHash: response.transactionHash, height: BigInt(response.height), response }
    })
    this.#queue.last = turn.catch(() => undefined) // the next tx goes out whatever became of this one
    return turn
  }

  /** A payment: one MsgSend of the fee denom with a memo. */
  async pay(to: string, amount: bigint, memo: string, denom = this.chain.denom): Promise<Sent> {
    return this.send([this.sendMessage(to, amount, denom)], memo)
  }

  sendMessage(to: string, amount: bigint, denom = this.chain.denom): EncodeObject {
    return { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: this.address, toAddress: to, amount: [{ denom, amount: String(amount) }] } }
  }

  close(): void {
    this.#client.disconnect()
  }
}

export interface ServiceWallet {
  /** On chain A. */
  readonly address: string
  /** What an app is told of it. */
  readonly environment: Readonly<Record<string, string>>
}

/** A service wallet that no other test uses, with nothing in it; the app has its key and refunds by itself. */
export async function aServiceWallet(net: Localnet): Promise<ServiceWallet> {
  const mnemonic = Bip39.encode(Random.getBytes(16)).toString()
  const addressOn = async ({ prefix }: LocalChain) => (await (await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix })).getAccounts())[0]!.address
  const [address, onB] = await Promise.all([addressOn(net.a), addressOn(net.b)])
  return { address, environment: { SERVICE_WALLET_MNEMONIC: mnemonic, SERVICE_WALLET_ADDRESS: `${net.a.id}:${address},${net.b.id}:${onB}` } }
}
