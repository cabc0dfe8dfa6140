import { mountSuspended } from '@nuxt/test-utils/runtime'
import { encode } from 'uqr'
import { expect, it } from 'vitest'
import QrCode from '~/components/base/QrCode.vue'

it('a QR code paints its dark modules, each once, and nothing else', async () => {
  const text = 'https://relayooor.example/clearing/223968bc-b875-40ca-a658-14a0bbe77494'
  const shown = await mountSuspended(QrCode, { props: { text, label: 'this page' } })
  const painted = [...shown.get('path').attributes('d')!.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)]
    .flatMap(([, x, y, length]) => Array.from({ length: Number(length) }, (_, offset) => `${Number(x) + offset},${y}`))
  const { data, size } = encode(text, { border: 2, ecc: 'M' })
  const dark = data.flatMap((row, y) => row.flatMap((module, x) => module ? [`${x},${y}`] : []))
  expect(painted.sort()).toEqual(dark.sort())
  expect(shown.get('svg').attributes()).toMatchObject({ 'viewBox': `0 0 ${size} ${size}`, 'role': 'img', 'aria-label': expect.stringContaining('this page') })
})
