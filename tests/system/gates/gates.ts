import fs from 'node:fs'
import path from 'node:path'
import type { Sandbox } from '../../../sandbox/start'
import { openHermesGate } from './hermes-gate'
import { openPostgresGate, type GateOwner, type PostgresGate } from './postgres-gate'
import { openRpcGate, type RpcGate } from './rpc-gate'

/** Everything that one instance has to do with the world, by way of gates. */
export interface Gates {
  readonly postgres: PostgresGate
  readonly rpc: readonly RpcGate[]
  /** Variables that lead the instance through the gates. */
  readonly environment: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

export async function openGates(sandbox: Sandbox, databaseUrl: string, folder: string, owner: GateOwner): Promise<Gates> {
  const postgres = await openPostgresGate(databaseUrl, owner)
  const endpoints = await Promise.all(sandbox.chains.flatMap(({ chainId, rpcUrls }) => rpcUrls.map(async url => ({ chainId, gate: await openRpcGate(url, owner) }))))
  const hermes = await openHermesGate(sandbox.hermes.restUrl, owner)
  const restPort = new URL(sandbox.hermes.restUrl).port
  const configPath = path.join(folder, `hermes-${owner.name}.toml`)
  fs.writeFileSync(configPath, fs.readFileSync(sandbox.hermes.configPath, 'utf8').replace(`port = ${restPort}`, `port = ${hermes.port}`))
  return {
    postgres, rpc: endpoints.map(({ gate }) => gate),
    environment: {
      DATABASE_URL: postgres.url, HERMES_CONFIG_PATH: configPath,
      CHAIN_RPC_ENDPOINTS: endpoints.map(({ chainId, gate }) => `${chainId}:${gate.url}`).join(','),
    },
    close: async () => void await Promise.all([postgres.close(), hermes.close(), ...endpoints.map(({ gate }) => gate.close())]),
  }
}
