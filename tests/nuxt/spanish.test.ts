import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import BarChart from '~/components/base/BarChart.vue'
import ErrorNotice from '~/components/base/ErrorNotice.vue'
import ShareButton from '~/components/base/ShareButton.vue'
import ChannelList from '~/components/channel/ChannelList.vue'
import StuckPackets from '~/components/channel/StuckPackets.vue'
import ClearingEvents from '~/components/clearing/ClearingEvents.vue'
import ClearingHistory from '~/components/clearing/ClearingHistory.vue'
import ClearingProgress from '~/components/clearing/ClearingProgress.vue'
import ClearingReceipt from '~/components/clearing/ClearingReceipt.vue'
import FeeEstimator from '~/components/clearing/FeeEstimator.vue'
import HistoryFilters from '~/components/clearing/HistoryFilters.vue'
import PacketSelector from '~/components/clearing/PacketSelector.vue'
import PaymentPrompt from '~/components/clearing/PaymentPrompt.vue'
import StatisticsCharts from '~/components/clearing/StatisticsCharts.vue'
import UserStatistics from '~/components/clearing/UserStatistics.vue'
import PacketCard from '~/components/packet/PacketCard.vue'
import PacketFacts from '~/components/packet/PacketFacts.vue'
import PacketTimeline from '~/components/packet/PacketTimeline.vue'
import UsualDelivery from '~/components/packet/UsualDelivery.vue'
import SearchResults from '~/components/search/SearchResults.vue'
import WalletNotice from '~/components/wallet/WalletNotice.vue'
import ErrorPage from '~/error.vue'
import HelpPage from '~/pages/help.vue'
import { en } from '~/locales/en'
import { es } from '~/locales/es'
import { help } from '~/locales/en/help'
import { innerWords } from '~/locales/en/inner'
import { ApiProblem, type ProblemCode } from '~/services/api-problem'
import { noFilter } from '~/services/history-filter'
import { WalletFailure, type WalletFailureCode } from '~/services/wallet-failure'
import { errorCodes, packetRefusalCodes, problemReasons } from '#shared/types/error-codes'
import { nextCodes, nextRefunds, operationEventTypes, operationStatuses, packetResults, paymentIssues, paymentStates, refundHoldReasons, refundReasons, refundStates, refundStatuses, relayedByNames } from '#shared/types/clearing'
import { codeOfReason, diagnosisReasons, evidenceAnswers, evidenceQueries, openQuestions, packetLegs, packetNeeds, packetOutcomes, packetRefundStates, packetStates, payingHelpsAnswers, transactionFindings } from '#shared/types/packet'
import { aClearedStatus, aClearingToken, aHash, aliceOnHub, anEvent, anOperationSummary, aPacket, aPacketId, aProblem, aQuote, aRefundDto, aStatus, bobOnOsmosis, someStatistics, twoChains } from '../builders/dto'
import { textsOf } from '../builders/texts'
import { chainsAre } from './world'

/** Stands in every text that the server writes in English. */
const english = 'ENGLISH OF THE SERVER'
const spanishTexts = new Set(textsOf(es).map(([, text]) => text))
/** What our catalogue says in English only: sentences, and words long enough not to stand inside a Spanish one. */
const englishTexts = [...new Set(textsOf([en, innerWords, help]).map(([, text]) => text))].filter(text => text.length >= 8 && !spanishTexts.has(text))

type Shown = Awaited<ReturnType<typeof mountSuspended>>

function englishIn(shown: Shown): string[] {
  const root = shown.element as Element
  const texts = [root, ...root.querySelectorAll('*')].flatMap((element) => {
    const attributes = ['aria-label', 'title', 'placeholder', 'alt'].flatMap(name => element.getAttribute(name) ?? [])
    const own = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.textContent ?? '')
    return [...attributes, ...own]
  })
  const words = new RegExp(`(?<!\\p{L})(?:${englishTexts.map(text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})(?!\\p{L})`, 'u')
  const found = texts.map(text => text.trim()).filter(text => text.includes(english) || words.test(text))
  return [...found, ...[...root.querySelectorAll('[lang="en"]:not([hreflang])')].map(element => `marked as English: ${element.textContent}`)]
}

