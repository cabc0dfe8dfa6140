import { clearing } from './clearing'
import { failures } from './failures'
import { charts, history } from './history'
import { packet } from './packet'
import { pay, receipt, status, wizard } from './pay'
import { channels, figures, search } from './search'
import { shell, wallet } from './shell'

/** Every text of the pages, in English: the shape that the other languages follow. */
export const en = { shell, wallet, search, figures, channels, packet, clearing, failures, wizard, pay, status, receipt, history, charts }
export type Words = typeof en
