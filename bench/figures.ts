/** Statistics of a small sample; throws on an empty one, because there is no median of nothing. */
export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5)
}

/** Linear interpolation between the nearest ranks. */
export function quantile(sample: readonly number[], share: number): number {
  if (sample.length === 0) throw new Error('no figures were taken')
  const sorted = [...sample].sort((one, other) => one - other)
  const position = (sorted.length - 1) * share
  const below = sorted[Math.floor(position)]!
  const above = sorted[Math.ceil(position)]!
  return below + (above - below) * (position - Math.floor(position))
}

export interface Summary {
  readonly rounds: number
  readonly min: number
  readonly lowerQuartile: number
  readonly median: number
  readonly upperQuartile: number
  readonly max: number
}

export function summaryOf(sample: readonly number[]): Summary {
  return { rounds: sample.length, min: quantile(sample, 0), lowerQuartile: quantile(sample, 0.25), median: median(sample), upperQuartile: quantile(sample, 0.75), max: quantile(sample, 1) }
}

/** `2.31 (1.98 – 2.25 – 2.40 – 2.90)`: the median, then the extremes around the quartiles. */
export function written({ median: middle, min, lowerQuartile, upperQuartile, max }: Summary, digits = 2): string {
  const parts = [min, lowerQuartile, upperQuartile, max].map(value => value.toFixed(digits))
  return `${middle.toFixed(digits)} (${parts.join(' – ')})`
}
