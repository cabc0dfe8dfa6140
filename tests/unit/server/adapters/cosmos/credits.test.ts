import { describe, expect, it } from 'vitest'
import { creditsOf } from '../../../../../server/adapters/cosmos/credits'
import { readTransfer } from '../../../../../server/adapters/cosmos/packet-events'

const event = (type: string, attributes: Record<string, string>) => ({ type, attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })) })

describe('coins that a message credited', () => {
  it('are those of the bank\'s own events of that message', () => {
    const events = [
      event('coin_received', { receiver: 'cosmos1fees', amount: '9uatom' }),
      event('coin_received', { receiver: 'cosmos1other', amount: '5uatom', msg_index: '0' }),
      event('coin_spent', { spender: 'cosmos1escrow', amount: '7uatom', msg_index: '1' }),
      event('coin_received', { receiver: 'cosmos1sender', amount: '7uatom,8ibc/ABC', msg_index: '1' }),
      event('wasm-coin_received', { receiver: 'cosmos1liar', amount: '1uatom', msg_index: '1' }),
      event('coin_received', { receiver: 'cosmos1sender', amount: 'nonsense', msg_index: '1' }),
    ]
    expect(creditsOf(events, 1)).toEqual([
      { address: 'cosmos1sender', coin: { denom: 'uatom', amount: 7n } },
      { address: 'cosmos1sender', coin: { denom: 'ibc/ABC', amount: 8n } },
    ])
  })

  it('are those of the whole transaction where events name no message', () => {
    expect(creditsOf([event('coin_received', { receiver: 'cosmos1a', amount: '1uatom' }), event('coin_received', { receiver: 'cosmos1b', amount: '2uatom' })], 0)).toHaveLength(2)
  })
})

describe('the denom of a packet on the chain that sent it', () => {
  const localDenom = (denom: string) => readTransfer(Buffer.from(JSON.stringify({ denom, amount: '1', sender: 's', receiver: 'r' })))?.localDenom

  it.each([
    ['uatom', 'uatom'],
    ['factory/osmo1abc/thing', 'factory/osmo1abc/thing'],
    ['gamm/pool/1', 'gamm/pool/1'],
    // Vectors of the chain registry: ATOM on Osmosis, OSMO on the Cosmos Hub.
    ['transfer/channel-0/uatom', 'ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2'],
    ['transfer/channel-141/uosmo', 'ibc/14F9BC3E44B8A9C1BE1FB08980FAB87034C9905EF17CF2F5008FC085218811CC'],
    // Over a client id, as IBC v2 sends it (ibc-go ExtractDenomFromPath, IsValidClientID); the hash is sha256sum's.
    ['transfer/08-wasm-1369/0x7a56e1c57c7475ccf742a1832b028f0456652f97', 'ibc/0C4417F123459B47B6933939BF6F128C362B0C1F9EDA6A6EBC08860E4672AF7E'],
    ['transfer/07-tendermint-5/uatom', 'ibc/A5D339F1A056A5641FFB786AD8FFD9848F08AC98C6185ADAA462B62FB7C21E79'],
    ['transfer/-5/uatom', 'transfer/-5/uatom'],
    ['transfer/07-tendermint-/uatom', 'transfer/07-tendermint-/uatom'],
    ['transfer/07-tendermint-5', 'transfer/07-tendermint-5'],
  ])('%s is called %s by its bank', (denom, expected) => {
    expect(localDenom(denom)).toBe(expected)
  })
})