async function expectSpanish(component: Parameters<typeof mountSuspended>[0], props: Record<string, unknown> = {}) {
  const shown = await mountSuspended(component, { props })
  expect(englishIn(shown)).toEqual([])
  shown.unmount()
}

beforeEach(async () => {
  chainsAre()
  await useLocaleChoice().choose('es', { keep: false })
})
afterEach(() => useLocaleChoice().choose('en', { keep: false }))

const params = {
  chainId: 'osmo-1', clientId: '07-tendermint-1', channelId: 'channel-0', trustingPeriodSeconds: 864_000, since: '2026-11-23T02:00:00Z', secondsLeft: 60, blocksLeft: '4', blockedBySequence: '41', bytes: 9000,
  limitBytes: 8000, endpointCount: 2, forward: { receiver: bobOnOsmosis, portId: 'transfer', channelId: 'channel-9' },
  nextHops: [{ id: aPacketId('7'), state: 'stuck_undelivered' as const, code: 'undelivered' as const, payingHelps: 'yes' as const }],
}
const evidence = [...evidenceQueries.map(query => ({ query, answer: 'present' })), ...evidenceAnswers.map(answer => ({ query: 'packet_commitment', answer })), { query: 'newest_block', answer: '2026-11-24T02:00:00.000Z' }, { query: 'next_sequence_send', answer: '1234' }]
  .map(row => ({ ...row, chainId: 'hub-1', height: '1200', endpointCount: 2 }))
const unanswered = openQuestions.map(question => ({ question, chainId: 'hub-1', detail: english }))
const aDiagnosis = { ...aPacket().diagnosis, sentence: english, nextStep: english, params, evidence }
const legs = packetLegs.map(leg => ({ leg, chainId: 'hub-1', height: '1001', time: '2026-11-23T23:00:00Z', txHash: aHash, signer: aliceOnHub }))

