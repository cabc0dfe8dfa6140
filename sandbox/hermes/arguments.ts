/** A parsed `hermes` command line: global options first, then words, then options. */
export interface HermesArguments {
  readonly json: boolean
  readonly config: string | undefined
  readonly words: readonly string[]
  readonly options: Readonly<Record<string, string>>
}

const flags = new Set(['--json', '--debug'])

export function parseArguments(argv: readonly string[]): HermesArguments {
  const words: string[] = []
  const options: Record<string, string> = {}
  let json = false
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!
    if (flags.has(word)) json ||= word === '--json'
    else if (word.startsWith('--')) {
      const [name = '', inline] = word.slice(2).split(/=(.*)/s)
      options[name] = inline ?? argv[++index] ?? ''
    }
    else words.push(word)
  }
  return { json, config: options.config, words, options }
}

/** `1,5..7` → a predicate (ranges inclusive); undefined when nothing was given; throws for anything else. */
export function parseSequenceRanges(text: string | undefined): ((sequence: bigint) => boolean) | undefined {
  if (text === undefined) return undefined
  const ranges = text.split(',').map((part) => {
    const match = /^\s*(\d{1,20})(?:\.\.=?(\d{1,20}))?\s*$/.exec(part)
    if (!match) throw new Error(`invalid sequence range '${part}'`)
    return [BigInt(match[1]!), BigInt(match[2] ?? match[1]!)] as const
  })
  return sequence => ranges.some(([first, last]) => first <= sequence && sequence <= last)
}
