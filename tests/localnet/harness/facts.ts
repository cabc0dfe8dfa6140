import { describe, inject } from 'vitest'

/** What scripts/localnet writes to net.json about one chain. */
export interface LocalChain {
  readonly id: string
  readonly prefix: string
  readonly denom: string
  /** The validator's RPC, which is also the first of `rpcs`; the second belongs to the follower. */
  readonly rpc: string
  readonly rpcs: readonly string[]
  readonly port: string
  readonly channel: string
  readonly connection: string
  readonly client: string
  /** Addresses by account name. */
  readonly accounts: Readonly<Record<AccountName, string>>
}

/** The order is that of the HD indexes; `poor` owns nothing. */
export const accountNames = ['val', 'relayer', 'service', 'user1', 'user2', 'poor', 'rival', 'admin'] as const
export type AccountName = typeof accountNames[number]

export interface Localnet {
  /** Folder of the network's state. */
  readonly net: string
  readonly blockTime: string
  readonly portBase: number
  readonly mnemonic: string
  /** The real Hermes' path, its configuration, and one that signs with the key `rival`. */
  readonly hermes: string
  readonly hermesConfig: string
  readonly rivalConfig: string
  readonly rest: string
  readonly a: LocalChain
  readonly b: LocalChain
}

/** The running network, or why there is none on this machine. */
export type ProvidedLocalnet = { readonly net: Localnet, readonly skipped: null } | { readonly net: null, readonly skipped: string }

declare module 'vitest' {
  export interface ProvidedContext { localnet: ProvidedLocalnet }
}

/** `describe` for tests of the tier: skipped, with the reason in the title, where the network cannot be built. */
export function describeOnLocalnet(title: string, tests: (net: Localnet) => void): void {
  const provided = inject('localnet')
  if (provided.net) describe(title, () => tests(provided.net))
  else describe.skip(`${title} (${provided.skipped})`, () => tests(absent))
}

// Collecting a skipped suite still runs its body, which may read fields but starts nothing.
const nowhere: LocalChain = { id: '', prefix: '', denom: '', rpc: '', rpcs: [], port: '', channel: '', connection: '', client: '', accounts: { val: '', relayer: '', service: '', user1: '', user2: '', poor: '', rival: '', admin: '' } }
const absent: Localnet = { net: '', blockTime: '', portBase: 0, mnemonic: '', hermes: '', hermesConfig: '', rivalConfig: '', rest: '', a: nowhere, b: nowhere }
