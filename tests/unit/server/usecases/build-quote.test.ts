import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PacketFacts } from '../../../../server/domain/packet/facts'
import { makePreviewQuote } from '../../../../server/usecases/preview-quote'
import { quoteSchema } from '#shared/schemas/clearing'
import type { PacketId } from '#shared/utils/packet-id'
import { aPacketId, finished, QuoteWorld, receivedWith, serviceAddress } from '../../../builders/quote-world'
import { at } from '../../../builders/tokens'

const nothingClaimed = { liveClaims: async () => [] }
const ask = (world: QuoteWorld, packets: PacketId[], paymentChainId = 'hub-1') => world.buildQuote(nothingClaimed)({ paymentChainId, packets })
const known = <T>(value: T) => ({ known: true as const, value, height: 500n, endpointCount: 1 })

describe('a quote', () => {
  it('prices what is stuck, by what each packet needs', async () => {
    const world = new QuoteWorld()
    const timedOut = world.set(aPacketId(2n), { destinationTip: known({ height: 900n, time: at(200_000) }) })
    const { quote, paymentAddress } = await ask(world, [aPacketId(1n), timedOut])
    expect(paymentAddress).toBe(serviceAddress)
    expect(quote.packets.map(packet => packet.need)).toEqual(['deliver', 'timeout'])
    expect(quote.feeLines.map(line => [line.kind, line.coin.amount])).toEqual([['service', 1_000_000n], ['packets', 200_000n], ['gas', 12_500n], ['gas', 2_250n]])
    expect(quote.total).toEqual({ denom: 'uatom', amount: 1_214_750n })
  })

  it('answers a preview in the contract\'s shape', async () => {
    const preview = await makePreviewQuote({ buildQuote: new QuoteWorld().buildQuote(nothingClaimed) })({ paymentChainId: 'hub-1', packets: [aPacketId(1n)] })
    expect(quoteSchema.parse(preview)).toEqual(preview)
  })

  it('may span channels of one direction and the other', async () => {
    const world = new QuoteWorld()
    const back = aPacketId(5n, { chainId: 'zone-1', channelId: 'channel-7' })
    world.set(back, { destination: { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' } })
    const { quote } = await ask(world, [aPacketId(1n), back])
    expect(quote.packets.map(packet => packet.destination.chainId)).toEqual(['zone-1', 'hub-1'])
  })

  const young = { legs: [{ leg: 'send' as const, chainId: 'hub-1', height: 10n, time: at(900), txHash: 'AB'.repeat(32), signer: null }] }
  const refusals: [string, Partial<PacketFacts>, string][] = [
    ['is finished', finished, 'already_completed'],
    ['was delivered', receivedWith('success'), 'already_delivered'],
    ['is young', young, 'in_flight'],
    ['was never sent', { commitment: known(false), nextSequenceSend: known(1n) }, 'not_found'],
    ['cannot be judged', { commitment: { known: false, reason: 'no endpoint answers' } }, 'state_unknown'],
    ['is being forwarded', receivedWith('none'), 'async_ack_pending'],
    ['lost its data', { sent: known(null) }, 'packet_data_pruned'],
    ['times out in a minute', { destinationTip: known({ height: 500n, time: at(99_950) }) }, 'in_flight'],
    ['goes to a chain that stopped', { destinationTip: known({ height: 500n, time: at(0) }) }, 'chain_halted'],
  ]

  it.each(refusals)('case 25a: refuses a packet that %s', async (_name, facts, code) => {
    const world = new QuoteWorld()
    const id = world.set(aPacketId(1n), facts)
    await expect(ask(world, [aPacketId(2n), id])).rejects.toMatchObject({ code: 'packets_not_clearable', packets: [{ id, code, reason: expect.stringMatching(/.{10}/) }] })
  })

  it('sells an error acknowledgement that waits to come back', async () => {
    const world = new QuoteWorld()
    const { quote } = await ask(world, [world.set(aPacketId(1n), receivedWith('error'))])
    expect(quote.packets[0]?.need).toBe('acknowledge')
  })

  it('refuses routes and chains that are not served', async () => {
    const elsewhere = aPacketId(1n, { channelId: 'channel-99' })
    await expect(ask(new QuoteWorld(), [elsewhere])).rejects.toMatchObject({ code: 'packets_not_clearable', packets: [{ id: elsewhere, code: 'route_not_served' }] })
    await expect(ask(new QuoteWorld(), [aPacketId(1n)], 'mars-1')).rejects.toMatchObject({ code: 'chain_not_served' })
    await expect(ask(new QuoteWorld(), [aPacketId(1n)], 'zone-1')).rejects.toMatchObject({ code: 'route_not_quotable' })
  })

  it('case 25b: refuses doubled packets before anything is asked', async () => {
    const world = new QuoteWorld()
    await expect(ask(world, [aPacketId(1n), aPacketId(1n)])).rejects.toMatchObject({ packets: [{ id: aPacketId(1n), code: 'duplicate_in_request' }] })
    expect(world.calls).toEqual([])
  })

  it('refuses packets that a paid operation owns', async () => {
    const quote = new QuoteWorld().buildQuote({ liveClaims: async ids => ids.filter(id => id.sequence === 2n) })
    await expect(quote({ paymentChainId: 'hub-1', packets: [aPacketId(1n), aPacketId(2n)] })).rejects.toMatchObject({ packets: [{ id: aPacketId(2n), code: 'claimed_by_other' }] })
  })

  it('refuses while a client is expired or a channel closed', async () => {
    const world = new QuoteWorld()
    world.route = { destinationClientStatus: known('Expired') }
    await expect(ask(world, [aPacketId(1n)])).rejects.toMatchObject({ packets: [{ code: 'client_not_active' }] })
    world.route = { sourceChannelState: known('closed') }
    await expect(ask(world, [aPacketId(2n)])).rejects.toMatchObject({ code: 'packets_not_clearable' })
  })

  it('case 26c: asks for the earlier packets of an ordered channel too', async () => {
    const world = new QuoteWorld()
    world.route = { ordering: 'ordered' }
    world.undelivered = [3n, 4n, 5n]
    await expect(ask(world, [aPacketId(4n), aPacketId(5n)])).rejects.toMatchObject({ packets: [{ id: aPacketId(4n), code: 'earlier_packet_pending' }, { code: 'earlier_packet_pending' }] })
    await expect(ask(world, [aPacketId(3n), aPacketId(4n)])).resolves.toMatchObject({ paymentAddress: serviceAddress })
  })

  describe('on an ordered channel', () => {
    type Kind = 'success' | 'error' | 'none' | 'undelivered' | 'timed_out'
    const timedOut = { destinationTip: known({ height: 900n, time: at(200_000) }) }
    /** The pending packets of a channel: sequence 1 is the first. */
    function ordered(kinds: readonly Kind[]): QuoteWorld {
      const world = new QuoteWorld()
      world.route = { ordering: 'ordered' }
      const sequences = kinds.map((_, index) => BigInt(index + 1))
      const received = (index: number) => ['success', 'error', 'none'].includes(kinds[index]!)
      world.unacknowledged = sequences.filter((_, index) => received(index))
      world.undelivered = sequences.filter((_, index) => !received(index))
      for (const [index, kind] of kinds.entries()) {
        world.set(aPacketId(sequences[index]!), kind === 'undelivered' ? {} : kind === 'timed_out' ? timedOut : receivedWith(kind))
      }
      return world
    }

    it('sells no refund that an earlier acknowledgement holds up, unless both are cleared', async () => {
      await expect(ask(ordered(['success', 'error']), [aPacketId(2n)])).rejects.toMatchObject({ packets: [{ id: aPacketId(2n), code: 'earlier_packet_pending' }] })
      await expect(ask(ordered(['success', 'error']), [aPacketId(1n), aPacketId(2n)])).rejects.toMatchObject({ packets: [{ id: aPacketId(1n), code: 'already_delivered' }] })
      await expect(ask(ordered(['error', 'error']), [aPacketId(2n)])).rejects.toMatchObject({ packets: [{ code: 'earlier_packet_pending' }] })
      await expect(ask(ordered(['error', 'error']), [aPacketId(1n), aPacketId(2n)])).resolves.toMatchObject({ paymentAddress: serviceAddress })
    })

    it('sells no delivery behind a packet that timed out, whose timeout closes the channel', async () => {
      const both = ask(ordered(['timed_out', 'undelivered']), [aPacketId(1n), aPacketId(2n)])
      await expect(both).rejects.toMatchObject({ packets: [{ id: aPacketId(2n), code: 'earlier_packet_pending' }] })
      await expect(ask(ordered(['undelivered', 'timed_out', 'undelivered']), [aPacketId(1n), aPacketId(3n)])).rejects.toMatchObject({ packets: [{ id: aPacketId(3n), code: 'earlier_packet_pending' }] })
      await expect(ask(ordered(['timed_out', 'undelivered']), [aPacketId(1n)])).resolves.toMatchObject({ paymentAddress: serviceAddress })
    })

    it('sells nothing whose place in the order could not be asked', async () => {
      const world = ordered(['error', 'undelivered'])
      world.channelAnswers = false
      await expect(ask(world, [aPacketId(1n)])).rejects.toMatchObject({ packets: [{ code: 'state_unknown' }] })
      await expect(ask(world, [aPacketId(2n)])).rejects.toMatchObject({ packets: [{ code: 'state_unknown' }] })
    })

    /** What ibc-go lets through when exactly these packets are carried, earliest first. */
    function canAllBeCarried(kinds: readonly Kind[], requested: ReadonlySet<number>): boolean {
      const left = new Map(kinds.entries())
      const carriable = (index: number): boolean => {
        const earlier = [...left].filter(([other]) => other < index).map(([, kind]) => kind)
        switch (kinds[index]!) {
          case 'error': return earlier.length === 0
          case 'undelivered': return earlier.every(kind => kind !== 'undelivered' && kind !== 'timed_out') && !kinds.slice(0, index).includes('timed_out')
          case 'timed_out': return true
          default: return false
        }
      }
      return [...requested].sort((a, b) => a - b).every(index => carriable(index) && left.delete(index))
    }

    it('sells exactly what can be carried in the channel\'s order', async () => {
      const channel = fc.tuple(fc.array(fc.constantFrom<Kind>('success', 'error', 'error', 'none'), { maxLength: 3 }), fc.array(fc.constantFrom<Kind>('undelivered', 'undelivered', 'timed_out'), { maxLength: 3 }))
        .map(parts => parts.flat()).filter(kinds => kinds.length > 0)
      const asked = channel.chain(kinds => fc.tuple(fc.constant(kinds), fc.subarray(kinds.map((_, index) => index), { minLength: 1 })))
      await fc.assert(fc.asyncProperty(asked, async ([kinds, requested]) => {
        const sold = await ask(ordered(kinds), requested.map(index => aPacketId(BigInt(index + 1)))).then(() => true, () => false)
        expect({ kinds, requested, sold }).toEqual({ kinds, requested, sold: canAllBeCarried(kinds, new Set(requested)) })
      }), { numRuns: 300 })
    })
  })

  it('refuses while the relayer is not ready, and says why', async () => {
    const world = new QuoteWorld()
    world.readiness = { ...world.readiness, ready: false, problems: ['Hermes cannot be started'] }
    await expect(ask(world, [aPacketId(1n)])).rejects.toMatchObject({ code: 'relayer_not_ready', message: expect.stringContaining('Hermes cannot be started') })
    world.readiness = { ...world.readiness, ready: true, problems: ['an old version'] }
    await expect(ask(world, [aPacketId(1n)])).resolves.toBeDefined()
    world.routeProblems = ['the packet filter excludes channel-0']
    await expect(ask(world, [aPacketId(1n)])).rejects.toMatchObject({ code: 'relayer_not_ready', message: expect.stringContaining('packet filter') })
  })

  it('refuses while a wallet of the relayer is too poor, on either chain', async () => {
    const world = new QuoteWorld()
    world.balances['osmo1relayer'] = 44_999n
    await expect(ask(world, [aPacketId(1n)])).rejects.toMatchObject({ code: 'relayer_not_ready', message: expect.stringContaining('0.044999 OSMO') })
    world.balances['osmo1relayer'] = 45_000n
    await expect(ask(world, [aPacketId(1n)])).resolves.toBeDefined()
    world.readiness = { ...world.readiness, keys: world.readiness.keys.map(key => key.chainId === 'zone-1' ? { ...key, mustHold: { denom: 'uosmo', amount: 800_001n } } : key) }
    await expect(ask(world, [aPacketId(1n)])).rejects.toMatchObject({ code: 'relayer_not_ready', message: expect.stringContaining('holds 0.045 OSMO, and 0.800001 OSMO may be needed') })
    world.balances['osmo1relayer'] = 800_001n
    await expect(ask(world, [aPacketId(1n)])).resolves.toBeDefined()
    world.readiness = { ...world.readiness, keys: world.readiness.keys.slice(1) }
    await expect(ask(world, [aPacketId(1n)])).rejects.toMatchObject({ message: expect.stringContaining('no key on Hub') })
  })

  it('refuses while the chain\'s tip and our clock are more than 60 s apart, either way', async () => {
    const world = new QuoteWorld()
    for (const [second, refused] of [[940, false], [939, true], [1060, false], [1061, true]] as const) {
      world.tipTime = at(second)
      const asked = ask(world, [aPacketId(1n)])
      await (refused ? expect(asked).rejects.toMatchObject({ code: 'clock_skew' }) : expect(asked).resolves.toBeDefined())
    }
  })

  it('refuses without a conversion rate, naming it', async () => {
    const world = new QuoteWorld()
    const prices = { service: { kind: 'bare', amount: 1n }, perPacket: { kind: 'bare', amount: 1n }, gasMargin: { numerator: 1n, denominator: 1n }, conversionRates: [] } as const
    await expect(world.buildQuote(nothingClaimed, { prices })({ paymentChainId: 'hub-1', packets: [aPacketId(1n)] })).rejects.toMatchObject({ code: 'route_not_quotable', message: expect.stringContaining('uosmo') })
  })

  it('shares its questions between quotes that come together', async () => {
    const world = new QuoteWorld()
    const quote = world.buildQuote(nothingClaimed)
    await Promise.all(Array.from({ length: 5 }, () => quote({ paymentChainId: 'hub-1', packets: [aPacketId(1n)] })))
    expect(world.calls.toSorted()).toEqual(['gasPrice', 'gasPrice', 'packetFacts', 'route'])
  })
})
