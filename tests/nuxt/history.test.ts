import { mountSuspended } from '@nuxt/test-utils/runtime'
import { beforeEach, describe, expect, it } from 'vitest'
import ClearingHistory from '~/components/clearing/ClearingHistory.vue'
import StatisticsCharts from '~/components/clearing/StatisticsCharts.vue'
import UserStatistics from '~/components/clearing/UserStatistics.vue'
import WalletDialog from '~/components/wallet/WalletDialog.vue'
import HistoryPage from '~/pages/history.vue'
import { useWalletStore } from '~/stores/wallet'
import { aChain, aToken, aliceOnHub, anOperationSummary, aProblem, someStatistics } from '../builders/dto'
import { apiAnswers, apiRefuses, chainsAre, eventually, walletInPage } from './world'

const session = { address: aliceOnHub, chainId: 'hub-1', admin: false, expiresAt: '2027-01-01T00:00:00Z' }

beforeEach(() => {
  chainsAre()
  clearNuxtData(['session', 'operations', 'user-statistics'])
  useWalletStore().$reset()
})

describe('the history', () => {
  it('signed out, offers to sign in and asks for nothing else', async () => {
    const asked = apiAnswers('/auth/session', { session: null })
    const operations = apiAnswers('/clearing/operations', { items: [], nextCursor: null })
    const page = await mountSuspended(HistoryPage, { route: '/history' })
    await eventually(() => expect(page.text()).toContain('Sign in with your wallet'))
    expect(page.text()).toContain('costs nothing')
    expect(operations.bodies).toHaveLength(0)
    page.unmount()
    asked.remove()
    operations.remove()
  })

  it('signing in signs the text of the server with the wallet, then shows operations and totals', async () => {
    let signedIn = false
    const text = 'relayooor.example wants you to sign in'
    const removers = [
      apiAnswers('/auth/session', () => ({ session: signedIn ? session : null })),
      apiAnswers('/auth/challenge', { challengeId: '0190f3d0-0000-7000-8000-000000000000', text, expiresAt: '2026-11-24T03:00:00Z' }, 'POST'),
      apiAnswers('/clearing/operations', { items: [anOperationSummary()], nextCursor: null }),
      apiAnswers('/users/statistics', someStatistics()),
    ]
    const sent = apiAnswers('/auth/wallet-sign', () => {
      signedIn = true
      return { session }
    }, 'POST')
    const { calls, remove } = walletInPage()
    const page = await mountSuspended(HistoryPage, { route: '/history' })
    await eventually(() => expect(page.find('button.button').exists()).toBe(true))
    await page.get('button.button').trigger('click')
    await eventually(() => expect(page.find('[data-operation]').exists()).toBe(true))
    expect(calls.signed).toEqual([{ chainId: 'hub-1', signer: aliceOnHub, text }])
    expect(sent.bodies).toEqual([{ challengeId: '0190f3d0-0000-7000-8000-000000000000', signature: btoa('signature'), pubKey: btoa('key') }])
    expect(page.text()).toContain('RLY-23456789AB7C')
    expect(page.text()).toContain('1 × delivered')
    await eventually(() => expect(page.text().replaceAll('\u00A0', ' ')).toContain('3.3 ATOM'))
    page.unmount()
    remove()
    sent.remove()
    for (const endpoint of removers) endpoint.remove()
  })

  it('filters by state and says what an empty list means', async () => {
    const queries: unknown[] = []
    const removers = [
      apiAnswers('/auth/session', { session }),
      apiAnswers('/users/statistics', someStatistics({ operations: 0, spent: [], timeToClear: { medianSeconds: null, sampleSize: 0 } })),
      apiAnswers('/clearing/operations', (_: unknown, query: unknown) => {
        queries.push(query)
        return { items: [], nextCursor: null }
      }),
    ]
    const page = await mountSuspended(HistoryPage, { route: '/history' })
    await eventually(() => expect(page.text()).toContain('No clearings yet'))
    expect(page.text()).toContain('No sample yet')
    await page.get('[data-filter="status"]').setValue('cleared')
    await eventually(() => expect(page.text()).toContain('None match'))
    await eventually(() => expect(queries.at(-1)).toEqual({ status: 'cleared' }))
    expect(page.get('a[download]').attributes('href')).toBe('/api/v1/clearing/operations?status=cleared')
    page.unmount()
    for (const endpoint of removers) endpoint.remove()
  })

  it('filters by chain and days, last day included, in the list and in the CSV, and shows everything again', async () => {
    const queries: unknown[] = []
    const removers = [
      apiAnswers('/auth/session', { session }),
      apiAnswers('/users/statistics', someStatistics()),
      apiAnswers('/clearing/operations', (_: unknown, query: unknown) => {
        queries.push(query)
        return { items: [], nextCursor: null }
      }),
    ]
    const page = await mountSuspended(HistoryPage, { route: '/history' })
    await eventually(() => expect(page.find('[data-filter="chain"]').exists()).toBe(true))
    await page.get('[data-filter="chain"]').setValue('hub-1')
    await page.get('[data-filter="from"]').setValue('2026-11-01')
    await page.get('[data-filter="until"]').setValue('2026-11-24')
    await eventually(() => expect(queries.at(-1)).toEqual({ chainId: 'hub-1', from: '2026-11-01T00:00:00.000Z', until: '2026-11-25T00:00:00.000Z' }))
    expect(page.get('a[download]').attributes('href')).toContain('until=2026-11-25')
    await page.findAll('button').find(button => button.text() === 'Show everything')!.trigger('click')
    await eventually(() => expect(queries.at(-1)).toEqual({}))
    page.unmount()
    for (const endpoint of removers) endpoint.remove()
  })

  it('names totals by their chain, also where two chains call their tokens alike', async () => {
    chainsAre([aChain(), aChain({ chainId: 'classic-1', prettyName: 'Classic', feeSymbol: 'OLD', assets: [{ denom: 'uatom', symbol: 'OLD', exponent: 6 }] })])
    const shown = await mountSuspended(UserStatistics, { props: { statistics: someStatistics({ spent: ['hub-1', 'classic-1'].map(chainId => ({ chainId, denom: 'uatom', amount: '1000000' })) }) } })
    const text = shown.text().replaceAll('\u00A0', ' ')
    expect(text).toContain('1 ATOM on Hub')
    expect(text).toContain('1 OLD on Classic')
  })

  it('draws the totals, each chart with the same numbers as a table', async () => {
    const charts = await mountSuspended(StatisticsCharts, { props: { statistics: someStatistics({ packetsByResult: [{ result: 'delivered', packets: 4 }, { result: 'returned_by_timeout', packets: 1 }, { result: 'returned_by_error', packets: 2 }] }) } })
    const [results, months] = charts.findAll('figure')
    expect(results!.get('svg').attributes('aria-label')).toBe('Bar chart: Delivered 4, Returned to sender 3.')
    expect(results!.findAll('tbody tr').map(row => row.text().replace(/\s+/g, ' '))).toEqual(['Delivered4', 'Returned to sender3'])
    expect(results!.findAll('rect').map(bar => bar.attributes('width'))).toEqual(['36%', '27%'])
    expect(months!.findAll('tbody tr').map(row => row.text())).toEqual(['Oct 20261', 'Nov 20262'])
  })

  const olderButton = (page: Awaited<ReturnType<typeof mountSuspended<typeof HistoryPage>>>) => page.findAll('button').find(button => button.text() === 'Show older')!

  it('shows older clearings once, and why they cannot be had', async () => {
    const removers = [apiAnswers('/auth/session', { session }), apiAnswers('/users/statistics', someStatistics())]
    const older = anOperationSummary({ token: '3f2b8c1e-5a4d-4e6f-8a9b-0c1d2e3f4a5c' })
    const list = apiAnswers('/clearing/operations', (_: unknown, { cursor }: { cursor?: string }) => cursor ? { items: [older], nextCursor: 'further' } : { items: [anOperationSummary()], nextCursor: 'next' })
    const page = await mountSuspended(HistoryPage, { route: '/history' })
    await eventually(() => expect(olderButton(page)).toBeDefined())
    await Promise.all([olderButton(page).trigger('click'), olderButton(page).trigger('click')])
    await eventually(() => expect(page.findAll('[data-operation]')).toHaveLength(2))
    expect(list.bodies).toHaveLength(2)
    list.remove()
    removers.push({ bodies: [], remove: apiRefuses('/clearing/operations', aProblem('internal', { status: 500 })) })
    await olderButton(page).trigger('click')
    await eventually(() => expect(page.find('[data-code="internal"]').exists()).toBe(true))
    expect(page.findAll('[data-operation]')).toHaveLength(2)
    page.unmount()
    for (const endpoint of removers) endpoint.remove()
  })

  it('asks to sign in again when the session ended before older ones were asked for', async () => {
    let over = false
    const removers = [apiAnswers('/auth/session', () => ({ session: over ? null : session })), apiAnswers('/users/statistics', someStatistics())]
    const list = apiAnswers('/clearing/operations', { items: [anOperationSummary()], nextCursor: 'next' })
    const page = await mountSuspended(HistoryPage, { route: '/history' })
    await eventually(() => expect(olderButton(page)).toBeDefined())
    list.remove()
    over = true
    removers.push({ bodies: [], remove: apiRefuses('/clearing/operations', aProblem('not_signed_in', { status: 401 })) })
    await olderButton(page).trigger('click')
    await eventually(() => expect(page.find('[data-session-over]').exists()).toBe(true))
    expect(page.find('[data-operation]').exists()).toBe(false)
    page.unmount()
    for (const endpoint of removers) endpoint.remove()
  })

  it('says when signing out did not work', async () => {
    const removers = [apiAnswers('/auth/session', { session }), apiAnswers('/users/statistics', someStatistics()), apiAnswers('/clearing/operations', { items: [], nextCursor: null })]
    removers.push({ bodies: [], remove: apiRefuses('/auth/session', aProblem('internal', { status: 500 }), 'DELETE') })
    const page = await mountSuspended(HistoryPage, { route: '/history' })
    await eventually(() => expect(page.findAll('button').some(button => button.text() === 'Sign out')).toBe(true))
    await page.findAll('button').find(button => button.text() === 'Sign out')!.trigger('click')
    await eventually(() => expect(page.find('[data-code="internal"]').exists()).toBe(true))
    page.unmount()
    for (const endpoint of removers) endpoint.remove()
  })

  it('leaves the screen when the wallet is disconnected', async () => {
    let signedIn = true
    const removers = [
      apiAnswers('/auth/session', () => ({ session: signedIn ? session : null })), apiAnswers('/users/statistics', someStatistics()), apiAnswers('/clearing/operations', { items: [anOperationSummary()], nextCursor: null }),
      apiAnswers('/auth/session', () => {
        signedIn = false
        return {}
      }, 'DELETE'),
    ]
    useWalletStore().setAccounts('keplr', [{ chainId: 'hub-1', address: aliceOnHub, name: 'alice' }])
    const page = await mountSuspended(HistoryPage, { route: '/history' })
    await eventually(() => expect(page.find('[data-operation]').exists()).toBe(true))
    const dialog = await mountSuspended(WalletDialog)
    await dialog.findAll('button').find(button => button.text() === 'Disconnect')!.trigger('click')
    await eventually(() => expect(page.text()).toContain('Sign in with your wallet'))
    expect(page.find('[data-operation]').exists()).toBe(false)
    dialog.unmount()
    page.unmount()
    for (const endpoint of removers) endpoint.remove()
  })

  it('leads from a finished clearing to its receipt, and from no other', async () => {
    const running = anOperationSummary({ token: '3f2b8c1e-5a4d-4e6f-8a9b-0c1d2e3f4a5c', status: 'clearing', finishedAt: null })
    const shown = await mountSuspended(ClearingHistory, { props: { operations: [anOperationSummary(), running] } })
    const links = shown.findAll('[data-receipt]')
    expect(links.map(link => [link.text(), link.attributes('aria-label'), link.attributes('href')])).toEqual([['Receipt', 'Receipt of RLY-23456789AB7C', `/clearing/${aToken}#receipt`]])
  })

  it('asks to sign in again when the session is over', async () => {
    let over = false
    const removers = [
      apiAnswers('/auth/session', () => ({ session: over ? null : session })),
      apiAnswers('/users/statistics', someStatistics()),
    ]
    const list = apiAnswers('/clearing/operations', { items: [], nextCursor: null })
    const page = await mountSuspended(HistoryPage, { route: '/history' })
    await eventually(() => expect(page.find('[data-filter="status"]').exists()).toBe(true))
    list.remove()
    over = true
    removers.push({ bodies: [], remove: apiRefuses('/clearing/operations', aProblem('not_signed_in', { status: 401 })) })
    await page.get('[data-filter="status"]').setValue('cleared')
    await eventually(() => expect(page.find('[data-session-over]').exists()).toBe(true))
    expect(page.text()).toContain('Sign in with your wallet')
    page.unmount()
    for (const endpoint of removers) endpoint.remove()
  })
})
