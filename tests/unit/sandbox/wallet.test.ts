import { runInNewContext } from 'node:vm'
import type { Keplr } from '@keplr-wallet/types'
import { coin, makeAuthInfoBytes, Registry } from '@cosmjs/proto-signing'
import { defaultRegistryTypes } from '@cosmjs/stargate'
import { pubkeyToAddress, serializeSignDoc } from '@cosmjs/amino'
import { Secp256k1, Secp256k1Signature, sha256 } from '@cosmjs/crypto'
import { SignMode } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing'
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxChain } from '../../../sandbox/start'
import { startSandbox } from '../../../sandbox/start'
import { balance, control, signingClient } from './world'

interface SandboxWallet { ledger: boolean, readonly account: string, readonly log: { kind: string }[], use(name: string): void, rejectNext(): void }
interface Page { readonly keplr: Keplr, readonly __sandboxWallet: SandboxWallet }

let sandbox: Sandbox
let hub: SandboxChain
let page: Page
let keyChanges = 0

beforeAll(async () => {
  sandbox = await startSandbox({ manualBlocks: true, story: false })
  hub = sandbox.chains[0]!
  const response = await fetch(`${sandbox.controlUrl}/wallet.js`, { headers: { origin: 'http://localhost:3000' } })
  expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
  const target = Object.assign(new EventTarget(), {}) as EventTarget & Page
  target.addEventListener('keplr_keystorechange', () => keyChanges += 1)
  runInNewContext(await response.text(), { window: target, fetch, btoa, atob, TextEncoder, Event, URL, Uint8Array, localStorage: undefined })
  page = target
})
afterAll(() => sandbox.stop())

describe('the dev wallet', () => {
  it('shows the key of its account and says when another is chosen', async () => {
    await page.keplr.enable(hub.chainId)
    const key = await page.keplr.getKey(hub.chainId)
    expect(key).toMatchObject({ name: 'alice', algo: 'secp256k1', bech32Address: sandbox.accounts.alice.addresses[hub.chainId], isNanoLedger: false })
    expect(key.pubKey).toHaveLength(33)
    page.__sandboxWallet.use('bob')
    expect((await page.keplr.getKey(hub.chainId)).bech32Address).toBe(sandbox.accounts.bob.addresses[hub.chainId])
    expect(keyChanges).toBe(1)
    page.__sandboxWallet.use('alice')
  })

  it('signs a payment that the chain accepts, and broadcasts it', async () => {
    const { bech32Address, pubKey } = await page.keplr.getKey(hub.chainId)
    const { client } = await signingClient(sandbox, hub, 'alice')
    const { accountNumber, sequence } = await client.getSequence(bech32Address)
    const registry = new Registry(defaultRegistryTypes)
    const bodyBytes = registry.encodeTxBody({
      memo: 'RLY-TEST',
      messages: [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: bech32Address, toAddress: sandbox.accounts.service.addresses[hub.chainId]!, amount: [coin(4242, 'uatom')] } }],
    })
    const publicKey = { typeUrl: '/cosmos.crypto.secp256k1.PubKey', value: Uint8Array.from([10, pubKey.length, ...pubKey]) }
    const authInfoBytes = makeAuthInfoBytes([{ pubkey: publicKey, sequence }], [coin(2000, 'uatom')], 100_000, undefined, undefined, SignMode.SIGN_MODE_DIRECT)
    const { signature } = await page.keplr.signDirect(hub.chainId, bech32Address, { bodyBytes, authInfoBytes, chainId: hub.chainId, accountNumber } as never)
    const before = await balance(sandbox, hub, 'service')
    const tx = TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [Buffer.from(signature.signature, 'base64')] }).finish()
    const hash = await page.keplr.sendTx(hub.chainId, tx, 'sync' as never)
    expect(Buffer.from(hash)).toEqual(Buffer.from(sha256(tx)))
    await control(sandbox, '/blocks')
    expect(await balance(sandbox, hub, 'service')).toBe(before + 4_242n)
  })

  it('signs arbitrary text as ADR-36 says', async () => {
    const address = sandbox.accounts.alice.addresses[hub.chainId]!
    const { pub_key: key, signature } = await page.keplr.signArbitrary(hub.chainId, address, 'sign in')
    const bytes = serializeSignDoc({
      chain_id: '', account_number: '0', sequence: '0', fee: { gas: '0', amount: [] }, memo: '',
      msgs: [{ type: 'sign/MsgSignData', value: { signer: address, data: Buffer.from('sign in').toString('base64') } }],
    })
    expect(pubkeyToAddress(key, 'cosmos')).toBe(address)
    expect(Secp256k1.verifySignature(Secp256k1Signature.fromFixedLength(Buffer.from(signature, 'base64')), sha256(bytes), Buffer.from(key.value, 'base64'))).toBe(true)
  })

  it('as a Ledger signs amino only, and answers with the keys sorted, as Keplr does', async () => {
    page.__sandboxWallet.ledger = true
    const { bech32Address, isNanoLedger } = await page.keplr.getKey(hub.chainId)
    expect(isNanoLedger).toBe(true)
    await expect(page.keplr.signDirect(hub.chainId, bech32Address, { bodyBytes: new Uint8Array(), authInfoBytes: new Uint8Array(), chainId: hub.chainId } as never)).rejects.toThrow('Ledger signs amino only')
    const asked = { chain_id: hub.chainId, account_number: '1', sequence: '2', fee: { gas: '1', amount: [{ denom: 'uatom', amount: '3' }] }, memo: 'a & b', msgs: [{ type: 'cosmos-sdk/MsgSend', value: { to_address: 'b', from_address: 'a', amount: [] } }] }
    const { signed, signature } = await page.keplr.signAmino(hub.chainId, bech32Address, asked)
    page.__sandboxWallet.ledger = false
    expect(signed).toEqual(asked)
    expect(Object.keys(signed)).toEqual(['account_number', 'chain_id', 'fee', 'memo', 'msgs', 'sequence'])
    expect(Secp256k1.verifySignature(Secp256k1Signature.fromFixedLength(Buffer.from(signature.signature, 'base64')), sha256(serializeSignDoc(asked)), Buffer.from(signature.pub_key.value, 'base64'))).toBe(true)
  })

  it('refuses when the person refuses, and never signs for somebody else', async () => {
    const address = sandbox.accounts.alice.addresses[hub.chainId]!
    page.__sandboxWallet.rejectNext()
    await expect(page.keplr.signArbitrary(hub.chainId, address, 'no')).rejects.toThrow('Request rejected')
    await expect(page.keplr.signArbitrary(hub.chainId, sandbox.accounts.bob.addresses[hub.chainId]!, 'no')).rejects.toThrow('Signer mismatched')
  })

  it('is closed to pages of other machines', async () => {
    const response = await fetch(`${sandbox.controlUrl}/wallet/key`, { method: 'POST', headers: { origin: 'https://evil.example' }, body: '{}' })
    expect(response.status).toBe(403)
  })
})
