import { and, eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditLog, payments, refunds } from '../../drizzle/schema'
import { adr36Verifier } from '../../server/adapters/adr36/signature-verifier'
import { makeAuthStore } from '../../server/adapters/postgres/auth-store'
import { makeClearingReads } from '../../server/adapters/postgres/reads'
import type { ServiceWallet } from '../../server/usecases/ports'
import { type ClaimDeps, makeAskRefundClaim, makeClaimRefund } from '../../server/usecases/claim-refund'
import { makeSignedConsents } from '../../server/usecases/signed-consent'
import { escrowAddress } from '../../server/adapters/cosmos/module-accounts'
import { moduleAddress } from '../../sandbox/chain/addresses'
import { walletOf, type SigningWallet } from '../builders/wallet'
import { openRefundWorld, type OpenedRefundWorld, type RefundWorldOptions } from './refunds.world'

let world: OpenedRefundWorld
let alice: SigningWallet
let bob: SigningWallet
/** A wallet of alice's that never paid anybody. */
let other: SigningWallet
let claims: { ask: ReturnType<typeof makeAskRefundClaim>, claim: ReturnType<typeof makeClaimRefund> }

const exchange = 'cosmos1qyqszqgpqyqszqgpqyqszqgpqyqszqgpjnp7du'
const app = { domain: 'relayooor.test', uri: 'https://relayooor.test' }

async function open(options: RefundWorldOptions = {}) {
  world = await openRefundWorld(options)
  const { bech32Prefix } = world.directory.chain(world.chainId)!
  alice = await walletOf(world.sandbox.accounts.alice.mnemonic, bech32Prefix)
  bob = await walletOf(world.sandbox.accounts.bob.mnemonic, bech32Prefix)
  other = await walletOf(world.sandbox.accounts.poor.mnemonic, bech32Prefix)
  const deps: ClaimDeps = {
    store: world.store, reads: makeClearingReads(world.database.db), directory: world.directory, addresses: world.reader, clock: world.clock, logger: world.logger,
    consents: makeSignedConsents({ store: makeAuthStore(world.database.db), chains: world.directory, verifier: adr36Verifier, ids: world.ids, clock: world.clock }),
    ourAddresses: async () => new Set([world.service]), exchangeAddresses: options.exchangeAddresses ?? new Set(),
  }
  claims = { ask: makeAskRefundClaim(deps), claim: makeClaimRefund(deps) }
}
beforeEach(() => open())
afterEach(() => world.close())

async function reopen(options: RefundWorldOptions) {
  await world.close()
  await open(options)
}

const ask = (refundId: string, destination = other.address) => claims.ask({ refundId, destination, ...app })
async function signed(refundId: string, destination = other.address, by = alice) {
  const { challengeId, text } = await ask(refundId, destination)
  return { refundId, destination, challengeId, signature: by.signText(text), pubKey: by.pubKey }
}
const claim = async (refundId: string, destination = other.address, by = alice) => claims.claim(await signed(refundId, destination, by))
const code = (promise: Promise<unknown>) => promise.then(() => 'went through', (error: { code?: string }) => error.code)
const planned = async () => world.refund(await world.notCleared(700_000n))
const auditOf = (refundId: string) => world.database.db.select().from(auditLog).where(and(eq(auditLog.subjectId, refundId), eq(auditLog.action, 'refund.claimed')))

