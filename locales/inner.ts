import { en } from './en/inner'
import { es } from './es/inner'

/** Ride with the pages that show them, in every language: only the first page has to be light. */
export const innerWords = { en, es }
