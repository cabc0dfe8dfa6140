/** Mutation testing of the modules that decide about money; docs/reference/mutation.md says what survives and why. */
export default {
  mutate: ['server/domain/{payment,refund,ledger,pricing}/**/*.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // Only what those tests need is copied; tsconfig.json would ask for .nuxt.
  ignorePatterns: ['/*', '!/server', '!/shared', '!/tests', '!/package.json', '!/vitest.mutation.config.ts'],
  tempDirName: 'reports/mutation-sandbox',
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
  htmlReporter: { fileName: 'reports/mutation/mutants.html' },
  jsonReporter: { fileName: 'reports/mutation/mutants.json' },
}
