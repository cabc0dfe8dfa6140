import type { Words } from '../en'
import { failures } from './failures'
import { packet } from './packet'
import { figures, search } from './search'
import { shell, wallet } from './shell'

export const es: Words = { shell, wallet, search, figures, packet, failures }
