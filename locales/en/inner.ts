import { channels } from './channels'
import { clearing } from './clearing'
import { charts, history } from './history'
import { pay, receipt, status, wizard } from './pay'

/** The texts of the pages behind the first one, in English. */
export const en = { channels, clearing, wizard, pay, status, receipt, history, charts }
export type InnerWords = typeof en
