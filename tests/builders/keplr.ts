import { rawSecp256k1PubkeyToRawAddress, Secp256k1Wallet } from '@cosmjs/amino'
import { sha256 } from '@cosmjs/crypto'
import { toBase64 } from '@cosmjs/encoding'
import { DirectSecp256k1Wallet } from '@cosmjs/proto-signing'
import { InjectedKeplr, Keplr } from '@keplr-wallet/provider'
import type { MessageRequester } from '@keplr-wallet/router'
import { JSONUint8Array } from '@keplr-wallet/router'
import type { ChainInfo, StdFee, StdSignDoc } from '@keplr-wallet/types'
import { AuthInfo, TxBody } from 'cosmjs-types/cosmos/tx/v1beta1/tx'

interface DirectDoc { readonly bodyBytes: Uint8Array, readonly authInfoBytes: Uint8Array, readonly chainId: string, readonly accountNumber: string | null }
interface Request {
  readonly chainIds: readonly string[]
  readonly chainId: string
  readonly chainInfo: ChainInfo
  readonly signer: string
  readonly signDoc: unknown
  readonly data: Uint8Array
  readonly tx: Uint8Array
}

/** What a person does with the wallet; a test changes it while the page is open. */
export interface WalletState {
  /** 32 bytes of the account that is selected. */
  privateKey: Uint8Array
  ledger: boolean
  locked: boolean
  /** Refuses every window that opens. */
  refusing: boolean
  /** bech32 prefixes of the chains it knows, by chain id. */
  readonly prefixes: Map<string, string>
  /** The fee that the person chose in the wallet, instead of the page's. */
  fee: StdFee | null
  /** The memo that the person wrote over the page's. */
  memo: string | null
  /** Off: its nodes take no transactions. */
  broadcasting: boolean
}

export const aPrivateKey = (number: number) => sha256(new Uint8Array([number]))

/** As Keplr does before it shows a document (source: sortObjectByKey in its key ring service). */
function sortKeys<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sortKeys) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, inner]) => [key, sortKeys(inner as unknown)])) as T
}

function withFee(authInfoBytes: Uint8Array, fee: StdFee | null): Uint8Array {
  if (!fee) return authInfoBytes
  const authInfo = AuthInfo.decode(authInfoBytes)
  return AuthInfo.encode(AuthInfo.fromPartial({ ...authInfo, fee: { ...authInfo.fee, amount: [...fee.amount], gasLimit: BigInt(fee.gas) } })).finish()
}

function withMemo(bodyBytes: Uint8Array, memo: string | null): Uint8Array {
  return memo === null ? bodyBytes : TxBody.encode({ ...TxBody.decode(bodyBytes), memo }).finish()
}

