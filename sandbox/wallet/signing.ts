import { encodeSecp256k1Signature, serializeSignDoc } from '@cosmjs/amino'
import type { StdSignature, StdSignDoc } from '@cosmjs/amino'
import { Secp256k1 } from '@cosmjs/crypto'
import { fromBase64, toBase64 } from '@cosmjs/encoding'
import { makeSignBytes } from '@cosmjs/proto-signing'
import { SignDoc } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import type { SandboxAccount } from '../accounts'
import { decodeAddress } from '../chain/addresses'
import { sha256 } from '../chain/merkle'
import type { ControlInput } from '../control/input'
import { ControlError } from '../control/input'
import type { SandboxWorld } from '../control/world'

type WalletAction = (world: SandboxWorld, input: ControlInput) => unknown

async function sign(account: SandboxAccount, bytes: Uint8Array): Promise<StdSignature> {
  const signature = await Secp256k1.createSignature(sha256(bytes), account.privateKey)
  return encodeSecp256k1Signature(account.publicKey, signature.toFixedLength().slice(0, 64))
}

function walletAccount(world: SandboxWorld, input: ControlInput): SandboxAccount {
  return world.accounts[input.account('account')]
}

/** The account that owns `signer`, which a page may only name if the wallet shows it. */
function checkSigner(account: SandboxAccount, signer: string): void {
  try {
    if (account.address(decodeAddress(signer).prefix) === signer) return
  }
  catch {
    // Not bech32: refused below like any other stranger.
  }
  throw new ControlError('Signer mismatched')
}

function key(world: SandboxWorld, input: ControlInput): unknown {
  const account = walletAccount(world, input)
  const spec = world.network.chain(input.text('chainId'))?.spec
  if (!spec) throw new ControlError(`There is no chain info for ${input.text('chainId')}`)
  const bech32Address = account.address(spec.bech32Prefix)
  return { name: account.name, algo: 'secp256k1', pubKey: toBase64(account.publicKey), address: toBase64(decodeAddress(bech32Address).bytes), bech32Address }
}

async function signAmino(world: SandboxWorld, input: ControlInput): Promise<unknown> {
  const account = walletAccount(world, input)
  checkSigner(account, input.text('signer'))
  const bytes = serializeSignDoc(input.raw('signDoc') as StdSignDoc)
  // Keplr, too, answers with the keys sorted as in the signed text.
  return { signed: JSON.parse(new TextDecoder().decode(bytes)) as StdSignDoc, signature: await sign(account, bytes) }
}

async function signDirect(world: SandboxWorld, input: ControlInput): Promise<unknown> {
  const account = walletAccount(world, input)
  checkSigner(account, input.text('signer'))
  const signed = input.raw('signDoc') as { bodyBytes: string, authInfoBytes: string, chainId: string, accountNumber: string }
  const bytes = makeSignBytes(SignDoc.fromPartial({
    bodyBytes: fromBase64(signed.bodyBytes),
    authInfoBytes: fromBase64(signed.authInfoBytes),
    chainId: signed.chainId,
    accountNumber: BigInt(signed.accountNumber),
  }))
  return { signature: await sign(account, bytes) }
}

/** ADR-36: an amino document without chain, number or fee, so that it can never be a transaction. */
async function signArbitrary(world: SandboxWorld, input: ControlInput): Promise<unknown> {
  const account = walletAccount(world, input)
  const signer = input.text('signer')
  checkSigner(account, signer)
  const document: StdSignDoc = {
    chain_id: '', account_number: '0', sequence: '0', fee: { gas: '0', amount: [] },
    msgs: [{ type: 'sign/MsgSignData', value: { signer, data: input.text('message') } }], memo: '',
  }
  return sign(account, serializeSignDoc(document))
}

function broadcast(world: SandboxWorld, input: ControlInput): unknown {
  const chain = world.network.chain(input.text('chainId'))
  if (!chain) throw new ControlError(`There is no chain info for ${input.text('chainId')}`)
  return chain.submit(fromBase64(input.text('tx')))
}

/** What the dev wallet's browser script asks of the control port: keys never reach the page. */
export const walletActions: Readonly<Record<string, WalletAction>> = {
  '/wallet/key': key,
  '/wallet/sign-amino': signAmino,
  '/wallet/sign-direct': signDirect,
  '/wallet/sign-arbitrary': signArbitrary,
  '/wallet/broadcast': broadcast,
}
