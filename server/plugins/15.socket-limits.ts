import { socketOptions } from '../utils/update-sessions'

/** Nitro makes the socket server from the app's options, after its plugins have run. */
export default defineNitroPlugin(({ h3App }) => {
  h3App.options.websocket = socketOptions
})
