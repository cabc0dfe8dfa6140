import type { Ref } from 'vue'

interface Page {
  readonly items: readonly unknown[]
  readonly nextCursor: string | null
}

/**
 * Appends the next page to the list that is `shown`, one at a time. What arrives for a list that is no longer shown is
 * dropped. `failure`: why the last page of this list could not be had.
 */
export function useNextPage<List extends Page>(shown: Ref<List | null | undefined>, ask: (cursor: string) => Promise<List>, join: (list: List, next: List) => List) {
  const asked = shallowRef<List>()
  const failed = shallowRef<{ readonly list: List, readonly failure: unknown }>()
  const pending = computed(() => asked.value !== undefined && asked.value === shown.value)
  const failure = computed(() => failed.value && failed.value.list === shown.value ? failed.value.failure : null)

  async function more() {
    const { value: list } = shown
    if (!list?.nextCursor || pending.value) return
    asked.value = list
    failed.value = undefined
    try {
      const next = await ask(list.nextCursor)
      if (shown.value === list) shown.value = join(list, next)
    }
    catch (reason) {
      failed.value = { list, failure: reason }
    }
    if (asked.value === list) asked.value = undefined
  }
  return { more, pending, failure }
}
