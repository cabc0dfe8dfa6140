import type { PaymentConfirmation } from '../../shared/types/clearing'
import { readMemo } from '../../shared/utils/memo-code'
import { isChainUnavailable } from '../domain/errors'
import type { ScannedBlock } from '../domain/payment/inbound'
import type { RefutedRow, WaitingBlock, WatchedWallet } from './ledger-ports'
import { codesOf, compareBlock, confirmationOf, insertMovements, movementsAt, settle, toldAt, vouchedSource, type ScanDependencies } from './record-blocks'
import type { Cause, StoreTransaction } from './store-ports'

const refuted: Cause = { actor: 'scanner', cause: 'another block is vouched for' }

interface TrueBlock { readonly block: ScannedBlock, readonly confirmation: PaymentConfirmation }

/** What another endpoint shows at this height, if that is a different block and a second one, where there is one, agrees with it. */
async function trueBlock(deps: ScanDependencies, chainId: string, waiting: WaitingBlock, wallets: readonly WatchedWallet[]): Promise<TrueBlock | null> {
  try {
    const block = await deps.reader.block(chainId, waiting.height, { avoidEndpoint: waiting.endpoint })
    const told = toldAt(wallets)
    const same = block.blockHash === waiting.blockHash && codesOf(block).join() === waiting.codes.join() && (waiting.toldByEvents === null || waiting.toldByEvents === told(block))
    if (same) return null
    const confirmation = confirmationOf(await compareBlock(deps.reader, block, told))
    return confirmation === 'none' ? null : { block, confirmation }
  }
  catch (error) {
    if (isChainUnavailable(error)) return null // asked again with the next scan
    throw error
  }
}

async function tellRefuted(deps: ScanDependencies, tx: StoreTransaction, chainId: string, waiting: WaitingBlock, row: RefutedRow): Promise<void> {
  const now = deps.clock.now()
  const { kind, id, ...said } = row
  const place = `${chainId}/${waiting.height}/${row.place}`
  await tx.audit({
    actor: refuted.actor, actorAddress: null, action: `${kind}.refuted`, subjectType: kind === 'payment' ? 'payment' : 'outgoing', subjectId: id ?? place, reason: refuted.cause,
    detail: { ...said, chainId, height: waiting.height.toString(), blockHash: waiting.blockHash, endpoint: waiting.endpoint },
  }, now)
  const operation = kind === 'payment' ? await tx.lockOperationByMemo(readMemo(row.memo)) : null
  if (operation) await tx.appendEvent(operation.id, { type: 'log', event: 'payment_refuted', detail: { coins: row.coins, txHash: row.txHash, height: waiting.height.toString() } }, refuted, now)
}

/** Puts the true block in the place of what one endpoint had shown and nobody had vouched for. */
async function replaceRefuted(deps: ScanDependencies, waiting: WaitingBlock, { block, confirmation }: TrueBlock, wallets: readonly WatchedWallet[], cursorHeight: bigint): Promise<void> {
  const removed = await deps.store.transaction(async (tx) => {
    const removed = await tx.removeRefuted(block.chainId, waiting)
    for (const row of removed) await tellRefuted(deps, tx, block.chainId, waiting, row)
    await insertMovements(deps, tx, movementsAt(block, wallets), vouchedSource(block, confirmation))
    await settle(deps, tx, block.chainId, wallets, cursorHeight)
    return removed
  })
  deps.logger.error({ chainId: block.chainId, height: waiting.height.toString(), endpoint: waiting.endpoint, rows: removed.length }, 'an endpoint showed a block that is not in the chain: what it said was replaced')
}

/**
 * Asks a second endpoint again about readings that wait for it, and books what it vouches for. A reading that two other
 * endpoints refute, or the only one that is configured now, is replaced by what they show; where only one other exists,
 * nobody can tell who is right, and it goes on waiting. Returns whether any still waits.
 */
export async function confirmWaiting(deps: ScanDependencies, chainId: string, wallets: readonly WatchedWallet[], cursorHeight: bigint): Promise<boolean> {
  let stillWaiting = false
  for (const waiting of await deps.store.heightsAwaitingSecond(chainId)) {
    const agreement = await deps.reader.confirmBlock({ chainId, ...waiting }, waiting.toldByEvents === null ? undefined : toldAt(wallets))
    const confirmation = confirmationOf(agreement)
    const truth = agreement === 'disputed' ? await trueBlock(deps, chainId, waiting, wallets) : null
    if (truth) await replaceRefuted(deps, waiting, truth, wallets, cursorHeight)
    else if (confirmation === 'none') stillWaiting = true
    else {
      await deps.store.transaction(async (tx) => {
        await tx.setConfirmation(chainId, waiting, confirmation)
        await settle(deps, tx, chainId, wallets, cursorHeight)
      })
    }
  }
  return stillWaiting
}
