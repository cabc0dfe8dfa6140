import { Secp256k1HdWallet } from '@cosmjs/amino'
import { Secp256k1, Slip10, Slip10Curve, stringToPath, sha256, Bip39, EnglishMnemonic } from '@cosmjs/crypto'
import { fromBase64, toBase64 } from '@cosmjs/encoding'
import { adr36SignBytes } from '../../server/adapters/adr36/signature-verifier'

const path = stringToPath('m/44\'/118\'/0\'/0/0')
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

export interface SigningWallet {
  readonly address: string
  /** Compressed, base64. */
  readonly pubKey: string
  /** 64 bytes base64, as Keplr's signArbitrary answers. */
  readonly signText: (text: string, signer?: string) => string
}

/** A wallet of a test: the same number gives the same keys. */
export const aWallet = (number: number, prefix = 'cosmos') => walletOf(Bip39.encode(sha256(new Uint8Array([number])).slice(0, 16)).toString(), prefix)

export async function walletOf(mnemonic: string, prefix: string): Promise<SigningWallet> {
  const { privkey } = Slip10.derivePath(Slip10Curve.Secp256k1, await Bip39.mnemonicToSeed(new EnglishMnemonic(mnemonic)), path)
  const [account] = await (await Secp256k1HdWallet.fromMnemonic(mnemonic, { prefix })).getAccounts()
  const { address, pubkey } = account!
  return {
    address,
    pubKey: toBase64(pubkey),
    signText: (text, signer = address) => {
      const signature = Secp256k1.createSignature(sha256(adr36SignBytes(signer, text)), privkey)
      return toBase64(new Uint8Array([...signature.r(32), ...signature.s(32)]))
    },
  }
}

/** The other signature that verifies for the same key and text: s replaced by n − s. */
export function highSTwin(signature: string): string {
  const bytes = fromBase64(signature)
  const s = BigInt(`0x${Buffer.from(bytes.slice(32)).toString('hex')}`)
  const twin = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex')
  return toBase64(new Uint8Array([...bytes.slice(0, 32), ...twin]))
}
