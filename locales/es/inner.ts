import type { InnerWords } from '../en/inner'
import { channels } from './channels'
import { clearing } from './clearing'
import { charts, history } from './history'
import { pay, receipt, status, wizard } from './pay'

export const es: InnerWords = { channels, clearing, wizard, pay, status, receipt, history, charts }
