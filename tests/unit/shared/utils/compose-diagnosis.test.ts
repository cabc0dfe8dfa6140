import { describe, expect, it } from 'vitest'
import { spanishDiagnosis } from '../../../../locales/es/diagnosis'
import { diagnosisReasons, type DiagnosisReason, type PayingHelps } from '../../../../shared/types/packet'
import { composeDiagnosis, unknownWordsIn, type DiagnosedPacket, type DiagnosisFormats } from '../../../../shared/utils/compose-diagnosis'
import { englishDiagnosis, type DiagnosisTexts } from '../../../../shared/utils/diagnosis-texts'
import { durationText, shortAddress } from '../../../../shared/utils/short-text'

const formats: DiagnosisFormats = {
  chainName: chainId => ({ 'hub-1': 'Hub', 'osmo-1': 'Osmosis' })[chainId] ?? chainId,
  coin: coin => `${Number(coin.amount) / 1e6} ATOM`,
  address: shortAddress,
  duration: durationText,
}
const transfer = { sender: 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl', receiver: 'osmo12ecyuddg4wlnhztusgju5zxxjgznkz7fcj8wqj', coin: { denom: 'uatom', amount: '12500000' } }
const hop = { chainId: 'osmo-1', portId: 'transfer', channelId: 'channel-9', sequence: '8' }
const everything: DiagnosedPacket['diagnosis']['params'] = {
  chainId: 'osmo-1', clientId: '07-tendermint-4', channelId: 'channel-7', trustingPeriodSeconds: 864_000, since: '2026-11-24T11:00:00Z', secondsLeft: 90, blocksLeft: '12',
  blockedBySequence: '41', bytes: 40_000, limitBytes: 32_768, endpointCount: 3, forward: { receiver: 'juno12ecyuddg4wlnhztusgju5zxxjgznkz7fcj8wqj', channelId: 'channel-9' }, nextHops: [{ id: hop }],
}

function composed(reason: DiagnosisReason, over: Partial<Omit<DiagnosedPacket, 'diagnosis'>> & { readonly params?: typeof everything, readonly payingHelps?: PayingHelps, readonly texts?: DiagnosisTexts } = {}) {
  const { params = everything, payingHelps = 'no', texts = englishDiagnosis, ...packet } = over
  return composeDiagnosis({
    id: { chainId: 'hub-1', channelId: 'channel-0', sequence: '42' }, destination: { chainId: 'osmo-1' }, transfer,
    refund: { chainId: 'hub-1', address: transfer.sender }, sentAt: '2026-11-24T09:00:00Z', timeoutAt: null, asOf: '2026-11-24T12:00:00Z', ...packet,
    diagnosis: { reason, payingHelps, params },
  }, texts, formats)
}

describe('words of a diagnosis', () => {
  it('name the real amount, addresses, chains and age', () => {
    expect(composed('undelivered').sentence).toBe('12.5 ATOM from cosmos1zuvk…nxtl left Hub 3 h ago for osmo12ecy…8wqj, and no relayer has delivered it to Osmosis.')
    expect(composed('timed_out').sentence).toBe('12.5 ATOM for osmo12ecy…8wqj was not delivered to Osmosis in time; your refund of 12.5 ATOM to cosmos1zuvk…nxtl on Hub waits for a relayer to prove that.')
    expect(composed('client_expired').sentence).toBe('12.5 ATOM cannot move, because the light client 07-tendermint-4 on Osmosis expired 1 h ago, after 10 days without an update.')
    expect(composed('forwarded_payable').nextStep).toBe('Do not pay for this packet; have packet osmo-1/transfer/channel-9/8 cleared instead.')
  })

  it('say less where less is known, and stay whole sentences', () => {
    const bare = { transfer: null, refund: null, sentAt: null, destination: null, params: {} }
    expect(composed('undelivered', bare).sentence).toBe('Packet 42 left Hub, and no relayer has delivered it to the destination.')
    expect(composed('timed_out', bare).sentence).toBe('Packet 42 was not delivered to the destination in time, and no relayer has proved that to Hub.')
  })

  const onlyOfTransfers: readonly DiagnosisReason[] = ['delivered_forwarded', 'delivered_forward_asked', 'completed_forwarded', 'completed_forward_asked', 'memo_too_long', 'receiver_too_long']
  it.each(diagnosisReasons.filter(reason => !onlyOfTransfers.includes(reason)))('%s: a packet without a transfer is nobody\'s money', (reason) => {
    const { sentence, nextStep } = composed(reason, { transfer: null, refund: null })
    expect(`${sentence} ${nextStep}`).not.toMatch(/your money|the money|tokens|refund|balance|paid the receiver|returned/i)
  })

  it('say that the refund can be cleared after the timeout where only the destination stands in the way', () => {
    const waiting = { params: { ...everything, clearableAfterTimeout: true as const }, timeoutAt: '2026-11-24T13:30:00Z' }
    expect(composed('client_expired', waiting).nextStep).toBe('Paying would not help now. Once it has timed out (in 1 h 30 min), the refund on Hub can be cleared here.')
    expect(composed('channel_closed', { ...waiting, timeoutAt: null }).nextStep).toBe('Paying would not help now. Once it has timed out, the refund on Hub can be cleared here.')
    expect(composed('client_frozen', { ...waiting, transfer: null }).nextStep).toBe('Paying would not help now. Once it has timed out (in 1 h 30 min), its timeout can be cleared here.')
  })

  it('count one as one', () => {
    expect(composed('timing_out_soon_by_height').sentence).toContain('in 12 blocks.')
    expect(composed('timing_out_soon_by_height', { params: { blocksLeft: '1' } }).sentence).toContain('in 1 block.')
    expect(composed('packet_data_pruned').sentence).toContain('none of the 3 nodes we can ask still has the transaction')
    expect(composed('packet_data_pruned', { params: { endpointCount: 1 } }).sentence).toContain('the one node we can ask no longer has the transaction')
    const spanish = (reason: DiagnosisReason, params: typeof everything) => composed(reason, { params, texts: spanishDiagnosis }).sentence
    expect(spanish('timing_out_soon_by_height', { blocksLeft: '1' })).toContain('en 1 bloque.')
    expect(spanish('packet_data_pruned', { endpointCount: 1 })).toContain('el único nodo')
    expect(spanish('packet_data_pruned', { endpointCount: 2 })).toContain('ninguno de los 2 nodos')
  })

  it.each([englishDiagnosis, spanishDiagnosis])('write a packet\'s name small inside of a sentence, and large at its start', (texts) => {
    for (const reason of diagnosisReasons) {
      const { sentence } = composed(reason, { transfer: null, refund: null, texts })
      expect(sentence).toMatch(/^\p{Lu}/u)
      expect(sentence).not.toMatch(/.(?:El paquete|Packet) \d/)
    }
  })

  it('do not promise that paying helps where it is not known', () => {
    expect(composed('undelivered', { payingHelps: 'yes' }).nextStep).toContain('cleared')
    expect(composed('undelivered', { payingHelps: 'unknown' }).nextStep).toBe(englishDiagnosis.askAgain)
  })

  it.each(diagnosisReasons)('%s: one sentence without gaps, and a next step', (reason) => {
    expect(unknownWordsIn(englishDiagnosis.reasons[reason])).toEqual([])
    const { sentence, nextStep } = composed(reason)
    const neutral = composed(reason, { transfer: null, refund: null })
    for (const text of [sentence, nextStep, neutral.sentence, neutral.nextStep]) {
      expect(text).toMatch(/^[A-Z0-9].*\.$/)
      expect(text).not.toMatch(/[{}[\]]|\?| {2}|undefined/)
    }
    expect(sentence.match(/\. /)).toBeNull()
  })
})
