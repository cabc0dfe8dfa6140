import { channels } from './channels'
import { clearing } from './clearing'
import { charts, history } from './history'
import { pay, receipt, status, wizard } from './pay'

/** The texts of the pages behind the first one, in English: they ride with those pages. */
export const innerWords = { channels, clearing, wizard, pay, status, receipt, history, charts }
export type InnerWords = typeof innerWords
