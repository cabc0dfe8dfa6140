import { expect, it } from 'vitest'
import { withPatientScripts } from '../../../../server/utils/script-priority'

it('module scripts give way to styles; nothing else changes', () => {
  expect(withPatientScripts([
    '<link rel="stylesheet" href="/a.css"><link rel="modulepreload" as="script" href="/a.js"><script src="/wallet.js" defer></script>',
    '<script nonce="n" type="module" src="/b.js"></script><link rel="modulepreload" fetchpriority="high" href="/c.js">',
  ])).toEqual([
    '<link rel="stylesheet" href="/a.css"><link rel="modulepreload" fetchpriority="low" as="script" href="/a.js"><script src="/wallet.js" defer></script>',
    '<script fetchpriority="low" nonce="n" type="module" src="/b.js"></script><link rel="modulepreload" fetchpriority="high" href="/c.js">',
  ])
})
