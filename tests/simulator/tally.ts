/** What a set of seeds must have met at least once: a simulator that never got there proves nothing about it. */
export const mustOccur = [
  'payment is credited', 'payment is refund_owed', 'payment is unallocated',
  'refund overpaid', 'refund duplicate', 'refund too_late', 'refund wrong_denom', 'refund underpaid', 'refund relayed_by_other', 'refund not_needed', 'refund deadline',
  'operation cleared', 'operation partially_cleared', 'operation not_cleared', 'operation not_needed', 'operation expired',
  'issue late', 'issue overpaid', 'issue underpaid', 'issue duplicate', 'issue too_late', 'issue wrong_denom',
  'result delivered by us', 'result delivered by other', 'result returned_by_timeout by us', 'result returned_by_error by us', 'result pending by nobody', 'result pending by other',
  'run lapsed', 'run all_moved', 'run nothing_moved', 'run some_moved', 'run nothing_to_do', 'executor tx_packet', 'breaker opened',
  'crash', 'crash_before', 'crash_inside', 'crash_after', 'lost_before_commit', 'lost_after_commit', 'other relayer acts', 'relayer dies_between', 'relayer not_started',
  'fault down', 'fault second down', 'fault lie', 'lie forges', 'lie hides', 'lie succeeds', 'lie fails', 'fault stale', 'fault silent', 'fault behind', 'fault index behind', 'fault halted',
  'refund is confirmed', 'refund operator_decision', 'refunds sent together', 'refund tx in a block among faults', 'refund tx void: in no block', 'refund tx void: its sequence', 'outgoing failed_refund', 'outgoing operator', 'outgoing stranger',
  'by hand exact', 'wallet thief', 'frozen', 'restored from a backup', 'fault gas price', 'fault blocked address', 'fault payouts stopped', 'fault relayer not ready',
  'admin operation.retry', 'admin operation.resolve', 'admin refund.approve', 'admin outgoing.accept', 'admin pause.start',
] as const

export function addTally(total: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [what, times] of more) total.set(what, (total.get(what) ?? 0) + times)
}
