import type { Words } from '../en'
import type { HelpWords } from '../en/help'
import type { InnerWords } from '../en/inner'
import { channels } from './channels'
import { clearing } from './clearing'
import { failures } from './failures'
import { glossary } from './glossary'
import { help } from './help'
import { charts, history } from './history'
import { packet } from './packet'
import { pay, receipt, status, wizard } from './pay'
import { figures, search } from './search'
import { shell, wallet } from './shell'

/** Every text: whoever reads English loads none of it. */
export type Spanish = Words & InnerWords & { readonly help: HelpWords }
export const es: Spanish = { shell, wallet, search, figures, packet, failures, glossary, channels, clearing, wizard, pay, status, receipt, history, charts, help }
