/** A word of IBC or of this service, in one or two sentences. */
export interface GlossaryEntry {
  readonly name: string
  /** How texts of ours write it: the first of them that a page shows is explained. */
  readonly forms: readonly string[]
  readonly meaning: string
}

export const glossaryWords = ['packet', 'relayer', 'channel', 'sequence', 'commitment', 'acknowledgement', 'timeout', 'client', 'memo', 'memoCode', 'clearing', 'share'] as const
export type GlossaryWord = typeof glossaryWords[number]

const words: Readonly<Record<GlossaryWord, GlossaryEntry>> = {
  packet: { name: 'Packet', forms: ['packet', 'packets'], meaning: 'One message from a chain to another. A transfer of tokens over IBC is one packet: the tokens are locked when it leaves, and paid out when it arrives.' },
  relayer: { name: 'Relayer', forms: ['relayer', 'relayers'], meaning: 'A program that carries packets between chains. Chains do not talk to each other by themselves: without a relayer a packet waits.' },
  channel: { name: 'Channel', forms: ['channel', 'channels'], meaning: 'The line between two chains on which packets travel. Each chain has its own number for it.' },
  sequence: { name: 'Sequence', forms: ['sequence'], meaning: 'The number of a packet on its channel. Chain, channel and sequence name one packet exactly.' },
  commitment: { name: 'Commitment', forms: ['commitment'], meaning: 'The note that the sending chain keeps of a packet until it is finished. While it is there the packet is pending.' },
  acknowledgement: { name: 'Acknowledgement', forms: ['acknowledgement', 'acknowledgements'], meaning: 'The answer of the receiving chain: arrived, or refused. A relayer brings it back. If it says refused, the sender gets the tokens back then.' },
  timeout: { name: 'Timeout', forms: ['timeout', 'timed out', 'times out'], meaning: 'The time until which a packet may arrive. After it nobody can deliver it any more, and a relayer can have the tokens returned to the sender.' },
  client: { name: 'Light client', forms: ['light client'], meaning: 'What one chain knows of the other, to check its packets. If it is not kept up to date it expires, and nothing can be relayed until governance repairs it.' },
  memo: { name: 'Memo', forms: ['memo'], meaning: 'A short text that goes along with a transaction.' },
  memoCode: { name: 'Memo code', forms: ['memo code'], meaning: 'The code that tells us what a payment is for. Write it into the memo exactly as it is shown.' },
  clearing: { name: 'Clearing', forms: ['clearing', 'clearings'], meaning: 'Having a packet finished: delivered and confirmed, or returned to its sender.' },
  share: { name: 'Share', forms: ['share'], meaning: 'The part of the price that belongs to one packet. If we do not clear that packet, exactly this part goes back.' },
}

/** Every page explains its words with it. */
export const glossary = { more: 'All words', words }
