import { describe, expect, it } from 'vitest'
import { configurationProblems, leastBalance, readHermesConfiguration, routeConfigurationProblems, routeTerms } from '../../../../../server/adapters/hermes/configuration'
import { readKeyList } from '../../../../../server/adapters/hermes/keys'
import { readVersion, versionProblem } from '../../../../../server/adapters/hermes/version'

const source = { chainId: 'hub-1', portId: 'transfer', channelId: 'channel-0' }
const destination = { chainId: 'zone-1', portId: 'transfer', channelId: 'channel-7' }
const chain = (id: string, more = '') => `[[chains]]\nid = '${id}'\nkey_name = 'relayer'\nmax_gas = 4000000\n${more}\n`
const read = (text: string) => readHermesConfiguration(text)
const problems = (hubMore = '', zoneMore = '') => routeConfigurationProblems(read(chain('hub-1', hubMore) + chain('zone-1', zoneMore)), source, destination)

describe('what a wallet must hold before Hermes sends anything', () => {
  const least = (more: string) => leastBalance(read(chain('hub-1', more)).chains[0]!)

  it.each([
    ['0.025', 100_001n],
    ['\'0.025\'', 100_001n],
    ['2e-7', 1n],
    ['3', 12_000_001n],
    ['20000000000', 80_000_000_000_000_001n],
    ['0.00000003', 1n],
  ])('is the next unit above max_gas × the gas price of %s', (price, amount) => {
    expect(least(`gas_price = { price = ${price}, denom = 'uatom' }`)).toEqual({ denom: 'uatom', amount })
  })

  it('is not known without a price that is a plain number', () => {
    expect([least(''), least('gas_price = { price = -1, denom = "uatom" }'), least('gas_price = { price = 1 }'), least('gas_price = 3')]).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('the terms of a route', () => {
  const terms = (more = '') => routeTerms(read(`[mode.packets]\n${more}\n${chain('hub-1')}${chain('zone-1')}`), source, destination)

  it('are those of Hermes where nothing is set', () => {
    expect(terms()).toEqual({ served: true, maxMemoBytes: 32_768, maxReceiverBytes: 2_048 })
  })

  it.each([['32768', 32_768], ['"16KiB"', 16_384], ['"16 kb"', 16_000], ['"1.5 MiB"', 1_572_864], ['"90B"', 90], ['"much"', 32_768]])('read the size %s as %i bytes', (size, bytes) => {
    expect(terms(`ics20_max_memo_size = { enabled = true, size = ${size} }`).maxMemoBytes).toBe(bytes)
  })

  it('know no limit that is switched off', () => {
    expect(terms('ics20_max_receiver_size = { enabled = false, size = 10 }').maxReceiverBytes).toBeNull()
  })

  it('do not serve a chain that is missing, nor a channel that a filter leaves out', () => {
    expect(routeTerms(read(chain('hub-1')), source, destination).served).toBe(false)
    expect(routeTerms(read(chain('hub-1') + chain('zone-1', 'packet_filter = { policy = "allow", list = [] }')), source, destination).served).toBe(false)
  })
})

describe('a Hermes configuration', () => {
  it('serves a route between chains with a key and a gas limit', () => {
    expect(problems()).toEqual([])
  })

  it.each([
    ['a chain is missing', () => routeConfigurationProblems(read(chain('hub-1')), source, destination), 'no chain zone-1'],
    ['a key is missing', () => routeConfigurationProblems(read(chain('hub-1') + '[[chains]]\nid = "zone-1"\nmax_gas = 1'), source, destination), 'key_name'],
    ['the gas limit is missing', () => routeConfigurationProblems(read(chain('hub-1') + '[[chains]]\nid = "zone-1"\nkey_name = "k"'), source, destination), 'max_gas'],
    ['the filter names other channels', () => problems('packet_filter = { policy = "allow", list = [["transfer", "channel-1"]] }'), 'does not name [\'transfer\', \'channel-0\']'],
    ['only a wildcard fits', () => problems('', 'packet_filter = { policy = "allow", list = [["transfer", "channel-*"]] }'), 'wildcards do not count'],
    ['the filter denies it', () => problems('packet_filter = { policy = "deny", list = [["transfer", "channel-0"]] }'), 'denies'],
    ['a wildcard may deny it', () => problems('packet_filter = { policy = "deny", list = [["ica*", "*"]] }'), 'denies'],
  ])('does not when %s', (_, found, text) => {
    expect(found()).toEqual([expect.stringContaining(text)])
  })

  it('serves it when the filter names exactly this channel', () => {
    expect(problems('packet_filter = { policy = "allow", list = [["transfer", "channel-0"], ["ica*", "*"]] }')).toEqual([])
    expect(problems('packet_filter = { policy = "allowall" }')).toEqual([])
    expect(problems('packet_filter = { policy = "deny", list = [["transfer", "channel-1"]] }')).toEqual([])
  })

  it('must have chains and its packet mode on', () => {
    expect(configurationProblems(read(''))).toEqual([expect.stringContaining('lists no chains')])
    expect(configurationProblems(read(`[mode.packets]\nenabled = false\n${chain('hub-1')}`))).toEqual([expect.stringContaining('mode.packets')])
    expect(configurationProblems(read(`[mode.packets]\nenabled = true\n${chain('hub-1')}`))).toEqual([])
  })

  it('is refused as a whole when it is no TOML', () => {
    expect(() => read('[[chains')).toThrow()
  })
})

describe('the list of keys', () => {
  it('is read from the plain form, all keys of the chain', () => {
    const listing = 'SUCCESS \n- poor (cosmos1ejrf4cur2wy6kfurg9f2jppp2h3afe5h6ugu29)\n- relayer (cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4)\n'
    expect(readKeyList(listing).get('relayer')).toBe('cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4')
    expect(readKeyList(listing).size).toBe(2)
  })

  it('is empty for anything else', () => {
    for (const text of ['', 'SUCCESS ', '- relayer', '{"result":"no","status":"error"}', '{"result":{"relayer":{}}}', '{"result":{"relayer":null}}', '{"result":{']) expect(readKeyList(text).size).toBe(0)
  })
})

describe('the version', () => {
  it('is read from what the program says first', () => {
    expect(readVersion('hermes 1.13.2\n')).toBe('1.13.2')
    expect(readVersion('hermes 1.10.3+aabbcc\n')).toBe('1.10.3')
    for (const text of ['', 'git version 2.39.5', 'hermes', 'hermes one']) expect(readVersion(text)).toBeNull()
  })

  it('warns of known trouble', () => {
    expect(versionProblem('1.8.1')).toMatchObject({ broken: true })
    expect(versionProblem('1.10.2')).toMatchObject({ broken: false })
    expect(versionProblem('0.15.0')).toMatchObject({ broken: false })
    for (const good of ['1.10.3', '1.13.2', '2.0.0']) expect(versionProblem(good)).toBeNull()
  })
})
