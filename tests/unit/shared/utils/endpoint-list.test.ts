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
    expect(list.problems.map(problem => problem.slice(0, 7))).toEqual(['entry 1', 'entry 2', 'entry 3', 'entry 5'])
  })

  it('takes an empty text for no endpoints', () => {
    expect(parseEndpointList(' , ')).toEqual({ endpoints: [], problems: [] })
  })
})
