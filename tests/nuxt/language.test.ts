import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import LanguageSwitch from '~/components/base/LanguageSwitch.vue'
import ClearingProgress from '~/components/clearing/ClearingProgress.vue'
import ErrorNotice from '~/components/base/ErrorNotice.vue'
import { ApiProblem } from '~/services/api-problem'
import { aProblem, aStatus } from '../builders/dto'
import { chainsAre, eventually } from './world'

beforeEach(() => chainsAre())
afterEach(() => useLocaleChoice().choose('en', { keep: false }))

describe('another language', () => {
  it('is changed by the switch at once, without loading the page anew, and kept', async () => {
    const shown = await mountSuspended(ClearingProgress, { props: { status: aStatus() } })
    expect(shown.text()).toContain('Waiting for your payment')
    const languages = await mountSuspended(LanguageSwitch)
    await languages.get('[data-language="es"]').trigger('click')
    await eventually(() => expect(shown.text()).toContain('Esperamos tu pago'))
    expect(shown.text()).toContain('Paga 1,1045 ATOM con el memo RLY-23456789AB7C.')
    expect(languages.get('[data-language="es"]').attributes('aria-current')).toBe('true')
    expect(document.cookie).toContain('locale=es')
  })

  it('works as a link without scripts', async () => {
    const languages = await mountSuspended(LanguageSwitch, { route: '/?address=cosmos1abc' })
    expect(languages.get('[data-language="es"]').attributes('href')).toBe('/?address=cosmos1abc&lang=es')
  })

  it('tells a refusal in its own words, and marks what only the server can say as English', async () => {
    await useLocaleChoice().choose('es', { keep: false })
    const notice = await mountSuspended(ErrorNotice, { props: { failure: new ApiProblem('transaction_rejected', { problem: aProblem('transaction_rejected', { detail: 'insufficient fee' }) }) } })
    expect(notice.text()).toContain('La cadena rechazó la transacción. No se pagó nada.')
    expect(notice.get('[lang="en"]').text()).toBe('insufficient fee')
    expect(notice.text()).not.toContain('Try')
  })
})
