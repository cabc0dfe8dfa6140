import type { PaymentAnswer } from '~/composables/usePayment'
import type { FeeLineDto } from '#shared/schemas/clearing'
import type { WorkKind } from '~/services/fee-words'
import type { StageName, StageState } from '~/services/progress'
import type { WizardStep } from '~/services/wizard-steps'
import { makeCounter } from '../counter'

const count = makeCounter('en')

const steps: Readonly<Record<WizardStep, string>> = { select: 'Select', price: 'Price', pay: 'Pay', follow: 'Follow' }
const stepTitles: Readonly<Record<WizardStep, string>> = { select: 'Which packets?', price: 'What it costs', pay: 'Review and pay', follow: 'Follow it' }
const feeKinds: Readonly<Record<FeeLineDto['kind'], string>> = { service: 'Service', packets: 'Packets', gas: 'Network gas' }
const feeDetails: Readonly<Record<FeeLineDto['kind'], string>> = { service: 'Fixed fee per clearing', packets: 'Fee per packet', gas: 'What the chains take for relaying' }

/** What a relayer has to do on a chain, counted. */
const work: Readonly<Record<WorkKind, (messages: number) => string>> = {
  updateClient: messages => count(messages, 'client update', 'client updates'),
  receive: messages => count(messages, 'delivery', 'deliveries'),
  acknowledge: messages => count(messages, 'acknowledgement', 'acknowledgements'),
  timeout: messages => count(messages, 'timeout', 'timeouts'),
}

/** The wizard: select, price, pay. */
export const wizard = {
  title: 'Clear a packet',
  steps,
  stepTitles,
  selectIntro: 'Each packet is one transfer. Choose those to be cleared.',
  stepsLabel: 'Steps',
  unread: (packets: string) => `We could not read ${packets}.`,
  seePrice: 'See the price',
  fixPrice: 'Fix this price and pay',
  fixing: 'Fixing the price…',
  backToPackets: 'Back to the packets',
  ownPage: 'This has its own page, to keep or to share:',
  packetsToClear: 'Packets to clear',
  noneTitle: 'No packet chosen',
  noneLink: 'Look up your transfer',
  noneNext: ' first; the packets that can be cleared lead here.',
  selected: (selected: number, payable: number) => `${selected} of ${payable} selected`,
  selectAll: 'Select all',
  selectNone: 'Select none',
  whatWeDo: (need: string, sequence: string) => `What we do: ${need}. Sequence ${sequence}.`,
  payOn: 'Pay on',
  askingPrice: 'Asking for the price',
  noPaymentChain: 'No chain can be paid on at the moment.',
  selectOne: 'Select at least one packet to see its price.',
  refundPromise: 'Each packet has its share of the total. Whatever we do not clear goes back whole to the account that paid; if nothing is left to do when we start, everything goes back.',
  feeKinds,
  feeDetails,
  packetsTimes: (packets: number, each: string) => `${count(packets, 'packet', 'packets')} × ${each}`,
  work,
  gasOf: (chain: string, messages: string, gas: string) => `On ${chain}: ${messages} (${gas} gas)`,
  gasConverted: (cost: string) => `${cost}, converted at the operator's rate`,
  priceCaption: 'Price, line by line',
  total: 'Total',
  yourAddress: (chain: string) => `Your address on ${chain}`,
  notAnAddress: (chain: string) => `That is not an address on ${chain}.`,
  addressHint: 'Written on the order. Refunds always go back to the account that really paid.',
}

/** Paying, by wallet or by hand. */
export const pay = {
  holds: 'This price holds for',
  graceBefore: 'The price has run out. A payment whose block comes within',
  graceAfter: 'is still honoured; later ones go back.',
  over: 'Too late to pay this one. If you have paid already, nothing is lost: the payment is matched by its memo code or goes back.',
  newPrice: 'Get a new price',
  withWallet: 'Pay with a wallet',
  sent: 'Your payment:',
  answers: {
    credited: 'It is credited.',
    seen: 'It is in a block and being confirmed.',
    not_found_yet: 'Not in a block that we have read yet; we go on looking.',
    refund_owed: 'It does not count here and goes back to where it came from.',
    unallocated: 'It does not count here: it reached us, but its memo names another clearing or none. A person looks at it.',
  } satisfies Readonly<Record<PaymentAnswer, string>>,
  asking: 'Waiting for its block…',
  payAgain: 'Pay with another transaction',
  walletShows: 'Your wallet shows the amount, the receiver and the memo before you sign. Nothing leaves without it.',
  byHand: 'Or pay by hand',
  byHandHow: (chain: string) => `From any wallet on ${chain}. All three must be exactly so:`,
  memo: 'Memo',
  memoCode: 'memo code',
  amount: 'Amount',
  amountCopy: 'amount',
  to: 'To',
  neverExchange: 'Never pay from an exchange account.',
  neverExchangeWhy: 'Exchanges drop or rewrite memos, and a refund to an exchange\'s address may never reach you.',
  qrAddress: 'Payment address',
  qrPage: 'This page on your phone',
  mayClose: 'You may close this page: the memo code alone leads your payment here.',
  keepLink: 'Keep the link:',
  paidAlready: 'Paid already? Its transaction hash makes us look at once',
  look: 'Look',
}

const stages: Readonly<Record<StageName, string>> = { payment: 'Payment seen', credited: 'Credited', relaying: 'Relaying', settled: 'Read from chain' }
const stageStates: Readonly<Record<StageState, string>> = { done: 'done', current: 'now', waiting: 'not yet' }

/** The page of one clearing. */
export const status = {
  title: 'Clearing',
  titleOf: (memoCode: string) => `Clearing ${memoCode}`,
  pageLink: 'link to this page',
  stages,
  stageStates,
  connections: { connecting: 'Connecting…', live: 'Live', polling: 'Updated every few seconds', offline: 'No connection; trying again' },
  took: 'Took',
  running: 'Running for',
  typical: (duration: string, sample: number) => `typical: ${duration} (median of ${count(sample, 'clearing', 'clearings')})`,
  packets: (packets: number): string => packets === 1 ? 'Packet' : 'Packets',
  inWork: 'In work',
  notStarted: 'Not started',
  share: 'Share',
  technicalNote: 'Technical note',
  attempts: (attempts: number) => count(attempts, 'attempt', 'attempts'),
  everything: (events: number) => `Everything that happened (${events})`,
}

/** The receipt, on screen and on paper. */
export const receipt = {
  title: 'Receipt',
  unfinishedTitle: 'Price and payments',
  memoCode: 'Memo code',
  paidOn: 'Paid on',
  paidTo: 'To',
  paidBy: 'from',
  issued: 'Issued',
  finished: 'Finished',
  payments: 'Payments',
  nonePaid: 'None seen on chain yet.',
  sources: (sources: number): string => sources === 1 ? 'one source' : `${sources} sources`,
  refunds: 'Refunds',
  print: 'Print',
  signed: 'Signed receipt (JSON)',
  signedNote: 'Anybody can check the signed receipt without us:',
  because: (reason: string) => `because ${reason}`,
  toAddress: ', to',
  less: 'less',
  feeOfSending: 'network fee of sending it',
  lessFeeOfSending: 'less the network fee of sending it',
  onChainSince: (time: string) => `on chain since ${time}`,
  held: (why: string) => `Held, because ${why}.`,
  refundOf: 'Refund of',
  sendElsewhere: 'Send it to another address',
  anotherAddress: (chain: string) => `Another address on ${chain}`,
  claimHint: 'A wallet of your own, never an exchange. Signing moves nothing and costs nothing.',
  onlyPayer: 'Only the account that paid can sign this:',
}
