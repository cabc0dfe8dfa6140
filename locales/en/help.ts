/** A word of IBC or of this service, in one or two sentences. */
export interface GlossaryEntry { readonly name: string, readonly meaning: string }

export const glossaryWords = ['packet', 'relayer', 'channel', 'sequence', 'commitment', 'acknowledgement', 'timeout', 'client', 'memo', 'memoCode', 'clearing', 'share'] as const
export type GlossaryWord = typeof glossaryWords[number]

const glossary: Readonly<Record<GlossaryWord, GlossaryEntry>> = {
  packet: { name: 'Packet', meaning: 'One message from a chain to another. A transfer of tokens over IBC is one packet: the tokens are locked when it leaves, and paid out when it arrives.' },
  relayer: { name: 'Relayer', meaning: 'A program that carries packets between chains. Chains do not talk to each other by themselves: without a relayer a packet waits.' },
  channel: { name: 'Channel', meaning: 'The line between two chains on which packets travel. Each chain has its own number for it.' },
  sequence: { name: 'Sequence', meaning: 'The number of a packet on its channel. Chain, channel and sequence name one packet exactly.' },
  commitment: { name: 'Commitment', meaning: 'The note that the sending chain keeps of a packet until it is finished. While it is there the packet is pending.' },
  acknowledgement: { name: 'Acknowledgement', meaning: 'The answer of the receiving chain: arrived, or refused. A relayer brings it back. If it says refused, the sender gets the tokens back then.' },
  timeout: { name: 'Timeout', meaning: 'The time until which a packet may arrive. After it nobody can deliver it any more, and a relayer can have the tokens returned to the sender.' },
  client: { name: 'Light client', meaning: 'What one chain knows of the other, to check its packets. If it is not kept up to date it expires, and nothing can be relayed until governance repairs it.' },
  memo: { name: 'Memo', meaning: 'A short text that goes along with a transaction.' },
  memoCode: { name: 'Memo code', meaning: 'The code that tells us what a payment is for. Write it into the memo exactly as it is shown.' },
  clearing: { name: 'Clearing', meaning: 'Having a packet finished: delivered and confirmed, or returned to its sender.' },
  share: { name: 'Share', meaning: 'The part of the price that belongs to one packet. If we do not clear that packet, exactly this part goes back.' },
}

export const help = {
  title: 'Help',
  intro: 'What the words mean, what people ask, and what can go wrong with your money.',
  glossaryTitle: 'The words',
  more: 'All words',
  faqTitle: 'Questions',
  risksTitle: 'What can go wrong with my money',
  risksIntro: 'You pay before we work. These are the cases, and what is owed then.',
  contents: 'On this page',
  glossary,
  faq: [
    { question: 'Are my tokens lost?', answer: 'Almost never. While a packet is pending the sending chain keeps the tokens locked for it. They are paid out when it arrives, or go back to the sender when it has timed out or was refused. What may be missing is somebody who carries it.' },
    { question: 'Do I have to pay?', answer: 'No. Another relayer may deliver the packet at any time, and looking is free. Where paying would not help, or is not needed, we take no money.' },
    { question: 'Can I pay for the packet of somebody else?', answer: 'Yes. Clearing moves the tokens only where the packet says: to its receiver, or back to its sender. The payment needs nothing from either.' },
    { question: 'Do I need a wallet extension?', answer: 'No. Any wallet that can send tokens with a memo will do. With Keplr, Leap or Cosmostation it is one click.' },
    { question: 'How long does it take?', answer: 'Once your payment is in a block, usually a few blocks of each chain. The status page shows how long it took others, with the number of cases; where there is no sample we name no time.' },
    { question: 'How do I know that it worked?', answer: 'From the chains, not from us: the status page names the blocks and transactions that prove it, and how many nodes said so. The receipt is signed, and anybody can check it.' },
    { question: 'Which data do you keep?', answer: 'What is on the chains, and the orders with their payments. Recent searches stay on your device. No page asks another site for anything.' },
  ],
  risks: [
    { question: 'I sent too much, or twice', answer: 'What is over goes back to the address that paid, less the network fee of sending it.' },
    { question: 'I sent too little', answer: 'Send the rest with the same memo code within the time shown. Otherwise everything goes back, less the network fee.' },
    { question: 'I paid too late', answer: 'For some minutes after the price has run out a payment is still honoured. A later one goes back, less the network fee.' },
    { question: 'I forgot the memo, or mistyped it', answer: 'Then nothing tells us what it is for. The payment is kept aside, never booked as ours; write to the operator with the transaction hash, and it is matched or sent back.' },
    { question: 'I paid from an exchange', answer: 'Exchanges drop memos and pay from addresses that are not yours: a refund may never reach you. Do not do it. Such a refund waits for a person.' },
    { question: 'You could not clear my packet', answer: 'Its share goes back whole, to the account that paid; we bear the network fee.' },
    { question: 'Another relayer was faster', answer: 'Good: your tokens have moved. We did not do it, so its share goes back whole.' },
    { question: 'Your service breaks in the middle', answer: 'Every payment is found again on the chain by its memo code when the service is back. Nothing is charged or refunded twice.' },
    { question: 'A refund is held', answer: 'The status page says why: too small to be worth its fee (it is added to your next one), large (a person looks), an exchange\'s address, or refused by the chain. Until it is sent you may name another address with the account that paid.' },
  ],
}
export type HelpWords = typeof help
