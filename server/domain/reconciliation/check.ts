/** Of docs/money-safety.md. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9'

/** Something that breaks an invariant. */
export interface Finding {
  readonly invariant: Invariant
  /** null: it concerns the database as a whole. */
  readonly chainId: string | null
  /** What it is about, the same in every run: `payment:<id>`, `wallet:<role>:<address>/<denom>`, `block:<height>/…` */
  readonly subject: string
  readonly sentence: string
}

export type CheckResult = 'sound' | 'broken' | 'cannot_tell'

/** What one look at an invariant said. It speaks of every subject that begins with `scope`, and of no other. */
export interface Check {
  readonly invariant: Invariant
  readonly scope: string
  readonly result: CheckResult
  readonly sentence: string
  readonly findings: readonly Finding[]
}

/** An invariant that is broken says that money may be where the books do not have it: nothing more is paid out. */
export const stoppingInvariants: readonly Invariant[] = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I9']

/** Broken outweighs everything, and what cannot be told outweighs what is sound: never rounded. */
export function worstOf(results: readonly CheckResult[]): CheckResult {
  if (results.includes('broken')) return 'broken'
  return results.includes('cannot_tell') ? 'cannot_tell' : 'sound'
}

export function checkOf(invariant: Invariant, scope: string, findings: readonly Finding[], sound: string): Check {
  const [first] = findings
  if (!first) return { invariant, scope, result: 'sound', sentence: sound, findings }
  return { invariant, scope, result: 'broken', sentence: findings.length === 1 ? first.sentence : `${findings.length} things are wrong, the first: ${first.sentence}`, findings }
}

export const cannotTell = (invariant: Invariant, scope: string, sentence: string): Check => ({ invariant, scope, result: 'cannot_tell', sentence, findings: [] })

/** Whether these checks looked at what a finding is about: only then does its absence say that it is put right. */
export function wasJudged(finding: Pick<Finding, 'invariant' | 'subject'>, checks: readonly Check[]): boolean {
  const looked = checks.filter(check => check.invariant === finding.invariant && finding.subject.startsWith(check.scope))
  return looked.length > 0 && looked.every(check => check.result !== 'cannot_tell')
}
