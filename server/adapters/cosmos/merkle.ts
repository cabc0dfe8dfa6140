import { createHash } from 'node:crypto'

export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

export function upperHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase()
}

const leafPrefix = Uint8Array.of(0)
const innerPrefix = Uint8Array.of(1)

/** Root of RFC 6962 hashing as CometBFT does it (crypto/merkle): split at the largest power of two below the size. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const first = leaves[0]
  if (!first) return sha256(new Uint8Array())
  if (leaves.length === 1) return sha256(Buffer.concat([leafPrefix, first]))
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return sha256(Buffer.concat([innerPrefix, merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split))]))
}

/** The `data_hash` that a header must carry for these txs (CometBFT `Txs.Hash`: leaves are the txs' sha256). */
export function dataHash(txs: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(txs.map(sha256))
}
