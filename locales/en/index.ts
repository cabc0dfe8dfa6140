import { failures } from './failures'
import { glossary } from './glossary'
import { packet } from './packet'
import { figures, search } from './search'
import { shell, wallet } from './shell'

/** The texts that the first page needs, in English: the shape that the other languages follow. */
export const en = { shell, wallet, search, figures, packet, failures, glossary }
export type Words = typeof en
