import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ClearingStatus, ClearingToken } from '../../shared/schemas/clearing'
import { LocalApp } from './harness/app'
import { BroadcastGate, type Moment } from './harness/broadcast-gate'
import { describeOnLocalnet } from './harness/facts'
import { strand } from './harness/transfers'
import { aServiceWallet, LocalWallet } from './harness/wallet'
import { attributesOf, balanceOf, sequenceOf, signedBy, statusOf, txOf, waitForHeight, type WitnessTx } from './harness/witness'

describeOnLocalnet('refunds on two real chains', (net) => {
  let gate: BroadcastGate
  let app: LocalApp
  let service: string
  let sender: LocalWallet
  let payer: LocalWallet
  /** Paid and cleared: whatever is paid for it from now on goes back. */
  let cleared: ClearingToken

  beforeAll(async () => {
    gate = await BroadcastGate.open(net.a.rpcs)
    const wallet = await aServiceWallet(net)
    service = wallet.address
    const endpoints = [...gate.urls.map(url => `${net.a.id}:${url}`), ...net.b.rpcs.map(url => `${net.b.id}:${url}`)]
    app = await LocalApp.open(net, { ...wallet.environment, CHAIN_RPC_ENDPOINTS: endpoints.join() })
    sender = await LocalWallet.open(net, net.a, 'user1')
    payer = await LocalWallet.open(net, net.a, 'user2')
    cleared = await aToken()
    await payer.pay(service, BigInt(cleared.total.amount), cleared.memoCode)
    expect(await app.settled(cleared.token)).toMatchObject({ status: 'cleared', refunds: [] })
  })
  afterAll(async () => {
    for (const wallet of [sender, payer]) wallet?.close()
    await app?.close()
    await gate?.close()
  })

  async function aToken(): Promise<ClearingToken> {
    const { sequences } = await strand(sender, net.b)
    return app.requestToken(payer, net.a, sequences)
  }

  /** The refund of exactly this amount, once a block holds it; no two of these tests give back the same. */
  const refunded = async (token: ClearingToken, amount: bigint) => {
    const refundIn = (status: ClearingStatus) => status.refunds.find(({ coin }) => coin.amount === String(amount))
    const status = await app.statusWhen(token.token, `${amount} is given back`, seen => refundIn(seen)?.state === 'confirmed', { boundMs: 90_000 })
    return refundIn(status)!
  }

  /** What the payer got is what came in too much, less the gas that the chain took for sending it back. */
  function expectPaysBack(tx: WitnessTx, amount: bigint): void {
    expect(tx.tx_result.code).toBe(0)
    const [fee, sent] = attributesOf(tx, 'transfer', 'amount').map(text => BigInt(text.replace(net.a.denom, '')))
    expect(fee).toBeGreaterThan(0n)
    expect(attributesOf(tx, 'transfer', 'recipient')[1]).toBe(payer.address)
    expect(sent! + fee!).toBe(amount)
  }

  it('gives an overpayment back, once, less the gas that the chain asked for', async () => {
    const before = { service: await balanceOf(net.a, service), txs: (await signedBy(net.a, service)).length }
    const token = await aToken()
    await payer.pay(service, BigInt(token.total.amount) + 90_000n, token.memoCode)
    const refund = await refunded(token, 90_000n)
    expect(refund).toMatchObject({ reason: 'overpaid', destination: payer.address })
    const [tx, ...others] = (await signedBy(net.a, service)).slice(before.txs)
    expect(others).toEqual([])
    expect(tx!.hash).toBe(refund.txHash)
    expectPaysBack(tx!, 90_000n)
    expect(await balanceOf(net.a, service)).toBe(before.service + BigInt(token.total.amount))
    expect(await app.settled(token.token)).toMatchObject({ status: 'cleared', refundStatus: 'done' })
  })

  /** Pays a second time and kills the app with SIGKILL at the broadcast of the refund; resolves with the hash of what it had signed. */
  async function killedAt(moment: Moment, amount: bigint): Promise<string> {
    const killed = gate.atNextBroadcast(moment, () => app.kill())
    await payer.pay(service, amount, cleared.memoCode)
    await killed
    const signed = await app.sql<{ hash: string, broadcasts: number }[]>`select tx_hash as hash, broadcasts from refund_transactions where state = 'open'`
    expect(signed).toEqual([{ hash: expect.stringMatching(/^[0-9A-F]{64}$/), broadcasts: 0 }])
    return signed[0]!.hash
  }

  /** The next instance signs once the dead one's lease is over: at once here, half a minute later if `wait`. */
  async function restart(options: { readonly wait?: boolean } = {}): Promise<void> {
    if (!options.wait) await app.sql`update payout_lanes set lease_until = now() - interval '1 second'`
    await app.startAgain()
  }

  it.each<[string, Moment, bigint]>([
    ['signing and sending', 'before', 700_000n],
    ['sending and confirming', 'after', 800_000n],
  ])('case 27h: is sent once, in the bytes that were kept, when the app is killed between %s', async (_, moment, amount) => {
    const [balance, sequence] = [await balanceOf(net.a, service), await sequenceOf(net.a, service)]
    const signedHash = await killedAt(moment, amount)
    if (moment === 'before') {
      expect(await txOf(net.a, signedHash)).toBeUndefined()
      expect(await balanceOf(net.a, service)).toBe(balance + amount)
    }
    await restart()
    expect(await refunded(cleared, amount)).toMatchObject({ reason: 'duplicate', txHash: signedHash })
    await expectSentOnce(signedHash, amount, { balance, sequence })
  })

  /** Exactly one tx since, also some blocks later, when whoever would send a second one has had his turn. */
  async function expectSentOnce(hash: string, amount: bigint, before: { readonly balance: bigint, readonly sequence: bigint }): Promise<void> {
    await waitForHeight(net.a, (await statusOf(net.a)).height + 10n)
    const since = (await signedBy(net.a, service)).slice(Number(before.sequence))
    expect(since.map(tx => tx.hash)).toEqual([hash])
    expectPaysBack(since[0]!, amount)
    expect(await balanceOf(net.a, service)).toBe(before.balance)
  }

  it('case 28h: is signed anew, and sent once, when the kept bytes can not be included any more', async () => {
    const [balance, sequence] = [await balanceOf(net.a, service), await sequenceOf(net.a, service)]
    const signedHash = await killedAt('before', 900_000n)
    await restart({ wait: true })
    // The lease outlasts the 30 blocks in which the first could be included.
    const { txHash } = await refunded(cleared, 900_000n)
    expect(txHash).not.toBe(signedHash)
    await expectSentOnce(txHash!, 900_000n, { balance, sequence })
    expect(await txOf(net.a, signedHash)).toBeUndefined()
    const rows = await app.sql<{ state: string, hash: string }[]>`select state, tx_hash as hash from refund_transactions order by signed_at desc limit 2`
    expect(rows).toEqual([{ state: 'confirmed', hash: txHash }, { state: 'void', hash: signedHash }])
  })

  it('has every unit of it in the books: the wallet holds there what the chain says', async () => {
    const [wallet] = await app.sql<{ booked: string }[]>`select sum(amount)::text as booked from ledger_entries where chain_id = ${net.a.id} and denom = ${net.a.denom} and account like 'wallet:service%'`
    expect(BigInt(wallet!.booked)).toBe(await balanceOf(net.a, service))
    const confirmed = await app.sql`select id from refund_transactions where state = 'confirmed'`
    expect(await sequenceOf(net.a, service)).toBe(BigInt(confirmed.length))
    const unbalanced = await app.sql`select entry_set, denom from ledger_entries group by entry_set, denom having sum(amount) <> 0`
    expect(unbalanced).toEqual([])
  })
})
