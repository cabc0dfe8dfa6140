import { help as en } from './en/help'
import { help as es } from './es/help'

/** Ride with the pages that explain words. */
export const helpWords = { en: { help: en }, es: { help: es } }
