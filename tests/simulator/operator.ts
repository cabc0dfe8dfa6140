import { multiplyRoundedUp } from '../../server/domain/refund/gas'
import type { Coin } from '../../shared/utils/coin'
import { feeDenom, operatorAddress, type ModelChain } from './network'
import { bankTx } from './people'
import type { Spender } from './service-account'
import { encodeSend } from './signer'
import type { World } from './world'

/** People who hold a service wallet's key or its money: they fund it, withdraw, steal, and send refunds by hand. */

const gasLimit = 100_000n

/** A person's wallet program asks for the sequence as of the last block; in a hurry it does not count what travels. */
function sendFromWallet(world: World, chain: ModelChain, by: Spender, toAddress: string, coin: Coin, memo: string): void {
  const { service } = chain
  const hasty = by !== 'hand' && world.random.chance(0.5)
  const sequence = hasty ? service.sequence : service.nextSequence()
  const fee = { denom: feeDenom(chain.chainId), amount: multiplyRoundedUp(gasLimit, service.gasPrice) }
  const bytes = encodeSend({ chainId: chain.chainId, from: service.address, signed: true, order: { destination: toAddress, coin, memo, fee, gasLimit, timeoutHeight: 0n, accountNumber: service.accountNumber, sequence } })
  if (hasty) service.sendElsewhere(bytes, chain.height, by)
  else service.check(bytes, chain.height, by)
  world.count(`wallet ${by}`)
  world.note(`${by} sends ${coin.amount}${coin.denom} to ${toAddress} from the wallet of ${chain.chainId} (sequence ${sequence})`)
}

export function fund(world: World, chain: ModelChain, coin: Coin): void {
  chain.mempool.push(bankTx(chain.chainId, operatorAddress(chain.chainId), '', [coin]))
  world.count('wallet funded')
  world.note(`the operator funds the wallet of ${chain.chainId} with ${coin.amount}${coin.denom}`)
}

export function withdraw(world: World, chain: ModelChain): void {
  const balance = chain.service.balances.get(feeDenom(chain.chainId)) ?? 0n
  if (balance < 100n) return
  sendFromWallet(world, chain, 'operator', operatorAddress(chain.chainId), { denom: feeDenom(chain.chainId), amount: balance * BigInt(world.random.between(1, 9)) / 10n }, '')
}

export function steal(world: World, chain: ModelChain): void {
  const balance = chain.service.balances.get(feeDenom(chain.chainId)) ?? 0n
  if (balance > 20n) sendFromWallet(world, chain, 'thief', 'thief', { denom: feeDenom(chain.chainId), amount: 10n }, world.random.pick(['', 'thanks']))
}

interface Owed { readonly id: string, readonly destination: string, readonly amount: string, readonly denom: string, readonly less: boolean }

const owedQuery = `select id, destination, amount::text, denom, network_fee_deducted as less from refunds where chain_id = $1 and state in ('planned', 'held') and destination is not null order by planned_at, id`

/** How a person gets a send by hand wrong, or right. */
type Care = 'exact' | 'less_fee' | 'no_memo' | 'wrong_amount' | 'wrong_address' | 'twice'

/** Sends a refund by hand as the docs say, or not quite; `careful`: every one that is owed, as it should be. */
export async function sendByHand(world: World, chain: ModelChain, careful: boolean): Promise<void> {
  const rows = await world.database.ask<Owed>(owedQuery, [chain.chainId])
  const chosen = careful ? rows : rows.slice(0, 1)
  for (const owed of chosen) {
    // Who has sent one waits for it, and does not send it again a minute later.
    const sent = world.sentByHand.get(owed.id)
    if (sent !== undefined && !careful) continue
    if (careful && (chain.service.isTravelling(owed.id) || chain.service.blocked.has(owed.destination))) continue
    world.sentByHand.set(owed.id, (sent ?? 0) + 1)
    const care: Care = careful ? 'exact' : world.random.weighted({ exact: 6, less_fee: 2, no_memo: 2, wrong_amount: 1, wrong_address: 1, twice: 1 })
    const fee = multiplyRoundedUp(gasLimit, chain.service.gasPrice)
    const amount = BigInt(owed.amount)
    const sends = (value: bigint, memo = owed.id, to = owed.destination) => sendFromWallet(world, chain, 'hand', to, { denom: owed.denom, amount: value }, memo)
    world.count(`by hand ${care}`)
    if (care === 'less_fee') sends(owed.less && owed.denom === feeDenom(chain.chainId) && amount > fee ? amount - fee : amount)
    else if (care === 'no_memo') sends(amount, '')
    else if (care === 'wrong_amount') sends(amount + 1n)
    else if (care === 'wrong_address') sends(amount, owed.id, 'somebody-else')
    else sends(amount)
    if (care === 'twice') sends(amount)
  }
}
