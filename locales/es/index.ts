import type { Words } from '../en'
import { clearing } from './clearing'
import { failures } from './failures'
import { charts, history } from './history'
import { packet } from './packet'
import { pay, receipt, status, wizard } from './pay'
import { channels, figures, search } from './search'
import { shell, wallet } from './shell'

export const es: Words = { shell, wallet, search, figures, channels, packet, clearing, failures, wizard, pay, status, receipt, history, charts }
