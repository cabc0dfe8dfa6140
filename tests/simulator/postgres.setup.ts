import type { TestProject } from 'vitest/node'
import { providePostgres } from '../integration/postgres.setup'
import { throwAway } from './database'

export default (project: TestProject) => providePostgres(project, throwAway)
