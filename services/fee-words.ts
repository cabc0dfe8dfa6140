import type { FeeLineDto, GasBasisDto } from '#shared/schemas/clearing'
import type { InnerWords } from '~/locales/en/inner'

interface FeeFormats {
  readonly chainName: (chainId: string) => string
  readonly coin: (coin: FeeLineDto['coin'], chainId: string) => string
  /** Digits of a whole number. */
  readonly integer: (text: string) => string
}

const workKinds = ['updateClient', 'receive', 'acknowledge', 'timeout'] as const
export type WorkKind = typeof workKinds[number]

function workWords(gas: GasBasisDto, t: InnerWords): string {
  return workKinds.filter(kind => gas[kind] > 0).map(kind => t.wizard.work[kind](gas[kind])).join(', ')
}

/** How the amount of a fee line came about, in the language of the page. `paymentChainId`: where the price is paid. */
export function feeDetail(line: FeeLineDto, paymentChainId: string, t: InnerWords, formats: FeeFormats): string {
  if (line.each) return t.wizard.packetsTimes(line.each.count, formats.coin(line.each.coin, paymentChainId))
  if (!line.gas) return t.wizard.feeDetails[line.kind]
  const { gas } = line
  const work = t.wizard.gasOf(formats.chainName(gas.chainId), workWords(gas, t), formats.integer(gas.gas))
  return gas.cost.denom === line.coin.denom ? work : `${work}; ${t.wizard.gasConverted(formats.coin(gas.cost, gas.chainId))}`
}