describe('a page in Spanish says nothing in English', () => {
  it('the test would notice', async () => {
    const notice = await mountSuspended(ErrorNotice, { props: { failure: new ApiProblem('not_ready') } })
    expect(englishIn(notice)).toEqual([])
    await useLocaleChoice().choose('en', { keep: false })
    await nextTick()
    expect(englishIn(notice)).toContain(en.failures.problems.not_ready.sentence)
  })

  it.each(diagnosisReasons)('of a packet: %s', async (reason) => {
    await expectSpanish(PacketCard, { packet: aPacket({ unanswered, diagnosis: { ...aDiagnosis, reason, code: codeOfReason[reason] } }) })
  })

  it.each(packetStates)('of a packet that is %s', async (state) => {
    for (const outcome of [null, ...packetOutcomes]) await expectSpanish(PacketTimeline, { packet: aPacket({ state, outcome, legs }) })
    for (const payingHelps of payingHelpsAnswers) await expectSpanish(PacketCard, { packet: aPacket({ state, diagnosis: { ...aDiagnosis, payingHelps } }) })
  })

  it.each(packetRefundStates)('of what comes back: %s', async (state) => {
    const refund = { chainId: 'hub-1', address: aliceOnHub, coin: { denom: 'uatom', amount: '12500000' }, cause: 'timeout', state, txHash: aHash } as const
    await expectSpanish(PacketCard, { packet: aPacket({ refund, diagnosis: aDiagnosis }) })
  })

  it('of its facts, of search results and of the choice', async () => {
    await expectSpanish(UsualDelivery, { times: { medianSeconds: 22, p95Seconds: 180, sampleSize: 40, waiting: 3, days: 7 } })
    await expectSpanish(ShareButton, { url: 'https://relayooor.example', title: '' })
    await expectSpanish(PacketFacts, { packet: aPacket({ timeoutHeight: '0-1200' }) })
    const items = packetNeeds.map((need, index) => aPacket({ id: aPacketId(String(index)), need, diagnosis: { ...aDiagnosis, payingHelps: index === 0 ? 'no' : 'yes' } }))
    await expectSpanish(SearchResults, { list: { items, nextCursor: 'more', unanswered } })
    await expectSpanish(SearchResults, { list: { items: [], nextCursor: null, unanswered: [] } })
    await expectSpanish(PacketSelector, { packets: items, modelValue: [] })
    await expectSpanish(PacketSelector, { packets: [], modelValue: [] })
  })

  it.each(transactionFindings)('of a search by a transaction: %s', async (transaction) => {
    for (const items of [[], [aPacket({ diagnosis: aDiagnosis })]]) await expectSpanish(SearchResults, { list: { items, nextCursor: null, unanswered: [], transaction } })
  })

  const problemCodes: readonly ProblemCode[] = [...errorCodes, 'offline', 'timeout', 'unreadable_answer']
  // Of these two the server passes on what a node or the operator said.
  it.each(problemCodes.filter(code => code !== 'transaction_rejected' && code !== 'paused'))('of a refusal: %s', async (code) => {
    const problem = code === 'offline' || code === 'timeout' || code === 'unreadable_answer' ? undefined : aProblem(code, { title: english, detail: english, nextStep: english, errors: [{ path: 'packets', message: english }] })
    await expectSpanish(ErrorNotice, { failure: new ApiProblem(code, { problem }) })
  })

  it('of a refusal with a reason, and of packets that are refused', async () => {
    for (const reason of problemReasons) await expectSpanish(ErrorNotice, { failure: new ApiProblem('invalid_request', { problem: aProblem('invalid_request', { reason, detail: english, nextStep: english }) }) })
    const packets = packetRefusalCodes.map(code => ({ id: aPacketId(), code, reason: english }))
    await expectSpanish(ErrorNotice, { failure: new ApiProblem('packets_not_clearable', { problem: aProblem('packets_not_clearable', { detail: english, packets }) }) })
  })

  it('but what only the server can say is shown, and marked: the words of a node, and codes of a newer server', async () => {
    const rejected = await mountSuspended(ErrorNotice, { props: { failure: new ApiProblem('transaction_rejected', { problem: aProblem('transaction_rejected', { detail: english }) }) } })
    expect(rejected.get('[lang="en"]').text()).toBe(english)
    const newer = await mountSuspended(ErrorNotice, { props: { failure: { data: { ...aProblem('internal'), code: 'of_tomorrow', detail: english } } } })
    expect(newer.get('[lang="en"]').text()).toBe(english)
    expect(newer.text()).toContain(es.failures.problems.unreadable_answer.sentence)
  })

  const walletCodes = Object.keys(en.failures.walletFailures) as WalletFailureCode[]
  it('of a wallet that fails', async () => {
    for (const code of walletCodes) await expectSpanish(WalletNotice, { failure: new WalletFailure(code) })
  })

  it('of the price', async () => {
    const quote = aQuote()
    const feeLines = [...quote.feeLines.map(line => ({ ...line, detail: english })), ...quote.feeLines.map(({ kind, coin }) => ({ kind, coin, detail: `${english} of an older price` }))]
    await expectSpanish(FeeEstimator, { chains: twoChains(), quote: { ...quote, feeLines }, modelValue: 'hub-1' })
    await expectSpanish(PaymentPrompt, { token: aClearingToken(), payment: { kind: 'idle' }, available: ['keplr'], pageUrl: 'http://localhost/1' })
  })

  it.each(operationStatuses)('of a clearing: %s', async (status) => {
    await expectSpanish(ClearingProgress, { status: aClearedStatus({ status, next: { code: 'cleared', refund: null, sentence: english, by: '2026-11-24T02:00:00Z' } }) })
  })

  it.each(nextCodes)('of what comes next: %s', async (code) => {
    await expectSpanish(ClearingProgress, { status: aClearedStatus({ next: { code, refund: null, sentence: english, by: null } }) })
  })

  it('of its results, payments, refunds and events', async () => {
    const before = aClearedStatus()
    for (const refund of nextRefunds) await expectSpanish(ClearingProgress, { status: { ...before, next: { code: 'not_cleared', refund, sentence: english, by: null } } })
    for (const paymentIssue of paymentIssues) await expectSpanish(ClearingProgress, { status: { ...before, paymentIssue } })
    for (const refundStatus of refundStatuses) await expectSpanish(ClearingProgress, { status: { ...before, refundStatus } })
    const [packet] = before.packets
    await expectSpanish(ClearingProgress, { status: { ...before, packets: [
      ...packetResults.map((result, index) => ({ ...packet, id: aPacketId(String(index)), result, legs, evidence })),
      ...relayedByNames.map((relayedBy, index) => ({ ...packet, id: aPacketId(String(index + 9)), relayedBy })),
      ...packetNeeds.map((need, index) => ({ ...packet, id: aPacketId(String(index + 19)), need, result: null, relayedBy: null, attempts: 3 })),
    ] } })
    const [payment] = before.payments
    const refunds = [...refundStates.map(state => ({ state })), ...refundHoldReasons.map(holdReason => ({ state: 'held' as const, holdReason })), ...refundReasons.map(reason => ({ reason })), { networkFee: { denom: 'uatom', amount: '500' }, confirmedAt: '2026-11-24T02:00:00Z' }]
      .map((over, index) => aRefundDto({ id: `0190f3d0-0000-7000-8000-0000000000${String(index).padStart(2, '0')}`, ...over }))
    await expectSpanish(ClearingReceipt, { status: { ...before, payments: paymentStates.map((state, index) => ({ ...payment, state, height: String(index), reason: english })), refunds } })
    await expectSpanish(ClearingReceipt, { status: aStatus() })
    await expectSpanish(ClearingEvents, { events: operationEventTypes.map((type, index) => anEvent(String(index), type, { reason: english })) })
  })

  it('of the history, its filters and charts', async () => {
    const operations = operationStatuses.map((status, index) => anOperationSummary({ token: `${index}`, status, packets: [...packetResults, null].map(result => ({ id: aPacketId(), result })), refunds: refundHoldReasons.map(holdReason => aRefundDto({ state: 'held', holdReason })) }))
    await expectSpanish(ClearingHistory, { operations, more: true })
    await expectSpanish(ClearingHistory, { operations: [] })
    await expectSpanish(ClearingHistory, { operations: [], filtered: true })
    await expectSpanish(HistoryFilters, { chains: twoChains(), csvUrl: '/', modelValue: { ...noFilter, status: 'cleared' } })
    const statistics = someStatistics({ packetsByResult: packetResults.map(result => ({ result, packets: 2 })) })
    await expectSpanish(UserStatistics, { statistics })
    await expectSpanish(UserStatistics, { statistics: someStatistics({ spent: [], timeToClear: { medianSeconds: null, sampleSize: 0 } }) })
    await expectSpanish(StatisticsCharts, { statistics })
    await expectSpanish(BarChart, { title: 'x', nameColumn: 'y', valueColumn: 'z', bars: [{ name: 'a', value: 1 }] })
  })

  it('of the channels, the help, and where there is no page', async () => {
    const source = { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' }
    const destination = { chainId: 'osmo-1', portId: 'transfer', channelId: 'channel-7' }
    const delivery = { medianSeconds: 9, p95Seconds: 20, sampleSize: 3, waiting: 1 }
    await expectSpanish(ChannelList, { channels: [{ source, destination, undelivered: 2, unacknowledged: 1, oldestPendingAt: '2026-11-23T23:00:00Z', readAt: '2026-11-24T02:00:00Z', delivery }, { source: destination, destination: source, undelivered: null, unacknowledged: null, oldestPendingAt: null, readAt: null, delivery: { medianSeconds: null, p95Seconds: null, sampleSize: 0, waiting: 0 } }] })
    const stuck = ['delivery', 'acknowledgement'].map((waitsFor, index) => ({ id: aPacketId(String(index)), destinationChainId: 'osmo-1', waitsFor, pendingSince: '2026-11-23T23:00:00Z', coin: null }))
    await expectSpanish(StuckPackets, { list: { stuck, stuckTotal: 2, stuckAfterSeconds: 900 } })
    await expectSpanish(StuckPackets, { list: { stuck: [], stuckTotal: 0, stuckAfterSeconds: 900 } })
    await expectSpanish(HelpPage)
    for (const statusCode of [404, 500]) await expectSpanish(ErrorPage, { error: { statusCode, statusMessage: english, message: english } })
  })
})
