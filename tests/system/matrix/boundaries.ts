import type { StatementPattern, TrapPlace } from '../gates/trap'

export interface Boundary {
  readonly name: string
  readonly place: TrapPlace
  /** The client repeats its request under an Idempotency-Key. */
  readonly withIdempotencyKey?: boolean
}

const insertInto = (table: string, parameter?: string): StatementPattern => ({ text: new RegExp(`^\\s*insert into "?${table}"?\\W`, 'i'), parameter })
const update = (table: string, parameter?: string): StatementPattern => ({ text: new RegExp(`^\\s*update "${table}"`, 'i'), parameter })
const at = (statement: StatementPattern, within?: StatementPattern): TrapPlace => ({ at: 'statement', statement, within })
const commitOf = (statement: StatementPattern, within?: StatementPattern): TrapPlace => ({ at: 'commit', statement, within })

const paymentRow = insertInto('payments')
const evidence = insertInto('packet_evidence')
const confirmation = update('refunds', 'confirmed')
const arrival = insertInto('operation_events', 'packet_received')

/** Every durable boundary. What is one transaction is said so: a kill at a statement inside it must undo all of it. */
export const boundaries: readonly Boundary[] = [
  { name: 'token insert (token, operation, packets: one statement)', place: at({ text: /insert into clearing_tokens/ }) },
  { name: 'idempotency finish', place: at(update('idempotency_keys')), withIdempotencyKey: true },
  { name: 'inbound row (statement in the scan\'s transaction)', place: at(paymentRow) },
  { name: 'match, the credit (statement in the scan\'s transaction)', place: at(update('payments', 'credited'), paymentRow) },
  { name: 'ledger of the payment (statement in the scan\'s transaction)', place: at(insertInto('ledger_entries', 'payment_credited'), paymentRow) },
  { name: 'refund plan (statement in the scan\'s transaction)', place: at(insertInto('refunds'), paymentRow) },
  { name: 'cursor (statement in the scan\'s transaction)', place: at(update('chain_cursors'), paymentRow) },
  { name: 'inbound row + match + ledger + cursor: one COMMIT', place: commitOf(paymentRow) },
  { name: 'inbound row + match + ledger + refund plan + cursor: one COMMIT', place: commitOf(insertInto('refunds'), paymentRow) },
  { name: 'operation claim, the run (statement)', place: at(insertInto('relayer_runs')) },
  { name: 'operation claim, run + lanes: one COMMIT', place: commitOf(insertInto('relayer_runs')) },
  { name: 'Hermes spawn', place: { at: 'hermes' } },
  { name: 'receive seen (statement)', place: at(arrival) },
  { name: 'receive seen: COMMIT', place: commitOf(arrival) },
  { name: 'acknowledge seen, the evidence (statement in the outcome\'s transaction)', place: at(evidence) },
  { name: 'outcome (statement in its transaction)', place: at(update('packet_clearing_results', 'delivered')) },
  { name: 'ledger of the outcome (statement in its transaction)', place: at(insertInto('ledger_entries', 'revenue'), evidence) },
  { name: 'event publish, NOTIFY (statement in the outcome\'s transaction)', place: at({ text: /pg_notify/ }, evidence) },
  { name: 'evidence + outcome + ledger + run + NOTIFY: one COMMIT', place: commitOf(evidence) },
  { name: 'sign (signed, nothing kept: the fence is looked at)', place: at({ text: /^select .*from "payout_lanes" .*for update/ }) },
  { name: 'persist of the signed bytes (statement)', place: at(insertInto('refund_transactions')) },
  { name: 'persist of the signed bytes: COMMIT', place: commitOf(insertInto('refund_transactions')) },
  { name: 'first broadcast', place: { at: 'broadcast', lostBefore: 0 } },
  { name: 'rebroadcast (the first one was lost)', place: { at: 'broadcast', lostBefore: 1 } },
  { name: 'confirm (statement in the scan\'s transaction)', place: at(confirmation) },
  { name: 'ledger of the refund (statement in the scan\'s transaction)', place: at(insertInto('ledger_entries', 'refund'), confirmation) },
  { name: 'confirm + ledger + cursor: one COMMIT', place: commitOf(confirmation) },
]
