import type { Locale } from './locale'

/** Numbers, times and durations as a language writes them. Server and browser print the same: times are in UTC. */
export interface Formats {
  /** `12.345,6` of a plain decimal text; exact, whatever its size. */
  readonly decimal: (text: string) => string
  readonly number: (value: number) => string
  /** `97.5 %` of a share 0…1. */
  readonly percent: (share: number) => string
  /** `45 sec`, `12 min`, `3 hr 20 min`, `2 days`: at most two units, rounded down. */
  readonly duration: (seconds: number) => string
  /** `12 minutes ago`, `in 3 hours`; undefined within ten seconds of now. */
  readonly relative: (instant: Date, nowMs: number) => string | undefined
  /** `24 Nov 2026, 02:11:05 UTC` */
  readonly absolute: (instant: Date) => string
  /** `Nov 2026` */
  readonly month: (instant: Date) => string
}

/** English days before months, as everywhere outside the United States. */
const dateTags: Readonly<Record<Locale, string>> = { en: 'en-GB', es: 'es' }
type Unit = 'second' | 'minute' | 'hour' | 'day'

function split(seconds: number): readonly (readonly [number, Unit])[] {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return [[whole, 'second']]
  const minutes = Math.floor(whole / 60)
  // Of a few minutes the seconds matter: 95 s are not delivered within a minute.
  if (minutes < 10 && whole % 60 > 0) return [[minutes, 'minute'], [whole % 60, 'second']]
  if (minutes < 60) return [[minutes, 'minute']]
  const hours = Math.floor(minutes / 60)
  if (hours >= 24) return [[Math.floor(hours / 24), 'day']]
  return minutes % 60 === 0 ? [[hours, 'hour']] : [[hours, 'hour'], [minutes % 60, 'minute']]
}

export function makeFormats(locale: Locale): Formats {
  const digits = new Intl.NumberFormat(locale)
  const point = digits.formatToParts(1.5).find(part => part.type === 'decimal')?.value ?? '.'
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'always' })
  const date = new Intl.DateTimeFormat(dateTags[locale], { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone: 'UTC' })
  const month = new Intl.DateTimeFormat(dateTags[locale], { month: 'short', year: 'numeric', timeZone: 'UTC' })
  const units = new Map<Unit, Intl.NumberFormat>()
  const unit = (name: Unit) => {
    const format = units.get(name) ?? new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: name === 'day' ? 'long' : 'short' })
    units.set(name, format)
    return format
  }
  return {
    decimal(text) {
      const [whole = '0', fraction] = text.split('.')
      const grouped = digits.format(BigInt(whole))
      return fraction === undefined ? grouped : grouped + point + fraction
    },
    number: value => digits.format(value),
    percent: share => percent.format(share),
    duration: seconds => split(seconds).map(([value, name]) => unit(name).format(value)).join(' '),
    relative(instant, nowMs) {
      const seconds = (nowMs - instant.getTime()) / 1000
      const [[value, name]] = split(Math.abs(seconds)) as [readonly [number, Unit]]
      return Math.abs(seconds) < 10 ? undefined : ago.format(seconds > 0 ? -value : value, name)
    },
    absolute: instant => `${date.format(instant)} UTC`,
    month: instant => month.format(instant),
  }
}
