import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as schema from '../../../drizzle/schema'
import { makeClearingReads } from '../../../server/adapters/postgres/reads'
import { makeStore } from '../../../server/adapters/postgres/store'
import { makeIds } from '../../../server/adapters/system/ids'
import { deriveKeys, makeTokenSigner } from '../../../server/adapters/system/secrets'
import { canonicalTokenText } from '../../../server/domain/clearing/token'
import type { Ids } from '../../../server/usecases/ports'
import type { ClearingReads } from '../../../server/usecases/read-ports'
import { toFeeLineDto } from '../../../server/usecases/dto/quote'
import { makeRequestToken } from '../../../server/usecases/request-token'
import type { Requester, Store } from '../../../server/usecases/store-ports'
import { clearingTokenSchema, type ClearingToken } from '../../../shared/schemas/clearing'
import { readMemo, type MemoCode } from '../../../shared/utils/memo-code'
import { aPacketId, hubAddress, QuoteWorld, serviceAddress } from '../../builders/quote-world'
import { createTestDatabase, type TestDatabase } from '../database'

const ids = makeIds({ now: () => new Date() })
const signer = makeTokenSigner(deriveKeys('a secret for tests, 32 characters or more').tokenSigning)

let database: TestDatabase
let store: Store
let reads: ClearingReads

beforeAll(async () => {
  database = await createTestDatabase()
  store = makeStore(database.db, ids.rowId)
  reads = makeClearingReads(database.db)
})
afterAll(() => database.drop())

function setUp(over: { ids?: Ids, quotas?: { openTokensPerIp: number, openTokensPerWallet: number }, world?: QuoteWorld } = {}) {
  const counted: string[] = []
  const world = over.world ?? new QuoteWorld()
  const request = makeRequestToken({
    buildQuote: world.buildQuote(reads), store, reads, signer, clock: world.clock, ids: over.ids ?? ids,
    metrics: { requestCounted: (chainId, outcome) => void counted.push(`${chainId} ${outcome}`), stageObserved: () => {}, relayerRunFinished: () => {} },
    lifetimes: { ttlMs: 300_000, graceMs: 600_000 }, quotas: over.quotas ?? { openTokensPerIp: 20, openTokensPerWallet: 20 },
  })
  let ips = 0
  return {
    counted,
    request: (sequences: bigint[], requester: Partial<Requester> = {}) => request({
      walletAddress: hubAddress, paymentChainId: 'hub-1', packets: sequences.map(sequence => aPacketId(sequence)),
      requester: { ipKey: `ip ${ips += 1} of ${Math.random()}`, sessionAddress: null, ...requester },
    }),
  }
}

function promiseOf(token: ClearingToken): Parameters<typeof canonicalTokenText>[0] {
  const coin = (dto: { denom: string, amount: string }) => ({ denom: dto.denom, amount: BigInt(dto.amount) })
  return {
    ...token, memoCode: token.memoCode as MemoCode, total: coin(token.total),
    feeLines: token.feeLines.map(({ kind, detail, coin: price }) => ({ kind, detail, coin: coin(price) })),
    packets: token.packets.map(packet => ({ ...packet, id: { ...packet.id, sequence: BigInt(packet.id.sequence) }, share: coin(packet.share), destination: { chainId: '', portId: '', channelId: '' } })),
    issuedAt: new Date(token.issuedAt), expiresAt: new Date(token.expiresAt), graceUntil: new Date(token.graceUntil),
  }
}

