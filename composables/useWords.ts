import type { ComputedRef, Ref } from 'vue'
import { en, type Words } from '~/locales/en'
import type { Spanish } from '~/locales/es'
import { makeFormats, type Formats } from '~/services/format'
import type { Locale } from '~/services/locale'

/** English comes with the pages, part by part; Spanish as a whole, when it is chosen. */
const spanish = shallowRef<Spanish>()
const formats = new Map<Locale, Formats>()

function formatsOf(locale: Locale): Formats {
  const made = formats.get(locale) ?? makeFormats(locale)
  formats.set(locale, made)
  return made
}

async function load(locale: Locale): Promise<void> {
  if (locale === 'es') spanish.value ??= (await import('~/locales/es')).es
}

/** The language of this page. */
export function useLocale(): Ref<Locale> {
  return useState<Locale>('locale', () => 'en')
}

/** Changes the language once its texts are there, and keeps it for later visits. */
export function useLocaleChoice() {
  const locale = useLocale()
  const cookie = useCookie<string | null>('locale', { maxAge: 365 * 86_400, sameSite: 'lax', path: '/' })
  return {
    locale,
    chosen: cookie,
    async choose(wanted: Locale, options: { keep: boolean }) {
      await load(wanted)
      locale.value = wanted
      if (options.keep) cookie.value = wanted
    },
  }
}

interface WordsAndFormats<T> { t: ComputedRef<T>, f: ComputedRef<Formats> }

/** `t`: the texts, `f`: numbers and times, both in the language of this page. Pages behind the first one bring English texts of their own. */
export function useWords(): WordsAndFormats<Words>
export function useWords<Own extends Partial<Spanish>>(own: Own): WordsAndFormats<Words & Own>
export function useWords(own?: Partial<Spanish>) {
  const locale = useLocale()
  return { t: computed(() => ({ ...en, ...own, ...locale.value === 'es' ? spanish.value : undefined })), f: computed(() => formatsOf(locale.value)) }
}
