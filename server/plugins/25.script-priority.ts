import { withPatientScripts } from '../utils/script-priority'

export default defineNitroPlugin((nitroApp) => {
  nitroApp.hooks.hook('render:html', (html) => {
    html.head = withPatientScripts(html.head)
  })
})
