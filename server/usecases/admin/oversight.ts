import { DomainError } from '../../domain/errors'
import { isReadable } from '../scan-chain'
import type { StoreTransaction } from '../store-ports'
import { auditAct, notInThisState, type ActKind, type ActOf, type ActingAdmin, type AdminDeps } from './acts'

function subjectOf(scope: string): { readonly subjectType: 'route' | 'chain' | 'everything', readonly subjectId: string } {
  if (scope.startsWith('route:')) return { subjectType: 'route', subjectId: scope.slice('route:'.length) }
  return scope.startsWith('payouts:') ? { subjectType: 'chain', subjectId: scope.slice('payouts:'.length) } : { subjectType: 'everything', subjectId: scope }
}

function requireServed({ directory }: AdminDeps, scope: string): void {
  const { subjectType, subjectId } = subjectOf(scope)
  const chainId = subjectType === 'everything' ? undefined : subjectId.split('/')[0]
  if (chainId !== undefined && !directory.chain(chainId)) throw new DomainError('chain_not_served', `This service does not serve the chain ${chainId}.`)
}

async function change(deps: AdminDeps, act: ActOf<'pause.start' | 'pause.end'>, admin: ActingAdmin, write: (tx: StoreTransaction, now: Date) => Promise<boolean>, otherwise: string): Promise<void> {
  requireServed(deps, act.scope)
  await deps.store.transaction(async (tx) => {
    const now = deps.clock.now()
    if (!await write(tx, now)) throw notInThisState(otherwise)
    await auditAct(tx, act, admin, { ...subjectOf(act.scope), detail: { scope: act.scope } }, now)
  })
}

export const startPause: ActKind<'pause.start'> = {
  needsConsent: false,
  describe: async (_, act) => `Pause ${act.scope}`,
  perform: async (deps, act, admin) => {
    await change(deps, act, admin, (tx, now) => tx.insertPause({ scope: act.scope, reason: act.reason, pausedBy: admin.address, pausedAt: now }), `${act.scope} is paused already.`)
    return `${act.scope} is paused.`
  },
}

export const endPause: ActKind<'pause.end'> = {
  needsConsent: act => !act.scope.startsWith('route:'),
  describe: async (_, act) => `Resume ${act.scope}`,
  perform: async (deps, act, admin) => {
    await change(deps, act, admin, tx => tx.deletePause(act.scope), `${act.scope} is not paused.`)
    return `${act.scope} goes on.`
  },
}

/** Throws unless the gap is in the past and nobody can show its first and last block: what is pruned, is pruned from below. */
async function requireGap({ reader, directory }: AdminDeps, { chainId, fromHeight, toHeight }: ActOf<'scan.skip_gap'>): Promise<void> {
  if (!directory.chain(chainId)) throw new DomainError('chain_not_served', `This service does not serve the chain ${chainId}.`)
  if (BigInt(toHeight) < BigInt(fromHeight)) throw new DomainError('invalid_request', 'The gap ends before it starts.')
  const { height: tip } = await reader.tip(chainId)
  if (BigInt(toHeight) > tip) throw notInThisState(`The newest block is ${tip}: what is to come cannot be skipped.`)
  for (const height of new Set([fromHeight, toHeight])) {
    if (await isReadable(reader, chainId, BigInt(height))) throw notInThisState(`Block ${height} can be read: the scanner will read it.`)
  }
}

export const skipGap: ActKind<'scan.skip_gap'> = {
  needsConsent: true,
  describe: async (deps, act) => {
    await requireGap(deps, act)
    return `Let the scanner of ${act.chainId} pass the unreadable blocks ${act.fromHeight} to ${act.toHeight}; payments in them are not seen by it`
  },
  perform: async (deps, act, admin) => {
    await requireGap(deps, act)
    await deps.store.transaction(async (tx) => {
      const now = deps.clock.now()
      const gap = { chainId: act.chainId, fromHeight: BigInt(act.fromHeight), toHeight: BigInt(act.toHeight) }
      if (!await tx.skipGap(gap, act.reason, admin.address, now)) throw notInThisState(`The scanner does not stand right before block ${act.fromHeight}.`)
      await auditAct(tx, act, admin, { subjectType: 'chain', subjectId: act.chainId, detail: { fromHeight: act.fromHeight, toHeight: act.toHeight } }, now)
    })
    return `The scanner goes on after block ${act.toHeight}.`
  },
}
