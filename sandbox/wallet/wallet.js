// Dev wallet with Keplr's interface. Signing happens at the sandbox's control port; no key reaches the page.
(() => {
  const controlUrl = '__CONTROL_URL__'
  const storageKey = 'sandbox-wallet-account'
  let account = stored() ?? 'alice'
  let rejectNext = false
  let ledger = false
  const enabled = new Set()
  const log = []

  function stored() {
    try {
      return localStorage.getItem(storageKey) ?? undefined
    }
    catch {
      return undefined
    }
  }

  const toBase64 = bytes => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
  const fromBase64 = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0))

  async function ask(path, body) {
    const response = await fetch(controlUrl + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ account, ...body }) })
    const answer = await response.json()
    if (!response.ok) throw new Error(answer.error)
    return answer
  }

  /** Every call that opens a window in a real wallet comes through here and can be refused. */
  function approve(kind, facts) {
    log.push({ kind, account, ...facts })
    if (!rejectNext) return
    rejectNext = false
    throw new Error('Request rejected')
  }

  async function getKey(chainId) {
    const key = await ask('/wallet/key', { chainId })
    return { ...key, pubKey: fromBase64(key.pubKey), address: fromBase64(key.address), ethereumHexAddress: '', isNanoLedger: ledger, isKeystone: false }
  }

  async function enable(chainIds) {
    const wanted = [chainIds].flat().filter(chainId => !enabled.has(chainId))
    if (wanted.length === 0) return
    approve('enable', { chainIds: wanted })
    for (const chainId of wanted) await ask('/wallet/key', { chainId })
    for (const chainId of wanted) enabled.add(chainId)
  }

  async function signAmino(chainId, signer, signDoc) {
    approve('signAmino', { chainId, memo: signDoc.memo })
    return ask('/wallet/sign-amino', { chainId, signer, signDoc })
  }

  async function signDirect(chainId, signer, signDoc) {
    if (ledger) throw new Error('Ledger signs amino only')
    approve('signDirect', { chainId })
    const { signature } = await ask('/wallet/sign-direct', {
      chainId,
      signer,
      signDoc: {
        bodyBytes: toBase64(signDoc.bodyBytes),
        authInfoBytes: toBase64(signDoc.authInfoBytes),
        chainId: signDoc.chainId ?? chainId,
        accountNumber: String(signDoc.accountNumber),
      },
    })
    return { signed: signDoc, signature }
  }

  async function signArbitrary(chainId, signer, message) {
    approve('signArbitrary', { chainId })
    const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message
    return ask('/wallet/sign-arbitrary', { chainId, signer, message: toBase64(bytes) })
  }

  async function sendTx(chainId, tx) {
    const { code, log: text, hash } = await ask('/wallet/broadcast', { chainId, tx: toBase64(tx) })
    if (code !== 0) throw new Error(text)
    return Uint8Array.from(hash.match(/../g), pair => Number.parseInt(pair, 16))
  }

  const accountsOf = chainId => async () => {
    const { algo, pubKey, bech32Address } = await getKey(chainId)
    return [{ algo, pubkey: pubKey, address: bech32Address }]
  }
  const aminoSigner = chainId => ({ getAccounts: accountsOf(chainId), signAmino: (signer, signDoc) => signAmino(chainId, signer, signDoc) })
  const directSigner = chainId => ({ getAccounts: accountsOf(chainId), signDirect: (signer, signDoc) => signDirect(chainId, signer, signDoc) })
  const bothSigner = chainId => ({ ...aminoSigner(chainId), ...directSigner(chainId) })

  window.keplr = {
    version: '0.12.100',
    mode: 'extension',
    defaultOptions: {},
    isSandboxWallet: true,
    enable,
    disable: async chainIds => [chainIds ?? [...enabled]].flat().forEach(chainId => enabled.delete(chainId)),
    experimentalSuggestChain: async (facts) => {
      await ask('/wallet/key', { chainId: facts.chainId })
    },
    getKey,
    getKeysSettled: chainIds => Promise.allSettled(chainIds.map(getKey)),
    getOfflineSigner: bothSigner,
    getOfflineSignerOnlyAmino: aminoSigner,
    getOfflineSignerAuto: async chainId => bothSigner(chainId),
    signAmino,
    signDirect,
    signArbitrary,
    sendTx,
  }

  window.__sandboxWallet = {
    accounts: ['alice', 'bob', 'admin', 'service', 'poor'],
    log,
    get account() {
      return account
    },
    get ledger() {
      return ledger
    },
    set ledger(on) {
      ledger = on
    },
    use(name) {
      account = name
      try {
        localStorage.setItem(storageKey, name)
      }
      catch {
        // Storage may be off: the choice lasts for this page then.
      }
      window.dispatchEvent(new Event('keplr_keystorechange'))
    },
    rejectNext() {
      rejectNext = true
    },
  }
  window.dispatchEvent(new Event('keplr_loaded'))
})()
