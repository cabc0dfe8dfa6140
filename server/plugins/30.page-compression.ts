import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { appendResponseHeader, getRequestHeader, setResponseHeader } from 'h3'
import { pickEncoding } from '../utils/page-encoding'

// A page is compressed once per answer, unlike files, which are as small as can be from the build: half the size for little time.
const compress = {
  br: (page: string) => promisify(brotliCompress)(page, { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } }),
  gzip: (page: string) => promisify(gzip)(page),
}

/** Pages leave compressed, as the built files do; what comes between here and the browser need not do it. */
export default defineNitroPlugin((nitroApp) => {
  nitroApp.hooks.hook('render:response', async (response, { event }) => {
    // The page of an error is rendered for ourselves first, and read as text.
    if (typeof response.body !== 'string' || event.path.startsWith('/__nuxt_error')) return
    appendResponseHeader(event, 'vary', 'accept-encoding')
    const encoding = pickEncoding(getRequestHeader(event, 'accept-encoding'))
    if (!encoding) return
    response.body = await compress[encoding](response.body)
    setResponseHeader(event, 'content-encoding', encoding)
  })
})
