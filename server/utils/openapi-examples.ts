import type { Endpoint } from './endpoint'

const packetId = { chainId: 'osmosis-1', portId: 'transfer', channelId: 'channel-0', sequence: '123' }
const wallet = 'cosmos1zuvk68xw4y9swp06796rx8zarjvvkrt606nxtl'
const paymentAddress = 'osmo1hecjuv3hzx7we25aw5ny02ej6d90mgrflyd43c'
const token = '3f0b8f2e-8a55-4c0e-9a5e-0d3c7b6f2a41'
const coin = (amount: string) => ({ denom: 'uosmo', amount })

const quote = {
  paymentChainId: 'osmosis-1',
  packets: [{ id: packetId, need: 'deliver', share: coin('1630000') }],
  feeLines: [
    { kind: 'service', coin: coin('1000000'), detail: 'Fixed fee per clearing' },
    { kind: 'packets', coin: coin('500000'), detail: '1 packet × 500000uosmo', each: { count: 1, coin: coin('500000') } },
    {
      kind: 'gas', coin: coin('130000'), detail: 'Gas on Osmosis: 1 client update, 1 timeout, 520000 gas at 0.25uosmo',
      gas: { chainId: 'osmosis-1', updateClient: 1, receive: 0, acknowledge: 0, timeout: 1, gas: '520000', cost: coin('130000') },
    },
  ],
  total: coin('1630000'),
}

const sender = 'osmo1hecjuv3hzx7we25aw5ny02ej6d90mgrflyd43c'
const timedOutPacket = {
  id: packetId, destination: { chainId: 'cosmoshub-4', portId: 'transfer', channelId: 'channel-141' },
  state: 'timed_out', outcome: null, need: 'timeout',
  transfer: { sender, receiver: wallet, coin: { denom: 'uosmo', amount: '12500000' }, memo: '' },
  sentAt: '2026-01-05T07:00:00.000Z', timeoutAt: '2026-01-05T07:10:00.000Z', timeoutHeight: null,
  legs: [{ leg: 'send', chainId: 'osmosis-1', height: '25310000', time: '2026-01-05T07:00:00.000Z', txHash: '9F3B1E6C0D5A4B7788C2E1F0A9D8C7B6A5948372615049382716F5E4D3C2B1A0', signer: sender }],
  refund: { chainId: 'osmosis-1', address: sender, coin: { denom: 'uosmo', amount: '12500000' }, cause: 'timeout', state: 'predicted', txHash: null },
  diagnosis: {
    code: 'timed_out', reason: 'timed_out', payingHelps: 'yes', params: {},
    sentence: '12.5 OSMO for cosmos1zuvk…nxtl was not delivered to Cosmos Hub in time; your refund of 12.5 OSMO to osmo1hecj…d43c on Osmosis waits for a relayer to prove that.',
    nextStep: 'Have exactly this packet cleared: then Osmosis pays the refund.',
    evidence: [
      { query: 'packet_commitment', chainId: 'osmosis-1', height: '25312345', endpointCount: 2, answer: 'present' },
      { query: 'packet_receipt', chainId: 'cosmoshub-4', height: '24001234', endpointCount: 2, answer: 'not_received' },
    ],
  },
  unanswered: [], asOf: '2026-01-05T10:00:00.000Z',
}

/** Made-up values of the right form, by method and path. */
const examples: Readonly<Record<string, { readonly body?: unknown, readonly answer?: unknown }>> = {
  'get /api/v1/packets': { answer: { items: [timedOutPacket], nextCursor: null, unanswered: [] } },
  'get /api/v1/packets/{chainId}/{portId}/{channelId}/{sequence}': { answer: timedOutPacket },
  'post /api/v1/clearing/quote/preview': { body: { paymentChainId: 'osmosis-1', packets: [packetId] }, answer: quote },
  'post /api/v1/clearing/request-token': {
    body: { walletAddress: wallet, paymentChainId: 'osmosis-1', packets: [packetId] },
    answer: { ...quote, token, memoCode: 'RLY-7K2M9QXW4H3T', walletAddress: wallet, paymentAddress, issuedAt: '2026-01-05T10:00:00.000Z', expiresAt: '2026-01-05T10:05:00.000Z', graceUntil: '2026-01-05T10:15:00.000Z', signature: 'q1tqk0V2f0xqUu1mJ0xJ1mYJtq0aVf8xg0T0bq0sXyA' },
  },
  'post /api/v1/clearing/verify-payment': {
    body: { token, txHash: '9F3B1E6C0D5A4B7788C2E1F0A9D8C7B6A5948372615049382716F5E4D3C2B1A0' },
    answer: { verified: false, state: 'not_found_yet', reason: 'No scanned block holds this transaction so far.' },
  },
  'post /api/v1/auth/challenge': { body: { address: wallet, chainId: 'cosmoshub-4' } },
  'get /api/v1/auth/session': { answer: { session: { address: wallet, chainId: 'cosmoshub-4', admin: false, expiresAt: '2026-01-12T10:00:00.000Z' } } },
}

export function exampleFor(endpoint: Pick<Endpoint, 'method' | 'path'>, part: 'body' | 'answer'): unknown {
  return examples[`${endpoint.method} ${endpoint.path}`]?.[part]
}
