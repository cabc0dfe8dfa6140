import { defineStore } from 'pinia'
import type { ClearingStatus, ClearingToken, PaymentVerificationDto } from '#shared/schemas/clearing'
import type { PacketIdDto } from '#shared/schemas/common'
import type { UserStatistics } from '#shared/schemas/statistics'
import type { OperationStatus } from '#shared/types/clearing'
import { useApi } from '~/composables/useApi'
import type { ApiProblem } from '~/services/api-problem'
import { toApiProblem } from '~/services/api-problem'

/** What a page needs to have a clearing paid; both the token and its status from the server hold it. */
export type PayableToken = Pick<ClearingStatus, 'token' | 'memoCode' | 'walletAddress' | 'paymentChainId' | 'paymentAddress' | 'feeLines' | 'total' | 'issuedAt' | 'expiresAt' | 'graceUntil'>

const storageName = (token: string) => `relayooor.clearing.${token}`

function remember(token: ClearingToken) {
  try {
    localStorage.setItem(storageName(token.token), JSON.stringify(token))
  }
  catch {
    // Private mode or full: the token stays in the address bar, and the server knows the rest.
  }
}

async function recall(token: string): Promise<ClearingToken | null> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageName(token)) ?? 'null')
    if (!stored) return null
    const { clearingTokenSchema } = await import('#shared/schemas/clearing')
    return clearingTokenSchema.safeParse(stored).data ?? null
  }
  catch {
    // Not readable: as if nothing had been stored; the server is asked anyway.
    return null
  }
}

/** The clearing that this browser is about to pay or follow. */
export const useClearingStore = defineStore('clearing', {
  state: () => ({
    selectedPackets: [] as PacketIdDto[],
    walletAddress: '',
    paymentChainId: '',
    currentToken: null as PayableToken | null,
    /** The token restored last: what is remembered of an earlier one comes too late. */
    restoredToken: '',
    operationStatus: 'idle' as 'idle' | 'requesting' | 'refused' | OperationStatus,
    statistics: null as UserStatistics | null,
    problem: null as ApiProblem | null,
  }),
  actions: {
    /** Asks for a token for these packets, paid on `paymentChainId` by `walletAddress`. False: refused, see `problem`. */
    async initiateClearingFlow(packets: readonly PacketIdDto[]): Promise<boolean> {
      this.selectedPackets = [...packets]
      this.operationStatus = 'requesting'
      this.problem = null
      try {
        const token = await useApi().requestToken({ walletAddress: this.walletAddress, paymentChainId: this.paymentChainId, packets: this.selectedPackets }, globalThis.crypto?.randomUUID?.())
        remember(token)
        this.currentToken = token
        this.operationStatus = 'awaiting_payment'
        return true
      }
      catch (failure) {
        this.problem = markRaw(toApiProblem(failure))
        this.operationStatus = 'refused'
        return false
      }
    },
    /** Tells the server which tx paid, and answers with what is known of it; null when the server did not say. The live updates say the rest. */
    async confirmPayment(txHash: string): Promise<PaymentVerificationDto['state'] | null> {
      if (!this.currentToken) return null
      try {
        return (await useApi().checkPayment(this.currentToken.token, txHash)).state
      }
      catch {
        return null
      }
    },
    async refreshStatistics() {
      this.statistics = await useApi().getUserStatistics()
    },
    /** After a reload: first what this browser remembers, then what the server says. */
    async restore(token: string) {
      this.restoredToken = token
      if (this.currentToken?.token === token) return
      this.currentToken = null
      const remembered = await recall(token)
      if (this.restoredToken === token) this.currentToken ??= remembered
    },
    /** The server's word replaces ours. */
    follow(status: ClearingStatus) {
      this.currentToken = status
      this.operationStatus = status.status
    },
  },
})
