import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnLocalnet } from './harness/facts'
import { clearPackets, deliverOnly } from './harness/hermes'
import { pauseNodes, resumeNodes } from './harness/network'
import { strand, strandForError, strandTimedOut } from './harness/transfers'
import { LocalWallet } from './harness/wallet'
import { acknowledgementOf, attributesOf, balanceOf, commitmentsOf, rpc, statusOf, txOf, unreceivedBy, waitForHeight } from './harness/witness'

const successAcknowledgement = '08f7557ed51826fe18d84512bf24ec75001edbaf2123a477df72a0a9f3640a7c'

describeOnLocalnet('the localnet itself', (net) => {
  let user: LocalWallet
  beforeAll(async () => {
    user = await LocalWallet.open(net, net.a, 'user1')
  })
  afterAll(() => user.close())

  it('clears exactly the named sequence and leaves its neighbours pending', async () => {
    const { sequences } = await strand(user, net.b, { count: 3 })
    const [first, second, third] = sequences as [bigint, bigint, bigint]
    expect(await unreceivedBy(net.b, sequences)).toEqual(sequences)

    const run = await clearPackets(net, net.a, [second])

    expect(run.exitCode).toBe(0)
    const pending = await commitmentsOf(net.a)
    expect(pending).toEqual(expect.arrayContaining([first, third]))
    expect(pending).not.toContain(second)
    expect(await unreceivedBy(net.b, sequences)).toEqual([first, third])
    expect(await acknowledgementOf(net.b, second)).toBe(successAcknowledgement)
    expect(await acknowledgementOf(net.b, first)).toBeUndefined()
  })

  it('sends ten transfers in one tx that a node confirms', async () => {
    const { sequences, txHash } = await strand(user, net.b, { count: 10 })
    expect(sequences).toHaveLength(10)
    const tx = await txOf(net.a, txHash)
    expect(attributesOf(tx!, 'send_packet', 'packet_sequence').map(BigInt)).toEqual(sequences)
  })

  it('gives the sender the money of a timed-out packet back', async () => {
    const { sequences } = await strandTimedOut(user, net.b, { amount: 777_000n })
    const before = await balanceOf(net.a, user.address)
    await clearPackets(net, net.a, sequences)
    expect(await commitmentsOf(net.a)).not.toContain(sequences[0])
    expect(await balanceOf(net.a, user.address)).toBe(before + 777_000n)
  })

  it('answers an impossible receiver with an error acknowledgement, and the money returns', async () => {
    const { sequences } = await strandForError(user, net.b, { amount: 555_000n })
    const before = await balanceOf(net.a, user.address)
    await clearPackets(net, net.a, sequences)
    expect(await acknowledgementOf(net.b, sequences[0]!)).not.toBe(successAcknowledgement)
    expect(await balanceOf(net.a, user.address)).toBe(before + 555_000n)
  })

  it('lets another key clear, and leaves a delivered packet without its acknowledgement', async () => {
    const { sequences } = await strand(user, net.b, { count: 2 })
    const spentBefore = await balanceOf(net.a, net.a.accounts.rival)
    await clearPackets(net, net.a, [sequences[0]!], { as: 'rival' })
    expect(await balanceOf(net.a, net.a.accounts.rival)).toBeLessThan(spentBefore)
    await deliverOnly(net, net.a, net.b, [sequences[1]!])
    expect(await unreceivedBy(net.b, sequences)).toEqual([])
    const pending = await commitmentsOf(net.a)
    expect(pending).toContain(sequences[1])
    expect(pending).not.toContain(sequences[0])
  })

  it('takes payments with a memo, signed directly and by amino', async () => {
    const amino = await LocalWallet.open(net, net.b, 'user2', 'amino')
    const before = await balanceOf(net.b, net.b.accounts.service)
    const paid = await amino.pay(net.b.accounts.service, 1_234n, 'a memo')
    expect(await balanceOf(net.b, net.b.accounts.service)).toBe(before + 1_234n)
    expect((await txOf(net.b, paid.txHash))?.tx_result.code).toBe(0)
    amino.close()
    const direct = await user.pay(net.a.accounts.service, 5n, 'another')
    expect(BigInt((await txOf(net.a, direct.txHash))!.height)).toBe(direct.height)
  })

  it('has two nodes per chain that agree on every block', async () => {
    const { height } = await statusOf(net.a)
    const hashes = await Promise.all(net.a.rpcs.map(async (url) => {
      await waitForHeight(net.a, height, url)
      return (await rpc<{ block_id: { hash: string } }>(url, 'block', { height: String(height) })).block_id.hash
    }))
    expect(hashes).toHaveLength(2)
    expect(hashes[0]).toBe(hashes[1])
  })

  it('goes on when a frozen follower wakes up', async () => {
    await pauseNodes(net, 'ibc-a-2')
    const { height } = await statusOf(net.a)
    await waitForHeight(net.a, height + 2n)
    await expect(fetch(`${net.a.rpcs[1]}/status`, { signal: AbortSignal.timeout(300) })).rejects.toThrow()
    await resumeNodes(net, 'ibc-a-2')
    await waitForHeight(net.a, height + 2n, net.a.rpcs[1])
  })

  it('survives the relayer being killed midway', async () => {
    const { sequences } = await strand(user, net.b)
    const killed = await clearPackets(net, net.a, sequences, { timeoutMs: 400 })
    expect(killed.exitCode).toBeNull()
    await clearPackets(net, net.a, sequences)
    expect(await commitmentsOf(net.a)).not.toContain(sequences[0])
  })
})
