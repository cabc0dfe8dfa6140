import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'
import WalletMenu from '~/components/wallet/WalletMenu.vue'
import { chainsAre, eventually, walletInPage } from './world'

const wallet = walletInPage()
beforeEach(() => chainsAre())
afterEach(() => wallet.remove())

it('the wallet\'s dialog is there once it is asked for, offers the wallet found, and goes when it is closed', async () => {
  const menu = await mountSuspended(WalletMenu)
  expect(menu.find('dialog').exists()).toBe(false)
  await menu.get('button').trigger('click')
  await eventually(() => expect(menu.get('dialog').attributes()).toHaveProperty('open'))
  await eventually(() => expect(menu.get('dialog').text()).toContain('Connect Keplr'))
  await menu.get('dialog button').trigger('click')
  await eventually(() => expect(menu.find('dialog').exists()).toBe(false))
})
