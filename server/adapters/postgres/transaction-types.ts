import type { Database } from './database'

export type Tx = Parameters<Parameters<Database['transaction']>[0]>[0]