describe('a refund claimed to another address', () => {
  it('goes there on the signature of the address that paid, once, with the evidence kept', async () => {
    const refund = await planned()
    const { text } = await ask(refund.id)
    expect(text).toContain(`Send the refund ${refund.id} of 700000 ${world.denom} to ${other.address} instead of ${alice.address}.`)
    expect(await claim(refund.id)).toMatchObject({ id: refund.id, state: 'planned', destination: other.address })
    await world.finish()
    expect((await world.sentOnChain()).map(({ to, amount }) => ({ to, amount }))).toEqual([{ to: other.address, amount: 700_000n }])
    expect((await world.events(refund.operationId as never)).filter(type => type.startsWith('refund_'))).toEqual(['refund_planned', 'refund_claimed', 'refund_signed', 'refund_sent', 'refund_confirmed'])
    const [line, ...more] = await auditOf(refund.id)
    expect(more).toEqual([])
    expect(line).toMatchObject({ actor: 'user', actorAddress: alice.address, subjectType: 'refund', detail: { from: alice.address, to: other.address, amount: '700000' } })
    const { signedText, signature, pubKey } = line!.detail as Record<string, string>
    expect(adr36Verifier.verify({ text: signedText!, signature: signature!, pubKey: pubKey!, address: alice.address, bech32Prefix: 'cosmos' })).toBe(true)
  })

  it('stays where it is on any other signature, and the text is used up by the attempt', async () => {
    const refund = await planned()
    expect(await code(claim(refund.id, other.address, other))).toBe('signature_invalid')
    const byBob = await signed(refund.id, other.address, bob)
    expect(await code(claims.claim(byBob))).toBe('signature_invalid')
    expect(await code(claims.claim({ ...byBob, pubKey: alice.pubKey }))).toBe('challenge_not_found')
    expect(await world.refund(refund.operationId as never)).toMatchObject({ destination: alice.address, state: 'planned' })
    expect(await auditOf(refund.id)).toEqual([])
  })

  it('takes a signature for this refund, amount and address alone, within five minutes, once', async () => {
    const [refund, second] = [await planned(), await planned()]
    const request = await signed(refund.id)
    expect(await code(claims.claim({ ...request, destination: bob.address }))).toBe('challenge_not_found')
    expect(await code(claims.claim({ ...await signed(refund.id), refundId: second.id }))).toBe('challenge_not_found')
    const late = await signed(refund.id)
    world.clock.offsetMs += 5 * 60_000
    expect(await code(claims.claim(late))).toBe('challenge_expired')
    const good = await signed(refund.id)
    expect(await code(claims.claim(good))).toBe('went through')
    expect(await code(claims.claim(good))).not.toBe('went through')
    expect(await auditOf(refund.id)).toHaveLength(1)
  })

  it('takes no text that was signed to sign in', async () => {
    const refund = await planned()
    const consents = makeAuthStore(world.database.db)
    const challengeId = world.ids.secretId()
    await consents.insertChallenge({ id: challengeId, address: alice.address, chainId: world.chainId, purpose: 'sign_in', subject: null, text: 'sign in', createdAt: world.clock.now(), expiresAt: new Date(world.clock.now().getTime() + 60_000) })
    expect(await code(claims.claim({ refundId: refund.id, destination: other.address, challengeId, signature: alice.signText('sign in'), pubKey: alice.pubKey }))).toBe('challenge_not_found')
  })

  it('may be claimed again by the one who paid, and not by the address it now goes to', async () => {
    const refund = await planned()
    await claim(refund.id)
    expect(await code(claim(refund.id, bob.address, other))).toBe('signature_invalid')
    expect(await claim(refund.id, bob.address)).toMatchObject({ destination: bob.address })
    expect(await claim(refund.id, alice.address)).toMatchObject({ destination: alice.address })
  })

  it('is judged anew where it goes: an approval was for the other address', async () => {
    await reopen({ approvalAbove: 500_000n })
    const refund = await planned()
    await world.pay1()
    await world.store.transaction(async (tx) => {
      const [held] = await tx.lockRefunds([refund.id])
      await tx.approveRefund(held!, 'cosmos1admin', { actor: 'admin', cause: 'looks right' }, world.clock.now())
    })
    await claim(refund.id)
    await world.finish()
    expect(await world.refund(refund.operationId as never)).toMatchObject({ state: 'held', holdReason: 'approval', destination: other.address, approvedBy: null })
    expect(await world.sentOnChain()).toEqual([])
  })

  it('cannot go to what is no address of the chain, to us, to a module, an escrow or an exchange, or where it goes anyway', async () => {
    await reopen({ exchangeAddresses: new Set([exchange]) })
    const refund = await planned()
    const mistyped = other.address.slice(0, -1) + (other.address.endsWith('q') ? 'p' : 'q')
    const ofAnotherChain = (await walletOf(world.sandbox.accounts.poor.mnemonic, 'osmo')).address
    const channel = world.directory.channels().flatMap(({ a, b }) => [a, b]).find(end => end.chainId === world.chainId)!
    for (const address of [mistyped, ofAnotherChain, world.service, moduleAddress('cosmos', 'fee_collector'), escrowAddress('cosmos', channel.portId, channel.channelId), exchange, alice.address]) {
      expect([address, await code(ask(refund.id, address))]).toEqual([address, 'invalid_request'])
    }
    expect(await code(ask(refund.id, other.address))).toBe('went through')
  })

  it('cannot be claimed by anybody when nobody knows who paid, when it was sent, or when there is none', async () => {
    const unknown = await planned()
    await world.database.db.update(payments).set({ fromAddress: null }).where(eq(payments.id, unknown.paymentId))
    await world.database.db.update(refunds).set({ destination: null, state: 'held', holdReason: 'no_destination' }).where(eq(refunds.id, unknown.id))
    expect(await code(ask(unknown.id))).toBe('forbidden')
    expect(await code(ask(world.ids.rowId()))).toBe('refund_not_found')
    const sent = await planned()
    await world.finish()
    expect(await code(ask(sent.id))).toBe('not_in_this_state')
  })
})