/** The extension's background, which holds the keys: answers by type of message what Keplr answers, with its texts. */
function background(state: WalletState, sent: Uint8Array[], suggested: ChainInfo[]): Readonly<Record<string, (request: Request) => unknown>> {
  const prefixOf = (chainId: string) => {
    const prefix = state.prefixes.get(chainId)
    if (!prefix) throw new Error(`There is no chain info for ${chainId}`)
    return prefix
  }
  const open = () => {
    if (state.locked) throw new Error('Keyring is locked')
    if (state.refusing) throw new Error('Request rejected')
  }
  const amino = async (chainId: string) => Secp256k1Wallet.fromKey(state.privateKey, prefixOf(chainId))
  const accountOf = async (chainId: string) => (await (await amino(chainId)).getAccounts())[0]!
  const checkSigner = async ({ chainId, signer }: Request) => {
    if ((await accountOf(chainId)).address !== signer) throw new Error('Signer mismatched')
  }
  return {
    'enable-access': ({ chainIds }) => {
      open()
      chainIds.forEach(prefixOf)
    },
    'suggest-chain-info': ({ chainInfo }) => {
      open()
      suggested.push(chainInfo)
      state.prefixes.set(chainInfo.chainId, chainInfo.bech32Config?.bech32PrefixAccAddr ?? '')
    },
    'get-cosmos-key': async ({ chainId }) => {
      open()
      const { address, pubkey } = await accountOf(chainId)
      return { name: 'mine', algo: 'secp256k1', pubKey: pubkey, address: rawSecp256k1PubkeyToRawAddress(pubkey), bech32Address: address, ethereumHexAddress: '', isNanoLedger: state.ledger, isKeystone: false }
    },
    'request-cosmos-sign-amino': async (request) => {
      await checkSigner(request)
      open()
      const asked = request.signDoc as StdSignDoc
      const signDoc = sortKeys({ ...asked, fee: state.fee ?? asked.fee, memo: state.memo ?? asked.memo })
      return (await amino(request.chainId)).signAmino(request.signer, signDoc as never)
    },
    'request-cosmos-sign-direct': async (request) => {
      if (state.ledger) throw new Error('Direct signing is not supported for Ledger')
      await checkSigner(request)
      open()
      const asked = request.signDoc as DirectDoc
      const signDoc = { ...asked, bodyBytes: withMemo(asked.bodyBytes, state.memo), authInfoBytes: withFee(asked.authInfoBytes, state.fee), accountNumber: BigInt(asked.accountNumber ?? '0') }
      const { signature } = await (await DirectSecp256k1Wallet.fromKey(state.privateKey, prefixOf(request.chainId))).signDirect(request.signer, signDoc)
      return { signed: { ...signDoc, accountNumber: signDoc.accountNumber.toString() }, signature }
    },
    'request-cosmos-sign-amino-adr-36': async (request) => {
      await checkSigner(request)
      open()
      const document = { chain_id: '', account_number: '0', sequence: '0', fee: { gas: '0', amount: [] }, msgs: [{ type: 'sign/MsgSignData', value: { signer: request.signer, data: toBase64(request.data) } }], memo: '' }
      return (await (await amino(request.chainId)).signAmino(request.signer, document)).signature
    },
    'send-tx-to-background': ({ tx }) => {
      if (!state.broadcasting) throw new Error('Failed to fetch')
      sent.push(tx)
      return sha256(tx)
    },
  }
}

/** Hands messages over as `window.postMessage` does: copied, later, to all. */
function postMessages() {
  const listeners = new Set<(event: { data: unknown }) => void>()
  return {
    addMessageListener: (listener: (event: { data: unknown }) => void) => void listeners.add(listener),
    removeMessageListener: (listener: (event: { data: unknown }) => void) => void listeners.delete(listener),
    postMessage: (message: unknown) => {
      const data: unknown = structuredClone(message)
      queueMicrotask(() => [...listeners].forEach(listener => listener({ data })))
    },
  }
}

/**
 * The provider that Keplr puts into pages, made of Keplr's own code from the page's side to the extension's; only the
 * background behind it is ours, with a key of CosmJS. `calls` are the types of its messages, in order.
 */
export function keplrProvider(over: Partial<WalletState> = {}) {
  const state: WalletState = { privateKey: aPrivateKey(1), ledger: false, locked: false, refusing: false, prefixes: new Map([['hub-1', 'cosmos'], ['osmo-1', 'osmo']]), fee: null, memo: null, broadcasting: true, ...over }
  const [calls, sent, suggested]: [string[], Uint8Array[], ChainInfo[]] = [[], [], []]
  const answers = background(state, sent, suggested)
  const requester: MessageRequester = {
    async sendMessage(_port, message) {
      calls.push(message.type())
      const answer = answers[message.type()]
      if (!answer) throw new Error(`no answer to ${message.type()}`)
      const request = JSONUint8Array.unwrap(JSONUint8Array.wrap({ ...message })) as Request
      return JSONUint8Array.unwrap(JSONUint8Array.wrap(await answer(request))) as never
    },
  }
  const channel = postMessages()
  const stop = InjectedKeplr.startProxy(new Keplr('0.12.100', 'extension', requester), channel)
  return { provider: new InjectedKeplr('0.12.100', 'extension', channel), state, calls, sent, suggested, stop }
}

/** The address of a key on a chain with this prefix. */
export async function addressOf(privateKey: Uint8Array, prefix = 'cosmos'): Promise<string> {
  const [account] = await (await Secp256k1Wallet.fromKey(privateKey, prefix)).getAccounts()
  return account!.address
}
