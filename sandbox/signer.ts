import { Secp256k1 } from '@cosmjs/crypto'
import { makeSignBytes } from '@cosmjs/proto-signing'
import { PubKey } from 'cosmjs-types/cosmos/crypto/secp256k1/keys'
import { SignMode } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing'
import { AuthInfo, SignDoc, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import type { Any } from 'cosmjs-types/google/protobuf/any'
import type { SandboxAccount } from './accounts'
import { feeFloor } from './chain/ante'
import { getAccount } from './chain/accounts'
import type { CheckResult, Chain } from './chain/chain'
import { sha256 } from './chain/merkle'

interface TransactionDraft {
  readonly messages: readonly Any[]
  readonly memo?: string
  readonly gas: number
  /** Base units of the chain's fee denom; absent: twice the floor. */
  readonly fee?: bigint
  readonly sequence?: bigint
  readonly timeoutHeight?: bigint
}

/** Signs in SIGN_MODE_DIRECT with the committed account number and sequence. The signature is deterministic (RFC 6979). */
export async function signTransaction(chain: Chain, account: SandboxAccount, draft: TransactionDraft): Promise<Uint8Array> {
  const address = account.address(chain.spec.bech32Prefix)
  const known = getAccount(chain.state, address)
  const sequence = draft.sequence ?? BigInt(known?.sequence ?? '0')
  const bodyBytes = TxBody.encode(TxBody.fromPartial({ messages: [...draft.messages], memo: draft.memo ?? '', timeoutHeight: draft.timeoutHeight ?? 0n })).finish()
  const fee = draft.fee ?? 2n * feeFloor(chain.spec.gasPrice, draft.gas)
  const authInfoBytes = AuthInfo.encode(AuthInfo.fromPartial({
    signerInfos: [{
      publicKey: { typeUrl: '/cosmos.crypto.secp256k1.PubKey', value: PubKey.encode({ key: account.publicKey }).finish() },
      modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } },
      sequence,
    }],
    fee: { amount: fee > 0n ? [{ denom: chain.spec.feeDenom, amount: fee.toString() }] : [], gasLimit: BigInt(draft.gas) },
  })).finish()
  const accountNumber = BigInt(known?.number ?? '0')
  const signBytes = makeSignBytes(SignDoc.fromPartial({ bodyBytes, authInfoBytes, chainId: chain.spec.chainId, accountNumber }))
  const signature = await Secp256k1.createSignature(sha256(signBytes), account.privateKey)
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature.toFixedLength().slice(0, 64)] }).finish()
}

/** Signs and submits; resolves with the CheckTx answer (code 0: it will be in the next block). */
export async function submitTransaction(chain: Chain, account: SandboxAccount, draft: TransactionDraft): Promise<CheckResult> {
  return chain.submit(await signTransaction(chain, account, draft))
}