describe('a claim and the signer at the same time', () => {
  /** The signer's wallet stops before it signs until `meanwhile` is over. */
  const stoppedAt = (meanwhile: () => Promise<unknown>): ServiceWallet => ({
    ...world.signer, chainId: world.chainId, address: world.service, unsigned: order => world.signer.unsigned(order),
    sign: async (order) => {
      const bytes = await world.signer.sign(order)
      await meanwhile()
      return bytes
    },
  })

  it('the claim first: what was signed for the old address is never kept or sent', async () => {
    const refund = await planned()
    const request = await signed(refund.id)
    const signer = world.instance({ instanceId: 'one', wallets: new Map([[world.chainId, stoppedAt(() => claims.claim(request))]]) })
    expect(await signer(world.chainId)).toMatchObject({ did: 'sign' })
    expect(await world.payouts()).toEqual([])
    expect(await world.refund(refund.operationId as never)).toMatchObject({ state: 'planned', destination: other.address })
    await world.finish()
    expect((await world.sentOnChain()).map(({ to }) => to)).toEqual([other.address])
  })

  it('the signer first: the claim is refused, and the money goes to the address that paid', async () => {
    const refund = await planned()
    const request = await signed(refund.id)
    await world.pay1()
    expect(await code(claims.claim(request))).toBe('not_in_this_state')
    await world.finish()
    expect((await world.sentOnChain()).map(({ to }) => to)).toEqual([alice.address])
    expect(await auditOf(refund.id)).toEqual([])
  })

  it('the signer between the claim\'s reading and its writing: refused as well', async () => {
    const refund = await planned()
    const request = await signed(refund.id)
    const reads = makeClearingReads(world.database.db)
    const slow = makeClaimRefund({
      store: world.store, reads, directory: world.directory, clock: world.clock, logger: world.logger, ourAddresses: async () => new Set(), exchangeAddresses: new Set(),
      consents: makeSignedConsents({ store: makeAuthStore(world.database.db), chains: world.directory, verifier: adr36Verifier, ids: world.ids, clock: world.clock }),
      addresses: { isModuleAccount: async () => {
        await world.pay1()
        return false
      } },
    })
    expect(await code(slow(request))).toBe('not_in_this_state')
    await world.finish()
    expect((await world.sentOnChain()).map(({ to }) => to)).toEqual([alice.address])
  })

  it('two claims at once: one of them wins', async () => {
    const refund = await planned()
    const [one, two] = [await signed(refund.id, other.address), await signed(refund.id, bob.address)]
    const answers = await Promise.all([code(claims.claim(one)), code(claims.claim(two))])
    const lost = answers.find(answer => answer !== 'went through')
    expect(answers.filter(answer => answer === 'went through')).toHaveLength(1)
    // Whoever looks after the other has won holds a text about the old address.
    expect(['not_in_this_state', 'challenge_not_found']).toContain(lost)
    expect(await auditOf(refund.id)).toHaveLength(1)
    expect(await world.events(refund.operationId as never)).toContain('refund_claimed')
  })
})

describe('refunds to wallets of exchanges', () => {
  it('wait for an admin, and are sent when one lets them go', async () => {
    const addresses = new Set<string>([world.addressOf('alice')])
    const payRefunds = world.instance({ rules: () => ({ minimum: 0n, approvalAbove: null, feeLimit: 1_000_000n, exchangeAddresses: addresses }) })
    const refund = await planned()
    const bobs = await world.notCleared(50_000n, 'bob')
    await world.finish(payRefunds)
    expect(await world.refund(refund.operationId as never)).toMatchObject({ state: 'held', holdReason: 'exchange' })
    expect(await world.refund(bobs)).toMatchObject({ state: 'confirmed' })
    await world.store.transaction(async (tx) => {
      const [held] = await tx.lockRefunds([refund.id])
      await tx.approveRefund(held!, 'cosmos1admin', { actor: 'admin', cause: 'the exchange confirmed it' }, world.clock.now())
    })
    await world.finish(payRefunds)
    expect(await world.refund(refund.operationId as never)).toMatchObject({ state: 'confirmed' })
  })
})
