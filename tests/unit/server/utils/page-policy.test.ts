import { describe, expect, it } from 'vitest'
import { pagePolicy, withNonce } from '../../../../server/utils/page-policy'

describe('the policy of a page', () => {
  it('allows no inline script without the nonce of this answer, and no other origin', () => {
    const policy = pagePolicy('abc', '')
    expect(policy).toContain('default-src \'none\'')
    expect(policy).toContain('script-src \'self\' \'nonce-abc\';')
    expect(policy.match(/script-src[^;]*/)?.[0]).not.toContain('unsafe')
    expect(policy).not.toMatch(/https?:|\*/)
  })

  it('lets the sandbox\'s wallet in, and ask its own origin', () => {
    const policy = pagePolicy('abc', 'http://127.0.0.1:26600/wallet.js')
    expect(policy).toContain('script-src \'self\' \'nonce-abc\' http://127.0.0.1:26600;')
    expect(policy).toContain('connect-src \'self\' http://127.0.0.1:26600;')
  })

  it('marks every script and style that has no nonce yet, and nothing else', () => {
    expect(withNonce(['<script src="/a.js"></script><style>a{}</style><script>1</script><scripture></scripture>', '<script nonce="x">1</script>'], 'n'))
      .toEqual(['<script nonce="n" src="/a.js"></script><style nonce="n">a{}</style><script nonce="n">1</script><scripture></scripture>', '<script nonce="x">1</script>'])
  })
})
