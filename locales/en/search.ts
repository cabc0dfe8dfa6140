import type { TransactionFinding } from '#shared/types/packet'
import { makeCounter } from '../counter'

const count = makeCounter('en')

/** The first page: the box, its answers, what is served. */
export const search = {
  title: 'Your transfer left and did not arrive?',
  intro: 'See where it is, read straight from the chains. If a relayer can free it, pay a small fee on chain and have exactly that packet cleared. If we cannot, the fee goes back.',
  resultsTitle: 'What became of it',
  label: 'Address, transaction, explorer link or packet',
  placeholder: 'cosmos1… or a transaction hash',
  submit: 'Look it up',
  recognised: {
    empty: 'An address, a transaction hash, an explorer link or a packet id.',
    packet: (key: string) => `A packet: ${key}`,
    transactionOn: (chain: string) => `A transaction on ${chain}`,
    transaction: 'A transaction hash. We will look on every chain we serve.',
    addressOn: (chain: string) => `An address on ${chain}`,
    address: 'An address, of a chain that we do not serve. We will look for it as a sender and a receiver.',
    channel: (channel: string, chain: string) => `A channel: ${channel} on ${chain}`,
    clearing: 'A clearing that was ordered here.',
    denom: 'The name of a token, which says nothing about a transfer. Paste the address it left or should reach, or the hash of the transaction that sent it.',
    mistyped: 'Looks like an address, but its checksum is wrong: a character is missing or mistyped.',
    unrecognised: 'We do not recognise this. Paste an address, a transaction hash, an explorer link or a packet id.',
  },
  recent: 'Recent searches',
  recentNone: 'None yet.',
  recentNote: 'Kept on this device only.',
  forget: 'Forget them',
  forgotten: 'Recent searches forgotten.',
  orConnect: 'Or connect your wallet',
  ownAddresses: 'Look up your addresses:',
  results: 'Results',
  incomplete: 'Some of it could not be asked, so this list may be incomplete:',
  packets: (found: number) => count(found, 'packet', 'packets'),
  packetsAndMore: (found: number) => `${found}+ packets`,
  clearTogether: (packets: number) => `Clear ${packets} together`,
  noneTitle: 'No packets found',
  noneNext: 'Nothing pending and nothing recent. If you know the transaction that sent the tokens, search by its hash: that finds finished packets too.',
  transactions: {
    ibc_v2: { title: 'This kind of packet is not supported', next: 'This transaction carries a packet of IBC v2, which travels between light clients and has no channel. We can neither follow it nor have it cleared.' },
    failed: { title: 'This transaction failed', next: 'The chain refused it, so nothing left the account but the network fee. There is nothing to clear.' },
    succeeded: { title: 'No packets to show', next: 'This transaction succeeded, but it moved no packet between chains that we serve.' },
    unknown: { title: 'No node we asked knows this transaction', next: 'Check the hash and the chain. If it was sent just now, try again in a minute; of an old one nodes may keep nothing, so search by address or packet.' },
  } satisfies Record<TransactionFinding, { title: string, next: string }>,
  served: 'Chains and routes we serve',
  chainsMissingTitle: 'The list of chains could not be loaded',
  chainsMissingNext: 'Reload the page in a moment.',
  answering: 'Answering',
  behind: 'Behind',
  notAskedYet: 'Not asked yet',
  notAnswering: 'Not answering',
  allChannels: 'Waiting packets and times per route',
}

export const figures = {
  title: 'What happened here so far',
  clearings: 'Clearings ordered',
  delivered: 'Packets cleared by us',
  deliveredOf: (decided: number) => `of ${count(decided, 'paid packet', 'paid packets')} decided`,
  typical: 'Typical time to clear',
  medianOf: (sample: number) => `median of ${count(sample, 'clearing', 'clearings')}`,
  noData: 'No data yet',
  noDataWhy: 'The first clearing here makes the first figure.',
  source: 'Counted from our rows, from the first clearing on. No figure without a sample.',
}
