import { describe, expect, it } from 'vitest'
import { parseEndpointList } from '#shared/utils/endpoint-list'

describe('the list of RPC endpoints', () => {
  it('groups the URLs of a chain whose name is repeated, in the order written', () => {
    const list = parseEndpointList('osmosis:https://a.example, hub-1:http://127.0.0.1:26657/,osmosis:https://b.example/path')
    expect(list).toEqual({
      endpoints: [
        { chain: 'osmosis', urls: ['https://a.example', 'https://b.example/path'] },
        { chain: 'hub-1', urls: ['http://127.0.0.1:26657'] },
      ],
      problems: [],
    })
  })

  it('reports every entry that cannot be read, without showing credentials', () => {
    const list = parseEndpointList('https://user:hunter2@a.example,osmosis:ftp://user:hunter2@b.example,osmosis,hub:https://c.example,hub:https://c.example')
    expect(list.problems).toHaveLength(4)
    expect(list.problems.join()).not.toContain('hunter2')
    expect(list.problems.map(problem => problem.slice(0, 13))).toEqual(['entry 1 does ', 'entry 2 (osmo', 'entry 3 does ', 'entries 4 and'])
  })

  it('refuses a second URL of a chain at the same host and port, naming both entries: one provider cannot vouch for itself', () => {
    const list = parseEndpointList('hub:https://node.example/key-one,zone:https://node.example/key-one,hub:https://node.example/hunter2,hub:https://node.example:8443,hub:http://127.0.0.1:1,hub:http://127.0.0.1:2')
    expect(list.problems).toEqual(['entries 1 and 3 (hub) are both at node.example: a second endpoint must be another one, nobody can vouch for himself'])
  })

  it('takes an empty text for no endpoints', () => {
    expect(parseEndpointList(' , ')).toEqual({ endpoints: [], problems: [] })
  })
})
