import { appendResponseHeader } from 'h3'
import { pickLocale } from '~/services/locale'

/** Before any page renders: the language of this visit. `?lang=es` in a link is a choice, and is kept. */
export default defineNuxtPlugin(async () => {
  const { locale, chosen, choose } = useLocaleChoice()
  if (import.meta.client) return choose(locale.value, { keep: false })
  const { lang } = useRoute().query
  const asked = typeof lang === 'string' ? lang : undefined
  await choose(pickLocale({ asked, chosen: chosen.value, acceptLanguage: useRequestHeader('accept-language') }), { keep: asked !== undefined })
  const event = useRequestEvent()
  if (event) appendResponseHeader(event, 'vary', 'accept-language, cookie')
})
