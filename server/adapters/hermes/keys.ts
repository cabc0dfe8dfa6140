/** One line of the plain listing: `- relayer (cosmos1…)`. */
const plainLine = /^- (.{1,200}) \(([a-z\d]{1,83}1[a-z\d]{6,90})\)$/gm

function fromJson(line: string): [string, string][] {
  try {
    const { result } = JSON.parse(line) as { result?: Record<string, { account?: unknown }> }
    return Object.entries(result ?? {}).flatMap(([name, key]) => typeof key?.account === 'string' ? [[name, key.account] as [string, string]] : [])
  }
  catch {
    return [] // not the listing
  }
}

/**
 * Key names and addresses from `hermes keys list`. The plain form is asked for, because with --json Hermes 1.13.2
 * prints the private keys of its test key store.
 */
export function readKeyList(output: string): ReadonlyMap<string, string> {
  const plain = [...output.matchAll(plainLine)].map(match => [match[1]!, match[2]!] as [string, string])
  const keys = plain.length > 0 ? plain : output.split('\n').filter(line => line.startsWith('{"result":{')).flatMap(fromJson)
  return new Map(keys)
}
