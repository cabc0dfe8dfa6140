import { afterAll, beforeAll } from 'vitest'
import { LocalApp } from './app'
import type { Localnet } from './facts'
import { LocalWallet } from './wallet'

/** An app of its own, somebody whose packets are stuck on chain A, and somebody who pays there. */
export interface ClearingSuite { readonly app: LocalApp, readonly sender: LocalWallet, readonly payer: LocalWallet }

/** For the tests of one `describe`: its fields are there once they run. */
export function aClearingSuite(net: Localnet, environment: Readonly<Record<string, string>> = {}): ClearingSuite {
  const suite: { -readonly [Part in keyof ClearingSuite]?: ClearingSuite[Part] } = {}
  beforeAll(async () => {
    suite.app = await LocalApp.open(net, environment)
    suite.sender = await LocalWallet.open(net, net.a, 'user1')
    suite.payer = await LocalWallet.open(net, net.a, 'user2')
  })
  afterAll(async () => {
    for (const wallet of [suite.sender, suite.payer]) wallet?.close()
    await suite.app?.close()
  })
  return suite as ClearingSuite
}
