import { makeCosmoshubPath, Secp256k1HdWallet } from '@cosmjs/amino'
import { Bip39, Random } from '@cosmjs/crypto'
import { DirectSecp256k1HdWallet, type EncodeObject } from '@cosmjs/proto-signing'
import { GasPrice, SigningStargateClient, type DeliverTxResponse, type StdFee } from '@cosmjs/stargate'
import { GenericAuthorization } from 'cosmjs-types/cosmos/authz/v1beta1/authz'
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
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

  /** Lets `grantee` send coins of this account (x/authz). */
  async letSpend(grantee: string): Promise<Sent> {
    const authorization = { typeUrl: '/cosmos.authz.v1beta1.GenericAuthorization', value: GenericAuthorization.encode({ msg: '/cosmos.bank.v1beta1.MsgSend' }).finish() }
    return this.send([{ typeUrl: '/cosmos.authz.v1beta1.MsgGrant', value: { granter: this.address, grantee, grant: { authorization } } }])
  }

  /** Pays with coins of `granter`, who let this account: a MsgSend inside a MsgExec. */
  async payFrom(granter: string, to: string, amount: bigint, memo: string): Promise<Sent> {
    const value = MsgSend.encode({ fromAddress: granter, toAddress: to, amount: [{ denom: this.chain.denom, amount: String(amount) }] }).finish()
    return this.send([{ typeUrl: '/cosmos.authz.v1beta1.MsgExec', value: { grantee: this.address, msgs: [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value }] } }], memo)
  }

  /** One MsgMultiSend: what exchanges pay many people with. */
  async payMany(outputs: readonly { readonly to: string, readonly amount: bigint }[], memo: string): Promise<Sent> {
    const coins = (amount: bigint) => [{ denom: this.chain.denom, amount: String(amount) }]
    const total = outputs.reduce((sum, { amount }) => sum + amount, 0n)
    const value = { inputs: [{ address: this.address, coins: coins(total) }], outputs: outputs.map(({ to, amount }) => ({ address: to, coins: coins(amount) })) }
    return this.send([{ typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend', value }], memo)
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
