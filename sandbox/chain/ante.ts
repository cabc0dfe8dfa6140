import { rawSecp256k1PubkeyToRawAddress } from '@cosmjs/amino'
import { fromBase64, toBase64 } from '@cosmjs/encoding'
import { getAccount, putAccount } from './accounts'
import { decodeAddress, moduleAddress } from './addresses'
import { formatCoins, sendCoins } from './bank'
import type { ExecutionContext } from './context'
import { insufficientFee, invalidRequest, memoTooLarge, outOfGas, redundantTransaction, timeoutHeightPassed, unauthorized, unknownAddress, wrongSequence } from './errors'
import { event } from './events'
import { isSignedBy } from './signatures'
import { StateBranch } from './state'
import type { Transaction } from './transaction'

export type ExecutionMode = 'check' | 'deliver' | 'simulate'

const maxMemoCharacters = 256
// cosmos-sdk x/auth: TxSizeCostPerByte; the rest is what account reads, the fee transfer and one signature cost, roughly.
const gasPerByte = 10
const gasOfAnte = 17_000

export function anteGas(transaction: Transaction): number {
  return gasOfAnte + gasPerByte * transaction.byteLength
}

/** Gas price × gas, rounded up, in base units; the price is a decimal text. */
export function feeFloor(gasPrice: string, gas: number): bigint {
  const [whole = '0', fraction = ''] = gasPrice.split('.')
  const scaled = BigInt(whole + fraction) * BigInt(gas)
  const unit = 10n ** BigInt(fraction.length)
  return (scaled + unit - 1n) / unit
}

function checkBasics(context: ExecutionContext, transaction: Transaction, mode: ExecutionMode): void {
  const { memo, timeoutHeight } = transaction.body
  if (timeoutHeight > 0n && BigInt(context.height) > timeoutHeight) throw timeoutHeightPassed(`block height: ${context.height}, timeout height: ${timeoutHeight}`)
  if (memo.length > maxMemoCharacters) throw memoTooLarge(`maximum number of characters is ${maxMemoCharacters} but received ${memo.length} characters`)
  const gas = anteGas(transaction)
  if (mode !== 'simulate' && gas > transaction.gasLimit) throw outOfGas(`out of gas in location: txSize; gasWanted: ${transaction.gasLimit}, gasUsed: ${gas}`)
}

function deductFee(context: ExecutionContext, transaction: Transaction, mode: ExecutionMode): void {
  const { feeDenom, gasPrice, bech32Prefix } = context.spec
  const { fee, signer } = transaction
  if (mode === 'check') {
    const required = feeFloor(gasPrice, transaction.gasLimit)
    const paid = fee.find(coin => coin.denom === feeDenom)?.amount ?? 0n
    if (paid < required) throw insufficientFee(`insufficient fees; got: ${formatCoins(fee)} required: ${required}${feeDenom}`)
  }
  if (!getAccount(context.state, signer)) throw unknownAddress(`fee payer address: ${signer} does not exist`)
  const charged = fee.filter(coin => coin.amount > 0n)
  if (charged.length > 0) sendCoins(context, signer, moduleAddress(bech32Prefix, 'fee_collector'), charged)
  context.events.push(event('tx', { fee: formatCoins(charged), fee_payer: signer }))
}

function checkSignature(context: ExecutionContext, transaction: Transaction, mode: ExecutionMode): void {
  const account = getAccount(context.state, transaction.signer)
  if (!account) throw unknownAddress(`account ${transaction.signer} does not exist`)
  const publicKey = transaction.publicKey?.length ? transaction.publicKey : account.publicKey ? fromBase64(account.publicKey) : undefined
  if (!publicKey) throw invalidRequest('pubKey is not set')
  const address = rawSecp256k1PubkeyToRawAddress(publicKey)
  if (mode !== 'simulate' && Buffer.compare(address, decodeAddress(transaction.signer).bytes) !== 0) throw unauthorized(`pubKey does not match signer address ${transaction.signer}`)
  if (transaction.sequence !== BigInt(account.sequence)) throw wrongSequence(`account sequence mismatch, expected ${account.sequence}, got ${transaction.sequence}`)
  const { chainId } = context.spec
  if (mode !== 'simulate' && !isSignedBy(transaction, publicKey, chainId, account.number)) {
    throw unauthorized(`signature verification failed; please verify account number (${account.number}) and chain-id (${chainId})`)
  }
  putAccount(context.state, { ...account, publicKey: toBase64(publicKey), sequence: (BigInt(account.sequence) + 1n).toString() })
  context.events.push(event('tx', { acc_seq: `${transaction.signer}/${account.sequence}` }))
  context.events.push(event('tx', { signature: toBase64(transaction.signature) }))
}

/** ibc-go's RedundantRelayDecorator: refuses a tx (code 22, no fee) when every packet in it has been relayed already. */
function refuseRedundant(context: ExecutionContext, transaction: Transaction): void {
  if (transaction.messages.some(message => message.kind === 'other')) return
  const trial = new StateBranch(context.state)
  const branch: ExecutionContext = { ...context, state: trial, events: [] }
  let packets = 0
  let redundant = 0
  for (const message of transaction.messages) {
    if (message.kind === 'client') message.execute(branch)
    else {
      packets += 1
      if (message.relay?.(branch) === 'noop') redundant += 1
    }
  }
  if (packets > 0 && redundant === packets) throw redundantTransaction()
  // The mempool's view keeps what IBC core wrote, so that the second of two racing relayers is refused; not what coins did.
  for (const [key, value] of trial.changes) {
    if (!/^(?:receipt|commit|ack|client|cons)\|/.test(key)) continue
    if (value === undefined) context.state.delete(key)
    else context.state.set(key, value)
  }
}

/** Everything before the messages, in the SDK's order. A throw leaves the caller's branch to be dropped: no fee. */
export function runAnte(context: ExecutionContext, transaction: Transaction, mode: ExecutionMode): void {
  checkBasics(context, transaction, mode)
  deductFee(context, transaction, mode)
  checkSignature(context, transaction, mode)
  if (mode === 'check') refuseRedundant(context, transaction)
}
