const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Ids of 36 characters and a comma between them, within the 256 characters of a memo. */
export const mostRefundsPerTransaction = 6

/** The memo of a refund's transaction: the ids of what it pays, from which the chain alone can tell what was sent. */
export function writeRefundMemo(ids: readonly string[]): string {
  if (ids.length === 0 || ids.length > mostRefundsPerTransaction || !ids.every(id => uuid.test(id))) throw new RangeError(`a memo names 1 to ${mostRefundsPerTransaction} refunds`)
  return ids.join(',')
}

/** The ids in such a memo; empty when it is none. White space around it is forgiven: people send by hand. */
export function readRefundMemo(memo: string): readonly string[] {
  const ids = memo.trim().toLowerCase().split(',')
  return ids.length <= mostRefundsPerTransaction && new Set(ids).size === ids.length && ids.every(id => uuid.test(id)) ? ids : []
}
