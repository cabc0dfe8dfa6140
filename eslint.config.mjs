import withNuxt from './.nuxt/eslint.config.mjs'

export default withNuxt(
  { ignores: ['public/**', 'coverage/**', '.data/**', 'scripts/localnet/**/*.py', 'drizzle/migrations/**'] },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
    },
  },
  { files: ['scripts/**', 'sandbox/**', 'bench/**'], rules: { 'no-console': 'off' } },
)
