import { expect, it } from 'vitest'
import { pickEncoding } from '../../../../server/utils/page-encoding'

it('a page goes out in the smallest form that the browser reads', () => {
  expect(pickEncoding('gzip, deflate, br, zstd')).toBe('br')
  expect(pickEncoding('gzip, deflate')).toBe('gzip')
  expect(pickEncoding('GZIP;q=0.5')).toBe('gzip')
})

it('a page goes out as it is to whoever did not ask for another form, or refused it', () => {
  expect(pickEncoding(undefined)).toBeUndefined()
  expect(pickEncoding('identity')).toBeUndefined()
  expect(pickEncoding('deflate, zstd')).toBeUndefined()
  expect(pickEncoding('br;q=0, gzip;q=0.000')).toBeUndefined()
  expect(pickEncoding('br; q=0, gzip; q=0.01')).toBe('gzip')
})
