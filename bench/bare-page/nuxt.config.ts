/** The least a Nuxt page can be: no module, no data, one static page. Built by bench/pages.ts into .data/bare-page. */
export default defineNuxtConfig({
  devtools: { enabled: false },
  srcDir: '.',
  buildDir: '../../.data/bare-page/nuxt',
  compatibilityDate: '2026-09-01',
  nitro: { output: { dir: '../../.data/bare-page/output' } },
  telemetry: false,
})
