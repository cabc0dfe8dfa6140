import { afterAll, beforeAll, expect, it } from 'vitest'
import { LocalApp } from './harness/app'
import { describeOnLocalnet, type LocalChain } from './harness/facts'
import { strand } from './harness/transfers'
import { waitUntil } from './harness/wait'
import { aServiceWallet, LocalWallet } from './harness/wallet'
import { attributesOf, balanceOf, signedBy } from './harness/witness'

describeOnLocalnet('the books beside two real chains', (net) => {
  let app: LocalApp
  let service: string
  let sender: LocalWallet
  let payer: LocalWallet

  beforeAll(async () => {
    const wallet = await aServiceWallet(net)
    service = wallet.address
    app = await LocalApp.open(net, { ...wallet.environment, RECONCILE_EVERY_SECONDS: '10' })
    sender = await LocalWallet.open(net, net.a, 'user1')
    payer = await LocalWallet.open(net, net.a, 'user2')
    for (const chain of [net.a, net.b]) await waitUntil(`the relayer's balance on ${chain.id} is opened`, () => watchedFrom(chain))
  })
  afterAll(async () => {
    for (const wallet of [sender, payer]) wallet?.close()
    await app?.close()
  })

  /** The height after which the app books the relayer's movements; undefined until its balance is in the books. */
  async function watchedFrom(chain: LocalChain): Promise<bigint | undefined> {
    const [row] = await app.sql<{ height: string }[]>`select watched_from::text as height from watched_wallets where chain_id = ${chain.id} and address = ${chain.accounts.relayer} and opened_height is not null`
    return row && BigInt(row.height)
  }

  /** Fees that the chain took from its relayer since the app watches it. */
  async function gasOf(chain: LocalChain): Promise<bigint> {
    const from = await watchedFrom(chain) ?? 0n
    const txs = (await signedBy(chain, chain.accounts.relayer)).filter(tx => BigInt(tx.height) > from)
    return txs.flatMap(tx => attributesOf(tx, 'tx', 'fee')).reduce((sum, fee) => sum + BigInt(fee.replace(chain.denom, '')), 0n)
  }

  /** What an account holds, or what one cause put into it. */
  async function booked(account: string, cause: string | null = null): Promise<bigint> {
    const [row] = await app.sql<{ sum: string | null }[]>`select sum(amount)::text as sum from ledger_entries where account = ${account} and (${cause}::text is null or cause = ${cause})`
    return BigInt(row?.sum ?? 0)
  }

  it('hold the fee, what went back and the gas of the relayer on both chains, to the unit', async () => {
    const { sequences } = await strand(sender, net.b, { count: 2 })
    const token = await app.requestToken(payer, net.a, sequences)
    await payer.pay(service, BigInt(token.total.amount) + 70_000n, token.memoCode)
    await app.statusWhen(token.token, 'cleared and the surplus given back', ({ status, refundStatus }) => status === 'cleared' && refundStatus === 'done', { boundMs: 90_000 })
    for (const chain of [net.a, net.b]) {
      const spent = await gasOf(chain)
      expect(spent, chain.id).toBeGreaterThan(0n)
      await waitUntil(`the gas of ${chain.id}'s relayer is booked`, async () => await booked(`wallet:relayer:${chain.accounts.relayer}`, 'relay_fee') === -spent || undefined)
    }
    expect(await booked(`wallet:service:${service}`)).toBe(await balanceOf(net.a, service))
    expect(await balanceOf(net.a, service)).toBe(BigInt(token.total.amount))
  })

  it('are found sound by a reconciliation, every invariant, on both chains', async () => {
    const { code, printed, complained } = await app.run('reconcile')
    expect(complained).toBe('')
    expect(code, printed).toBe(0)
    for (const invariant of ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9']) expect(printed).toContain(`  ${invariant}  sound`)
    for (const chain of [net.a, net.b]) expect(printed).toContain(`${chain.accounts.relayer} on ${chain.id} holds after block`)
    expect(await app.sql`select sentence from reconciliation_findings`).toEqual([])
  })

  it('are the same when the chains are read anew', async () => {
    const { code, printed } = await app.run('ledger-rebuild')
    expect(code, printed).toBe(0)
    expect(printed).toContain('All in all: chain and books are the same.')
    expect(printed).not.toContain('DIFFERENT')
  })
})
