import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { beforeAll, describe, expect, it } from 'vitest'
import { deriveAccounts, type SandboxAccounts } from '../../../../../sandbox/accounts'
import { openServiceWallets } from '../../../../../server/adapters/cosmos/service-wallet'
import type { SendOrder, ServedChain } from '../../../../../server/usecases/ports'

const hub = { chainId: 'hub-1', chainName: 'hub', bech32Prefix: 'cosmos', slip44: 118 } as ServedChain
const zone = { chainId: 'zone-1', chainName: 'zone', bech32Prefix: 'zone', slip44: 529 } as ServedChain
const order: SendOrder = { destination: 'cosmos1payer', coin: { denom: 'uatom', amount: 5n }, memo: 'id', fee: { denom: 'uatom', amount: 2n }, gasLimit: 100n, timeoutHeight: 77n, accountNumber: 1n, sequence: 3n }

let accounts: SandboxAccounts
beforeAll(async () => {
  accounts = await deriveAccounts('keys')
})
const payable = () => [{ chain: hub, address: accounts.service.address('cosmos') }, { chain: zone, address: accounts.service.address('zone') }]

async function keyFile(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'keys-')), 'keys')
  await writeFile(file, text)
  return file
}

describe('the keys of the service wallets', () => {
  it('open every chain whose address they give, by its coin type or Cosmos\'', async () => {
    const { wallets, problems } = await openServiceWallets({ mnemonic: accounts.service.mnemonic, keyFile: null }, payable())
    expect(problems).toEqual([])
    expect([...wallets.keys()]).toEqual(['hub-1', 'zone-1'])
  })

  it('are refused when they give another address, without a word of them', async () => {
    const { wallets, problems } = await openServiceWallets({ mnemonic: accounts.alice.mnemonic, keyFile: null }, payable())
    expect(wallets.size).toBe(0)
    expect(problems).toHaveLength(2)
    const bad = await openServiceWallets({ mnemonic: 'secret '.repeat(12).trim(), keyFile: null }, payable())
    for (const problem of [...problems, ...bad.problems]) for (const word of [...accounts.alice.mnemonic.split(' '), 'secret']) expect(problem.split(/\W/)).not.toContain(word)
    expect(bad.problems).toEqual(['the wallet key for hub is not a valid mnemonic', 'the wallet key for zone is not a valid mnemonic'])
  })

  it('may be named for one chain in a file: the others are paid by hand', async () => {
    const file = await keyFile(`# keys\nzone: ${accounts.service.mnemonic}\n`)
    const { wallets, problems } = await openServiceWallets({ mnemonic: null, keyFile: file }, payable())
    expect(problems).toEqual([])
    expect([...wallets.keys()]).toEqual(['zone-1'])
    expect((await openServiceWallets({ mnemonic: null, keyFile: await keyFile(`other: ${accounts.service.mnemonic}`) }, payable())).problems).toEqual(['the wallet keys name other, which is not paid on'])
    expect((await openServiceWallets({ mnemonic: null, keyFile: '/nowhere' }, payable())).problems).toEqual(['SERVICE_WALLET_KEY_FILE cannot be read: ENOENT'])
    expect((await openServiceWallets({ mnemonic: null, keyFile: await keyFile('\n') }, payable())).problems).toEqual(['SERVICE_WALLET_KEY_FILE holds no mnemonic'])
  })

  it('are absent without a setting', async () => {
    expect(await openServiceWallets({ mnemonic: null, keyFile: null }, payable())).toEqual({ wallets: new Map(), problems: [] })
  })

  it('sign the same order to the same bytes, and carry memo and timeout height', async () => {
    const { wallets } = await openServiceWallets({ mnemonic: accounts.service.mnemonic, keyFile: null }, payable())
    const wallet = wallets.get('hub-1')!
    const [first, second] = [await wallet.sign(order), await wallet.sign(order)]
    expect(first.txHash).toBe(second.txHash)
    expect(first.txHash).toMatch(/^[\dA-F]{64}$/)
    const body = TxBody.decode(TxRaw.decode(first.txBytes).bodyBytes)
    expect(body).toMatchObject({ memo: 'id', timeoutHeight: 77n })
    expect(TxRaw.decode(wallet.unsigned(order)).signatures).toEqual([new Uint8Array(64)])
  })
})
