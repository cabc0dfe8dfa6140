import type { SandboxAccounts } from '../accounts'
import type { BlockTimer } from '../block-timer'
import type { FieldLimits } from '../hermes/relay'
import type { HermesServer } from '../hermes/server'
import type { Network } from '../network'
import type { RpcEndpoint } from '../rpc/server'
import type { Story } from '../story'

/** Everything a control call may reach. */
export interface SandboxWorld {
  readonly network: Network
  readonly accounts: SandboxAccounts
  readonly endpoints: readonly RpcEndpoint[]
  readonly hermes: HermesServer
  /** Writes its configuration anew; without limits: with its defaults. */
  readonly configureHermes: (limits?: FieldLimits) => Promise<void>
  readonly timer: BlockTimer
  readonly nowMs: () => number
  story: Story | undefined
}
