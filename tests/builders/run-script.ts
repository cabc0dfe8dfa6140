import { execFile } from 'node:child_process'

export interface EndedScript { readonly code: number | null, readonly printed: string, readonly complained: string }

/** Runs a script of ours as an operator does: in a process of its own, with the environment of the server. */
export function runScript(script: 'reconcile' | 'ledger-rebuild' | 'verify-receipt', args: readonly string[], environment: Readonly<Record<string, string>>): Promise<EndedScript> {
  const env: NodeJS.ProcessEnv = { NODE_ENV: 'production', PATH: process.env.PATH, HOME: process.env.HOME, ...environment }
  return new Promise((resolve) => {
    const child = execFile('npx', ['tsx', `scripts/${script}.ts`, ...args], { env, timeout: 100_000 }, (_, printed, complained) => resolve({ code: child.exitCode, printed, complained }))
  })
}