describe('requesting a token', () => {
  it('promises, signs and keeps everything', async () => {
    const { request, counted } = setUp()
    const token = await request([1n, 2n], { sessionAddress: hubAddress })
    expect(clearingTokenSchema.parse(token)).toEqual(token)
    expect(readMemo(token.memoCode).kind).toBe('memo_code')
    expect(token).toMatchObject({ walletAddress: hubAddress, paymentAddress: serviceAddress, paymentChainId: 'hub-1' })
    expect([Date.parse(token.expiresAt) - Date.parse(token.issuedAt), Date.parse(token.graceUntil) - Date.parse(token.expiresAt)]).toEqual([300_000, 600_000])
    expect(token.packets.reduce((sum, packet) => sum + BigInt(packet.share.amount), 0n)).toBe(BigInt(token.total.amount))
    expect(signer.verify(canonicalTokenText(promiseOf(token)), token.signature)).toBe(true)
    const record = await reads.operation(token.token)
    expect(record).toMatchObject({ status: 'awaiting_payment', memoCode: token.memoCode, total: { denom: 'uatom', amount: BigInt(token.total.amount) } })
    expect(record?.feeLines.map(toFeeLineDto)).toEqual(token.feeLines)
    expect(record?.packets.map(packet => packet.share)).toEqual(token.packets.map(packet => BigInt(packet.share.amount)))
    const [row] = await database.db.select().from(schema.clearingTokens).where(eq(schema.clearingTokens.token, token.token))
    expect(row).toMatchObject({ sessionAddress: hubAddress, signature: token.signature })
    expect(counted).toEqual(['hub-1 issued'])
  })

  it('may be asked again for the same packets: each token stands alone', async () => {
    const { request } = setUp()
    const [first, second] = [await request([3n]), await request([3n])]
    expect(first.token).not.toBe(second.token)
    expect(first.memoCode).not.toBe(second.memoCode)
  })

  it('draws another memo code when one is taken', async () => {
    const taken = await setUp().request([4n])
    const symbols = [...taken.memoCode.slice(4, 14)].map(symbol => '23456789ABCDEFGHJKMNPQRSTWXYZ'.indexOf(symbol))
    let draws = 0
    const unlucky: Ids = { ...ids, randomIntegers: (count, base) => (draws += 1) === 1 ? symbols : ids.randomIntegers(count, base) }
    const token = await setUp({ ids: unlucky }).request([4n])
    expect(draws).toBe(2)
    expect(token.memoCode).not.toBe(taken.memoCode)
  })

  it('gives up when every draw is taken, and leaves nothing behind', async () => {
    const taken = await setUp().request([5n])
    const symbols = [...taken.memoCode.slice(4, 14)].map(symbol => '23456789ABCDEFGHJKMNPQRSTWXYZ'.indexOf(symbol))
    const before = await database.db.$count(schema.clearingTokens)
    const { request, counted } = setUp({ ids: { ...ids, randomIntegers: () => symbols } })
    await expect(request([5n])).rejects.toThrow()
    expect(await database.db.$count(schema.clearingTokens)).toBe(before)
    expect(counted).toEqual(['hub-1 internal'])
  })

  it('limits open tokens per IP and per signed-in wallet, and counts neither by what a request claims', async () => {
    const { request, counted } = setUp({ quotas: { openTokensPerIp: 2, openTokensPerWallet: 1 } })
    await request([6n], { ipKey: 'one house' })
    await request([7n], { ipKey: 'one house' })
    await expect(request([8n], { ipKey: 'one house' })).rejects.toMatchObject({ code: 'quota_exceeded' })
    await request([8n], { ipKey: 'another house', sessionAddress: 'cosmos1quota' })
    await expect(request([9n], { sessionAddress: 'cosmos1quota' })).rejects.toMatchObject({ code: 'quota_exceeded' })
    // The same wallet address in the body, without its session: a stranger's quota is not ours to use up.
    await expect(request([9n])).resolves.toMatchObject({ walletAddress: hubAddress })
    expect(counted.filter(line => line === 'hub-1 quota_exceeded')).toHaveLength(2)
  })

  it('keeps nothing of a refused request', async () => {
    const world = new QuoteWorld()
    world.readiness = { ...world.readiness, ready: false, problems: ['no Hermes'] }
    const before = await database.db.$count(schema.clearingTokens)
    await expect(setUp({ world }).request([10n])).rejects.toMatchObject({ code: 'relayer_not_ready' })
    expect(await database.db.$count(schema.clearingTokens)).toBe(before)
  })

  it('refuses a wallet address with a typing error', async () => {
    const request = makeRequestToken({ buildQuote: new QuoteWorld().buildQuote(reads), store, reads, signer, clock: { now: () => new Date() }, ids, metrics: { requestCounted: () => {}, stageObserved: () => {}, relayerRunFinished: () => {} }, lifetimes: { ttlMs: 1, graceMs: 1 }, quotas: { openTokensPerIp: 1, openTokensPerWallet: 1 } })
    await expect(request({ walletAddress: hubAddress.replace('zuvk', 'zuvq'), paymentChainId: 'hub-1', packets: [aPacketId(1n)], requester: { ipKey: 'x', sessionAddress: null } })).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
