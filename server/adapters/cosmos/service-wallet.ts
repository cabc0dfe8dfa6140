import { readFile } from 'node:fs/promises'
import { DirectSecp256k1HdWallet } from '@cosmjs/proto-signing'
import { stringToPath } from '@cosmjs/crypto'
import { MsgSend } from 'cosmjs-types/cosmos/bank/v1beta1/tx'
import { PubKey } from 'cosmjs-types/cosmos/crypto/secp256k1/keys'
import { SignMode } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing'
import { AuthInfo, SignDoc, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import type { ServedChain, SendOrder, ServiceWallet } from '../../usecases/ports'
import { sha256, upperHex } from './merkle'

/** Where the keys are; both null: refunds are sent by hand. */
export interface WalletKeySource {
  readonly mnemonic: string | null
  readonly keyFile: string | null
}

interface WalletKey {
  /** Registry name or chain id; null: for every chain that it fits. */
  readonly chain: string | null
  readonly mnemonic: string
}

/** Cosmos' coin type: many chains use it beside or instead of their own. */
const cosmosCoinType = 118

function parseKeys(text: string): WalletKey[] {
  return text.split('\n').map(line => line.trim()).filter(line => line !== '' && !line.startsWith('#')).map((line) => {
    const colon = line.indexOf(':')
    return { chain: colon > 0 ? line.slice(0, colon).trim() : null, mnemonic: line.slice(colon + 1).trim().split(/\s+/).join(' ') }
  })
}

async function readKeys({ mnemonic, keyFile }: WalletKeySource): Promise<{ readonly keys: readonly WalletKey[], readonly problems: readonly string[] }> {
  if (mnemonic !== null) return { keys: parseKeys(mnemonic), problems: [] }
  if (keyFile === null) return { keys: [], problems: [] }
  try {
    const keys = parseKeys(await readFile(keyFile, 'utf8'))
    return { keys, problems: keys.length > 0 ? [] : ['SERVICE_WALLET_KEY_FILE holds no mnemonic'] }
  }
  catch (cause) {
    return { keys: [], problems: [`SERVICE_WALLET_KEY_FILE cannot be read: ${cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'}`] }
  }
}

function bodyBytes(address: string, order: SendOrder): Uint8Array {
  const amount = [{ denom: order.coin.denom, amount: order.coin.amount.toString() }]
  const value = MsgSend.encode(MsgSend.fromPartial({ fromAddress: address, toAddress: order.destination, amount })).finish()
  return TxBody.encode(TxBody.fromPartial({ messages: [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value }], memo: order.memo, timeoutHeight: order.timeoutHeight })).finish()
}

function authInfoBytes(publicKey: Uint8Array, order: SendOrder): Uint8Array {
  return AuthInfo.encode(AuthInfo.fromPartial({
    signerInfos: [{
      publicKey: { typeUrl: '/cosmos.crypto.secp256k1.PubKey', value: PubKey.encode(PubKey.fromPartial({ key: publicKey })).finish() },
      modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } },
      sequence: order.sequence,
    }],
    fee: { amount: order.fee.amount > 0n ? [{ denom: order.fee.denom, amount: order.fee.amount.toString() }] : [], gasLimit: order.gasLimit },
  })).finish()
}

/** The wallet of `mnemonic` on this chain, if its first account has `address` under the chain's coin type or Cosmos'; null otherwise. Throws on a mnemonic that is none. */
async function openWallet(chain: ServedChain, address: string, mnemonic: string): Promise<ServiceWallet | null> {
  const paths = [...new Set([chain.slip44, cosmosCoinType])].map(coinType => stringToPath(`m/44'/${coinType}'/0'/0/0`))
  const wallet = await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix: chain.bech32Prefix, hdPaths: paths })
  const account = (await wallet.getAccounts()).find(candidate => candidate.address === address)
  if (!account) return null
  const raw = (order: SendOrder, signatures: Uint8Array[]) => TxRaw.encode(TxRaw.fromPartial({ bodyBytes: bodyBytes(address, order), authInfoBytes: authInfoBytes(account.pubkey, order), signatures })).finish()
  return {
    chainId: chain.chainId,
    address,
    unsigned: order => raw(order, [new Uint8Array(64)]),
    sign: async (order) => {
      const document = SignDoc.fromPartial({ bodyBytes: bodyBytes(address, order), authInfoBytes: authInfoBytes(account.pubkey, order), chainId: chain.chainId, accountNumber: order.accountNumber })
      const { signature } = await wallet.signDirect(address, document)
      const txBytes = raw(order, [Buffer.from(signature.signature, 'base64')])
      return { txBytes, txHash: upperHex(sha256(txBytes)) }
    },
  }
}

async function tryKey(chain: ServedChain, address: string, key: WalletKey): Promise<ServiceWallet | string> {
  try {
    return await openWallet(chain, address, key.mnemonic) ?? `the wallet key for ${chain.chainName} does not give SERVICE_WALLET_ADDRESS ${address}`
  }
  catch {
    // The library's message may quote words of the mnemonic.
    return `the wallet key for ${chain.chainName} is not a valid mnemonic`
  }
}

/**
 * Opens the signing wallet of every chain that is paid on and has a key, by chain id. A key that is named for a chain, or
 * the only one there is, must give the chain's address; every problem is told, and never a word of a mnemonic.
 */
export async function openServiceWallets(source: WalletKeySource, payable: readonly { readonly chain: ServedChain, readonly address: string }[]): Promise<{ readonly wallets: ReadonlyMap<string, ServiceWallet>, readonly problems: readonly string[] }> {
  const { keys, problems } = await readKeys(source)
  const found = new Map<string, ServiceWallet>()
  const wrong = [...problems]
  const isNamed = (chain: ServedChain, name: string) => chain.chainName === name || chain.chainId === name
  for (const key of keys) {
    if (key.chain !== null && !payable.some(({ chain }) => isNamed(chain, key.chain!))) wrong.push(`the wallet keys name ${/^[\w-]{1,64}$/.test(key.chain) ? key.chain : 'a chain'}, which is not paid on`)
  }
  for (const { chain, address } of payable) {
    const key = keys.find(candidate => candidate.chain !== null && isNamed(chain, candidate.chain)) ?? keys.find(candidate => candidate.chain === null)
    if (!key) continue
    const wallet = await tryKey(chain, address, key)
    if (typeof wallet === 'string') wrong.push(wallet)
    else found.set(chain.chainId, wallet)
  }
  return { wallets: found, problems: wrong }
}
