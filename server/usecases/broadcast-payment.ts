import type { BroadcastResponseDto } from '../../shared/schemas/chains'
import { DomainError } from '../domain/errors'
import type { ChainDirectory, ChainReader, ServedChain, TxDecoder } from './ports'
import { servedChain } from './served-chain'

/** Throws DomainError: chain_not_served, transaction_not_a_payment, transaction_rejected (with the node's log), chain_unavailable. */
export type BroadcastPayment = (input: { readonly chainId: string, readonly txBytes: Uint8Array }) => Promise<BroadcastResponseDto>

interface Deps {
  readonly directory: ChainDirectory
  readonly reader: ChainReader
  readonly decoder: TxDecoder
  /** null: this chain cannot be paid on. */
  readonly paymentAddress: (chain: ServedChain) => string | null
}

const longestLog = 500

/** Passes on a signed payment to us and nothing else, so that this is no open relay. */
export function makeBroadcastPayment({ directory, reader, decoder, paymentAddress }: Deps): BroadcastPayment {
  return async ({ chainId, txBytes }) => {
    const chain = servedChain(directory, chainId)
    const { toAddress } = decoder.singleSend(txBytes)
    if (toAddress !== paymentAddress(chain)) {
      throw new DomainError('transaction_not_a_payment', 'This transaction does not pay to our address on this chain, so we do not pass it on.')
    }
    const answer = await reader.broadcast(chainId, txBytes)
    if (answer.state === 'rejected') {
      throw new DomainError('transaction_rejected', `The chain refused the transaction (code ${answer.code}): ${answer.log.slice(0, longestLog)}`, {
        nextStep: 'Nothing was paid. Correct what the chain says and sign again.',
      })
    }
    return { txHash: answer.txHash, state: answer.state }
  }
}
