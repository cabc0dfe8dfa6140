import withNuxt from './.nuxt/eslint.config.mjs'

export default withNuxt(
  { ignores: ['public/**', 'coverage/**', '.data/**', 'scripts/localnet/**/*.py', 'drizzle/migrations/**'] },
  { rules: { 'no-console': 'error' } },
  {
    files: ['**/*.ts', '**/*.vue'],
    rules: { '@typescript-eslint/no-explicit-any': 'error', '@typescript-eslint/consistent-type-imports': 'error' },
  },
  { files: ['scripts/**', 'sandbox/**', 'bench/**', 'tests/**'], rules: { 'no-console': 'off' } },
  { files: ['bench/bare-page/**'], rules: { 'vue/multi-word-component-names': 'off' } },
)
