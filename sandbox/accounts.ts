import { pbkdf2Sync } from 'node:crypto'
import { rawSecp256k1PubkeyToRawAddress } from '@cosmjs/amino'
import { Bip39, Secp256k1, Slip10, Slip10Curve, stringToPath } from '@cosmjs/crypto'
import { toBech32 } from '@cosmjs/encoding'
import { sha256 } from './chain/merkle'

export const accountNames = ['alice', 'bob', 'service', 'admin', 'relayer', 'otherRelayer', 'poor'] as const
export type AccountName = typeof accountNames[number]

/** A key of the sandbox. The same mnemonic serves every chain (coin type 118), under each chain's prefix. */
export interface SandboxAccount {
  readonly name: AccountName
  readonly mnemonic: string
  readonly privateKey: Uint8Array
  /** Compressed secp256k1. */
  readonly publicKey: Uint8Array
  address(bech32Prefix: string): string
}

export function isAccountName(text: unknown): text is AccountName {
  return accountNames.some(name => name === text)
}

/** BIP-39 seed. Node's own PBKDF2: the library's JavaScript one takes 0.3 s per mnemonic. */
function seedOf(mnemonic: string): Uint8Array {
  return pbkdf2Sync(mnemonic, 'mnemonic', 2_048, 64, 'sha512')
}

async function deriveAccount(name: AccountName, seed: string): Promise<SandboxAccount> {
  const mnemonic = Bip39.encode(sha256(`sandbox account ${name} ${seed}`).slice(0, 16))
  const { privkey } = Slip10.derivePath(Slip10Curve.Secp256k1, seedOf(mnemonic.toString()), stringToPath('m/44\'/118\'/0\'/0/0'))
  const publicKey = Secp256k1.compressPubkey((await Secp256k1.makeKeypair(privkey)).pubkey)
  const raw = rawSecp256k1PubkeyToRawAddress(publicKey)
  return { name, mnemonic: mnemonic.toString(), privateKey: privkey, publicKey, address: prefix => toBech32(prefix, raw) }
}

export type SandboxAccounts = Readonly<Record<AccountName, SandboxAccount>>

/** Deterministic keys: the same seed gives the same mnemonics. Never fund them outside of a sandbox. */
export async function deriveAccounts(seed: string): Promise<SandboxAccounts> {
  const accounts = await Promise.all(accountNames.map(name => deriveAccount(name, seed)))
  return Object.fromEntries(accounts.map(account => [account.name, account])) as unknown as SandboxAccounts
}
