import { randomBytes } from 'node:crypto'
import { defineEventHandler, setResponseHeaders } from 'h3'

/** Everything from our own origin: no fonts, no telemetry, no proxy, no cloud features. */
const options = {
  url: '/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  proxyUrl: '',
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  documentDownloadType: 'json',
}

const page = (nonce: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Relayooor API</title>
</head>
<body>
<div id="reference"></div>
<script src="/_reference/standalone.js" nonce="${nonce}"></script>
<script nonce="${nonce}">Scalar.createApiReference('#reference', ${JSON.stringify(options)})</script>
</body>
</html>
`

/** The reference page: Scalar, served by ourselves and fenced in by its policy. */
export default defineEventHandler((event) => {
  const nonce = randomBytes(16).toString('base64')
  setResponseHeaders(event, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  })
  return page(nonce)
})
