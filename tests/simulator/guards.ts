/** One change of a file: the first text, which must be there exactly once, becomes the second. */
export interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** Something in the server that keeps money safe, and how to take it out. */
export interface Guard {
  readonly name: string
  readonly edits: readonly Edit[]
}

const edit = (file: string, from: string, to: string): Edit => ({ file, from, to })
const guard = (name: string, ...edits: Edit[]): Guard => ({ name, edits })

const payRefunds = 'server/usecases/pay-refunds.ts'
const payoutWorld = 'server/usecases/payout-world.ts'
const decideNext = 'server/domain/refund/decide-next.ts'
const payouts = 'server/adapters/postgres/payouts.ts'
const recordBlocks = 'server/usecases/record-blocks.ts'
const cursors = 'server/adapters/postgres/cursors.ts'
const transition = 'server/domain/clearing/transition.ts'
const lastMigration = 'drizzle/migrations/0004_decisions.sql'

/** At the end of the migrations. */
const undoing = (statement: string) => edit(lastMigration, `ON "refunds" USING btree ("payment_id","reason") WHERE reason <> 'operator_decision';`,
  `ON "refunds" USING btree ("payment_id","reason") WHERE reason <> 'operator_decision';--> statement-breakpoint\n${statement}`)

/** What `npm run simulate:guards` takes out, one at a time, to see whether the seeds notice. */
export const guards: readonly Guard[] = [
  guard('a payment is one row: the unique key of payments',
    undoing('ALTER TABLE "payments" DROP CONSTRAINT "payments_once_for_ever";')),
  guard('the cursor moves by compare-and-set',
    edit(recordBlocks, '    if (cursor.height < first - 1n || cursor.height >= last.height) return { known: wallets.known, missed: false } // another instance was here\n', ''),
    edit(cursors, '    .where(and(eq(chainCursors.chainId, cursor.chainId), eq(chainCursors.purpose, cursor.purpose), eq(chainCursors.height, cursor.height)))', '    .where(and(eq(chainCursors.chainId, cursor.chainId), eq(chainCursors.purpose, cursor.purpose)))'),
    edit(cursors, 'if (!moved || to <= cursor.height)', 'if (!moved)')),
  guard('payments wait for a second endpoint',
    edit('server/usecases/credit-payments.ts', `const needsSecond = payment.confirmation === 'none' && `, 'const needsSecond = false && ')),
  guard('what left a wallet waits for a second endpoint',
    edit('server/adapters/postgres/outgoing.ts', `and(isNull(walletOutgoing.kind), ne(walletOutgoing.confirmation, 'none'))`, 'isNull(walletOutgoing.kind)')),
  guard('a failed tx pays nothing',
    edit('server/domain/payment/recognise.ts', '  if (tx.code !== 0) return []\n', '')),
  guard('a token is paid once: later payments go back',
    edit(transition, `  return giveBack(operation, payment, 'duplicate')`, '  return creditPayment(operation, payment, event.clearingDeadlineMs)')),
  guard('what waits to be vouched for does not expire',
    edit(cursors, `upper(p.memo) like '%' || t.memo_code || '%')`, 'false)'),
    edit(cursors, `lower(p.memo) like '%' || t.token::text || '%')`, 'false)')),
  guard('an operation is settled once',
    edit(transition, `  if (operation.status !== 'queued' && operation.status !== 'clearing') return unchanged(operation)\n  const packets`, '  const packets')),
  guard('shares go back to the unit',
    edit('server/domain/clearing/settlement.ts', '(owed.get(reason) ?? 0n) + packet.share)', '(owed.get(reason) ?? 0n) + packet.share - 1n)')),
  guard('a surplus goes back to the unit',
    edit(transition, '  const surplus = payment.coin.amount - amount\n', '  const surplus = payment.coin.amount > amount ? payment.coin.amount - amount - 1n : 0n\n')),
  guard('revenue is booked',
    edit('server/adapters/postgres/save-transition.ts', '    await ledger(tx, rowId(), now).revenueRecognised(after, paymentId, amount - had)\n', '')),
  guard('network fees are booked',
    edit('server/usecases/settle-outgoing.ts', `    await tx.bookOutgoing(chainId, outgoing.role === 'relayer' ? 'relay_fee' : 'network_fee', feePaidLegs(outgoing, outgoing.fee), now)\n`, '')),
  guard('only a tx of ours earns a share',
    edit('server/domain/clearing/verdict.ts', `return complete && readable ? 'other' : null`, `return complete && readable ? 'us' : null`)),
  guard('past the deadline the chain says who brought a packet, not our rows',
    edit('server/domain/clearing/verdict.ts', '  if (verdict.received === null) return', '  if (!everRun) return notDone\n  if (verdict.received === null) return')),
  guard('a run is finished once',
    edit('server/usecases/finish-run.ts', '    if (!await tx.finishRun(run.row.id, { ...report }, resultOf(report, moved, after.length), now)) throw new LeaseLost()\n', '    await tx.finishRun(run.row.id, { ...report }, resultOf(report, moved, after.length), now)\n')),
  guard('a lane of the relayer has one run until its lease is over',
    edit('server/adapters/postgres/runs.ts', '    if (row?.runId && row.leaseUntil && row.leaseUntil > now) return false\n', '    if (!row) return false\n')),
  guard('one operation owns a packet',
    edit('server/adapters/postgres/save-transition.ts', 'position = ${position} and not exists (', 'position = ${position} and (true or exists ('),
    edit('server/adapters/postgres/save-transition.ts', 'other.sequence = ${id.sequence.toString()}::numeric)\n', 'other.sequence = ${id.sequence.toString()}::numeric))\n'),
    undoing('DROP INDEX "packet_clearing_results_one_live_claim";')),
  guard('nothing is spent on what is finished already',
    edit('server/usecases/clear-route.ts', ` && verdict.kind === 'open' && verdict.relayable)`, ` && verdict.kind !== 'unknown')`)),
  guard('one signer per wallet: the lease of its lane',
    edit(payouts, '      where l.holder is null or l.holder = excluded.holder or l.lease_until < now()\n', '')),
  guard('a signer who lost the lane writes nothing: the fence',
    edit(payouts, '  return rows.length > 0\n', '  return rows.length >= 0\n')),
  guard('one signer per wallet, and its fence',
    edit(payouts, '      where l.holder is null or l.holder = excluded.holder or l.lease_until < now()\n', ''),
    edit(payouts, '  return rows.length > 0\n', '  return rows.length >= 0\n')),
  guard('the fence, and the second look at the refund',
    edit(payouts, '  return rows.length > 0\n', '  return rows.length >= 0\n'),
    edit(payRefunds, `  const waits = current?.state === 'planned' || current?.state === 'held'\n`, '  const waits = current !== undefined\n'),
    edit(payouts, `, inArray(refunds.state, ['planned', 'held']))).returning({ id: refunds.id })\n  if (changed.length !== signed.length)`, `)).returning({ id: refunds.id })\n  if (changed.length !== signed.length)`)),
  guard('nothing is signed before the cursor is at the tip',
    edit(payoutWorld, '  if (cursorHeight < first) return', '  if (cursorHeight < 0n) return'),
    edit(payoutWorld, '  return tip - cursorHeight > mostUnscannedBlocks', '  return tip - cursorHeight > 1_000_000n')),
  guard('nothing is signed before every tx of the wallet is known',
    edit(payoutWorld, '  if (account.sequence > expected) return', '  if (account.sequence < 0n) return'),
    edit(payoutWorld, '  if (facts.missingSequence !== null) return', '  if (facts.missingSequence === -1n) return'),
    edit(payoutWorld, '  if (facts.unjudged > 0) return', '  if (facts.unjudged < 0) return')),
  guard('nothing is signed while a tx of the wallet fits nothing',
    edit(payoutWorld, '  if (stranger) return', '  if (stranger && facts.unjudged < 0) return')),
  guard('neither the tip nor the known txs are asked for before signing',
    edit(payoutWorld, '  if (cursorHeight < first) return', '  if (cursorHeight < 0n) return'),
    edit(payoutWorld, '  return tip - cursorHeight > mostUnscannedBlocks', '  return tip - cursorHeight > 1_000_000n'),
    edit(payoutWorld, 'behind ?? await unknownSequence(deps, lane, account, cursorHeight)', 'behind')),
  guard('signed bytes are kept before they are sent',
    edit(payRefunds, '  const kept = await deps.store.transaction', '  await deps.reader.broadcast(payout.chainId, payout.txBytes)\n  const kept = await deps.store.transaction')),
  guard('only what is still owed is signed: the state of the refund is looked at again',
    edit(payRefunds, `  const waits = current?.state === 'planned' || current?.state === 'held'\n`, '  const waits = current !== undefined\n'),
    edit(payouts, `, inArray(refunds.state, ['planned', 'held']))).returning({ id: refunds.id })\n  if (changed.length !== signed.length)`, `)).returning({ id: refunds.id })\n  if (changed.length !== signed.length)`)),
  guard('signed anew only after the timeout height',
    edit(decideNext, '  if (world.cursorHeight >= payout.timeoutHeight + ', '  if (world.cursorHeight >= payout.signedHeight + 1n + '),
    edit(payoutWorld, '  for (let height = payout.signedHeight + 1n; height <= payout.timeoutHeight; height += 1n) {', '  for (let height = payout.signedHeight + 1n; height <= payout.signedHeight + 1n; height += 1n) {')),
  guard('absence is read on verified blocks',
    edit(payoutWorld, '  for (let height = payout.signedHeight + 1n;', '  for (let height = payout.timeoutHeight + 1n;')),
  guard('absence is read on verified blocks, and every tx of the wallet is known',
    edit(payoutWorld, '  for (let height = payout.signedHeight + 1n;', '  for (let height = payout.timeoutHeight + 1n;'),
    edit(payoutWorld, '  if (account.sequence > expected) return', '  if (account.sequence < 0n) return'),
    edit(payoutWorld, '  if (facts.missingSequence !== null) return', '  if (facts.missingSequence === -1n) return'),
    edit(payoutWorld, '  if (facts.unjudged > 0) return', '  if (facts.unjudged < 0) return')),
  guard('absence is vouched for by a second endpoint',
    edit(payoutWorld, `      if (!isVouchedFor(agreement)) return { absence: 'unproven' }\n`, `      if (agreement === undefined) return { absence: 'unproven' }\n`)),
  guard('a refusal by a node is not a failure',
    edit(payRefunds, `await tx.noteBroadcast(current, words, worker, deps.clock.now())\n`, `await (answer.state === 'rejected' ? tx.voidPayout(current, words, true, deps.clock.now()) : tx.noteBroadcast(current, words, worker, deps.clock.now()))\n`)),
  guard('a timed-out broadcast is not a failure',
    edit(payRefunds, `await tx.noteBroadcast(current, words, worker, deps.clock.now())\n`, `await (answer.state === 'unknown' ? tx.voidPayout(current, words, true, deps.clock.now()) : tx.noteBroadcast(current, words, worker, deps.clock.now()))\n`)),
  guard('a failed inclusion counts when its sequence is used',
    edit(decideNext, '  if (failed && world.sequenceUsed) return', '  if (failed) return')),
  guard('a refund waits for approval above the limit',
    edit(decideNext, '  if (approvalAbove !== null && refunds', '  if (approvalAbove === -1n && refunds')),
  guard('a broken invariant stops payouts',
    edit(payoutWorld, ' ?? await deps.stopped?.(lane.chainId) ?? null', ' ?? null')),
]
