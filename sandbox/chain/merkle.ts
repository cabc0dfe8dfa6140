import { createHash } from 'node:crypto'

export function sha256(bytes: Uint8Array | string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

export function upperHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase()
}

function prefixed(prefix: number, ...parts: Uint8Array[]): Uint8Array {
  return sha256(Buffer.concat([Uint8Array.of(prefix), ...parts]))
}

/** Root of a CometBFT merkle tree (RFC 6962 hashing, split at the largest power of two below the size). */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256('')
  if (leaves.length === 1) return prefixed(0, leaves[0]!)
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return prefixed(1, merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)))
}

/** `data_hash` of a block: the leaves are the hashes of the transactions (CometBFT `Txs.Hash`). */
export function transactionsHash(transactions: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(transactions.map(transaction => sha256(transaction)))
}
