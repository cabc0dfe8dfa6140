import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { makeIds } from '../../../../../server/adapters/system/ids'
import { makeLogger } from '../../../../../server/adapters/system/logger'
import { deriveKeys, keyedHash, makeAnswerSeal, makeTokenSigner } from '../../../../../server/adapters/system/secrets'

const uuid = (version: number) => new RegExp(`^[\\da-f]{8}-[\\da-f]{4}-${version}[\\da-f]{3}-[89ab][\\da-f]{3}-[\\da-f]{12}$`)

describe('ids', () => {
  it('makes UUIDv7 row ids that carry the time and sort as they were made', () => {
    let ms = Date.UTC(2026, 10, 24)
    const ids = makeIds({ now: () => new Date(ms) })
    const made = Array.from({ length: 5000 }, (_, index) => {
      if (index === 100) ms += 5
      if (index === 200) ms -= 60_000
      return ids.rowId()
    })
    expect(made.every(id => uuid(7).test(id))).toBe(true)
    expect(made.toSorted()).toEqual(made)
    expect(new Set(made).size).toBe(5000)
    expect(Number.parseInt(made[0]!.replace('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 10, 24))
  })

  it('makes UUIDv4 secrets, no two alike', () => {
    const ids = makeIds({ now: () => new Date() })
    const made = Array.from({ length: 1000 }, () => ids.secretId())
    expect(made.every(id => uuid(4).test(id))).toBe(true)
    expect(new Set(made).size).toBe(1000)
  })

  it('draws every integer below the base about as often', () => {
    const drawn = makeIds({ now: () => new Date() }).randomIntegers(29_000, 29)
    const counts = Array.from({ length: 29 }, (_, value) => drawn.filter(integer => integer === value).length)
    expect(drawn).toHaveLength(29_000)
    // 1000 expected each, standard deviation 31: eight of those are never seen by chance.
    expect(Math.min(...counts)).toBeGreaterThan(750)
    expect(Math.max(...counts)).toBeLessThan(1250)
  })

  it('draws random text of the asked size', () => {
    expect(makeIds({ now: () => new Date() }).randomText(32)).toMatch(/^[\w-]{43}$/)
  })
})

describe('keyed hashes', () => {
  const keys = deriveKeys('a secret for tests, 32 characters or more')

  it('accepts its own signature and no other', () => {
    const signer = makeTokenSigner(keys.tokenSigning)
    const signature = signer.sign('everything promised')
    expect(signature).toMatch(/^[\w-]{43}$/)
    expect(signer.verify('everything promised', signature)).toBe(true)
    expect(signer.verify('everything promised!', signature)).toBe(false)
    for (const other of ['', signature.slice(1), `${signature}=`, signature.replace(/^./, letter => letter === 'A' ? 'B' : 'A'), 'ü'.repeat(43)]) {
      expect(signer.verify('everything promised', other)).toBe(false)
    }
  })

  it('has a different key for each purpose and each secret', () => {
    const other = deriveKeys('another secret for tests, 32 characters')
    const all = [keys, other].flatMap(set => [set.tokenSigning, set.ipHashing, set.answerSealing]).map(key => keyedHash(key, 'same text'))
    expect(new Set(all).size).toBe(6)
  })
})

describe('the log', () => {
  function logged(act: (log: ReturnType<typeof makeLogger>) => void): Record<string, unknown>[] {
    const lines: string[] = []
    act(makeLogger('info', new Writable({ write: (chunk, _encoding, done) => {
      lines.push(String(chunk))
      done()
    } })))
    return lines.map(line => JSON.parse(line) as Record<string, unknown>)
  }

  it('writes facts as fields, one JSON line each, from its level on', () => {
    const lines = logged((log) => {
      log.debug({}, 'below the level')
      log.info({ chainId: 'hub-1' }, 'operation changed')
    })
    expect(lines).toEqual([{ level: 'info', time: expect.stringMatching(/Z$/), chainId: 'hub-1', msg: 'operation changed' }])
  })

  it('never writes secrets or credentials of URLs', () => {
    const text = JSON.stringify(logged(log => log.error({
      mnemonic: 'word word', session: { sessionSecret: 'hunter2' }, token: 'hunter2',
      error: new Error('connect postgres://user:hunter2@db/x failed', { cause: new Error('https://user:hunter2@rpc.example says no') }),
    }, 'it failed')))
    expect(text).not.toContain('hunter2')
    expect(text).not.toContain('word word')
    expect(text).toContain('postgres://***@db/x failed')
  })
})

describe('the seal of kept answers', () => {
  const seal = makeAnswerSeal(deriveKeys('a secret for tests, 32 characters or more').answerSealing)

  it('opens with the key it was closed with, and with nothing else', () => {
    const sealed = seal.close('key-of-a-client', 'set-cookie: session=abc')
    expect(sealed).not.toContain('session')
    expect(seal.open('key-of-a-client', sealed)).toBe('set-cookie: session=abc')
    expect(() => seal.open('key-of-another', sealed)).toThrow()
    expect(() => makeAnswerSeal(deriveKeys('another secret for tests, 32 characters').answerSealing).open('key-of-a-client', sealed)).toThrow()
  })

  it('refuses what was changed, even by one bit', () => {
    const bytes = Buffer.from(seal.close('key-of-a-client', 'an answer'), 'base64url')
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes)
      changed[index] = changed[index]! ^ 1
      expect(() => seal.open('key-of-a-client', changed.toString('base64url'))).toThrow()
    }
    expect(() => seal.open('key-of-a-client', '')).toThrow()
  })

  it('keeps no key readable, and closes the same text differently each time', () => {
    expect(seal.nameOf('key-of-a-client')).not.toContain('client')
    expect(seal.nameOf('key-of-a-client')).toBe(seal.nameOf('key-of-a-client'))
    expect(seal.close('key-of-a-client', 'a')).not.toBe(seal.close('key-of-a-client', 'a'))
  })
})
