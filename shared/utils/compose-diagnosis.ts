import type { DiagnosisReason, PayingHelps } from '../types/packet'
import type { CountForms, DiagnosisText, DiagnosisTexts } from './diagnosis-texts'

interface WireCoin {
  readonly denom: string
  readonly amount: string
}

/** What the texts are filled from; a packet of the API is one. */
export interface DiagnosedPacket {
  readonly id: { readonly chainId: string, readonly channelId: string, readonly sequence: string }
  readonly destination: { readonly chainId: string } | null
  readonly transfer: { readonly sender: string, readonly receiver: string, readonly coin: WireCoin } | null
  readonly refund: { readonly address: string, readonly chainId: string } | null
  readonly sentAt: string | null
  readonly timeoutAt: string | null
  readonly asOf: string
  readonly diagnosis: {
    readonly reason: DiagnosisReason
    readonly payingHelps: PayingHelps
    readonly params: {
      readonly chainId?: string
      readonly clientId?: string
      readonly channelId?: string
      readonly trustingPeriodSeconds?: number
      readonly since?: string
      readonly secondsLeft?: number
      readonly blocksLeft?: string
      readonly blockedBySequence?: string
      readonly bytes?: number
      readonly limitBytes?: number
      readonly endpointCount?: number
      readonly clearableAfterTimeout?: true
      readonly forward?: { readonly receiver: string, readonly channelId: string }
      readonly nextHops?: readonly { readonly id: { readonly chainId: string, readonly portId: string, readonly channelId: string, readonly sequence: string } }[]
    }
  }
}

/** How amounts, names and times read in one language. */
export interface DiagnosisFormats {
  readonly chainName: (chainId: string) => string
  /** A coin as a packet that `chainId` sent carries it: `12.5 ATOM`. */
  readonly coin: (coin: WireCoin, chainId: string) => string
  readonly address: (address: string) => string
  readonly duration: (seconds: number) => string
}

/** Every `{name}` that a text may use. */
const wordNames = [
  'sequence', 'what', 'sender', 'receiver', 'source', 'destination', 'age', 'refund', 'refundAddress', 'place', 'client', 'channel', 'trustingPeriod', 'trustEnded',
  'stopped', 'left', 'timesOutIn', 'blocks', 'blocker', 'bytes', 'limit', 'nodes', 'hop', 'hopReceiver', 'hopChannel',
] as const
export type DiagnosisWord = typeof wordNames[number]

const namePattern = /\{(\w+)\}/g

/** Names that a text uses and nobody fills: a spelling mistake. */
export function unknownWordsIn(text: DiagnosisText): string[] {
  const used = [...`${text.sentence} ${text.nextStep}`.matchAll(namePattern)].map(match => match[1]!)
  return used.filter(name => !(wordNames as readonly string[]).includes(name))
}

function fill(template: string, words: Readonly<Partial<Record<string, string>>>): string {
  const withoutGaps = template.replace(/\[([^[\]]*)\]/g, (_, part: string) => [...part.matchAll(namePattern)].every(match => words[match[1]!] !== undefined) ? part : '')
  return withoutGaps.replace(namePattern, (_, name: string) => words[name] ?? '?')
}

function fillSentence(template: string, words: Readonly<Partial<Record<string, string>>>): string {
  const text = fill(template, words)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function counted({ one, other }: CountForms, count: number | string | undefined): string | undefined {
  return count === undefined ? undefined : fill(String(count) === '1' ? one : other, { count: String(count) })
}

function secondsBetween(from: string | undefined | null, to: string): number | undefined {
  return from ? (Date.parse(to) - Date.parse(from)) / 1000 : undefined
}

function wordsOf(packet: DiagnosedPacket, texts: DiagnosisTexts, formats: DiagnosisFormats): Partial<Record<DiagnosisWord, string>> {
  const { id, destination, transfer, refund, diagnosis: { params } } = packet
  const duration = (seconds: number | undefined) => seconds === undefined ? undefined : formats.duration(seconds)
  const number = (value: number | string | undefined) => value === undefined ? undefined : String(value)
  const sequence = id.sequence
  const sinceThen = duration(secondsBetween(params.since, packet.asOf))
  const hop = params.nextHops?.at(-1)?.id
  return {
    sequence,
    what: transfer ? formats.coin(transfer.coin, id.chainId) : fill(texts.packet, { sequence }),
    sender: transfer ? formats.address(transfer.sender) : undefined,
    receiver: transfer ? formats.address(transfer.receiver) : undefined,
    source: formats.chainName(id.chainId),
    destination: destination ? formats.chainName(destination.chainId) : texts.somewhere,
    age: duration(secondsBetween(packet.sentAt, packet.asOf)),
    refund: refund && transfer ? formats.coin(transfer.coin, id.chainId) : undefined,
    refundAddress: refund ? formats.address(refund.address) : undefined,
    place: params.chainId === undefined ? undefined : formats.chainName(params.chainId),
    client: params.clientId,
    channel: params.channelId ?? id.channelId,
    trustingPeriod: duration(params.trustingPeriodSeconds),
    trustEnded: sinceThen,
    stopped: sinceThen,
    left: duration(params.secondsLeft),
    timesOutIn: packet.timeoutAt === null || packet.timeoutAt <= packet.asOf ? undefined : duration(secondsBetween(packet.asOf, packet.timeoutAt)),
    blocks: counted(texts.blocks, params.blocksLeft),
    blocker: params.blockedBySequence,
    bytes: number(params.bytes),
    limit: number(params.limitBytes),
    nodes: counted(texts.nodes, params.endpointCount),
    hop: hop && `${hop.chainId}/${hop.portId}/${hop.channelId}/${hop.sequence}`,
    hopReceiver: params.forward && formats.address(params.forward.receiver),
    hopChannel: params.forward?.channelId,
  }
}

const payable: ReadonlySet<DiagnosisReason> = new Set(['undelivered', 'error_ack_pending', 'timed_out'])

function textOf({ transfer, diagnosis: { reason } }: DiagnosedPacket, { reasons, withoutTransfer }: DiagnosisTexts): DiagnosisText {
  const neutral: Partial<Record<DiagnosisReason, DiagnosisText>> = withoutTransfer
  return (transfer ? undefined : neutral[reason]) ?? reasons[reason]
}

/** What to do where it does not follow from the reason alone. */
function otherStep({ transfer, diagnosis: { reason, payingHelps, params } }: DiagnosedPacket, texts: DiagnosisTexts): string | undefined {
  if (payingHelps === 'unknown' && payable.has(reason)) return texts.askAgain
  if (params.clearableAfterTimeout) return transfer ? texts.refundAfterTimeout : texts.timeoutAfterTimeout
  return undefined
}

/** The one sentence of a diagnosis and the next step, in the language of `texts`. */
export function composeDiagnosis(packet: DiagnosedPacket, texts: DiagnosisTexts, formats: DiagnosisFormats): DiagnosisText {
  const words = wordsOf(packet, texts, formats)
  const { sentence, nextStep } = textOf(packet, texts)
  return { sentence: fillSentence(sentence, words), nextStep: fillSentence(otherStep(packet, texts) ?? nextStep, words) }
}
