import { readBech32Prefix } from './bech32'

/** Longer ones are no chain's: anybody can write a sentence there and a checksum that fits. */
const longestPrefix = 20

/** `cosmos1abcd…wxyz`: the prefix, four characters, and the last four; of what is no bech32 address the first eight. */
export function shortAddress(address: string): string {
  const prefix = readBech32Prefix(address)
  const head = prefix !== undefined && prefix.length <= longestPrefix ? prefix.length + 5 : 8
  return address.length <= head + 6 ? address : `${address.slice(0, head)}…${address.slice(-4)}`
}

/** `0A1B2C…9F8E7D` of a tx hash. */
export function shortHash(hash: string): string {
  return hash.length <= 14 ? hash : `${hash.slice(0, 6)}…${hash.slice(-6)}`
}

/** `45 s`, `12 min`, `3 h 20 min`, `2 days`: at most two units, rounded down. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return days === 1 ? '1 day' : `${days} days`
}

/** `4:07` or `1:04:07` of remaining seconds; never negative. */
export function countdownText(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  const two = (part: number) => String(part).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole % 3600 / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}
