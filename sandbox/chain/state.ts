/** Read access to the state of one chain at one height. Keys are parts joined by `|`. */
export interface StateReader {
  get(key: string): string | undefined
  /** Keys of one bucket (everything before the last `|`), in byte order as an IAVL store iterates them. */
  keys(bucket: string): string[]
}

export interface StateWriter extends StateReader {
  set(key: string, value: string): void
  delete(key: string): void
}

type Changes = Map<string, string | undefined>

function bucketOf(key: string): string {
  return key.slice(0, key.lastIndexOf('|'))
}

/** Pending writes over a parent: one transaction, or the mempool's view. */
export class StateBranch implements StateWriter {
  readonly changes: Changes = new Map()

  constructor(private readonly parent: StateReader) {}

  get(key: string): string | undefined {
    return this.changes.has(key) ? this.changes.get(key) : this.parent.get(key)
  }

  set(key: string, value: string): void {
    this.changes.set(key, value)
  }

  delete(key: string): void {
    this.changes.set(key, undefined)
  }

  keys(bucket: string): string[] {
    const found = new Set(this.parent.keys(bucket))
    for (const [key, value] of this.changes) {
      if (bucketOf(key) !== bucket) continue
      if (value === undefined) found.delete(key)
      else found.add(key)
    }
    return [...found].sort()
  }

  writeTo(target: StateWriter): void {
    for (const [key, value] of this.changes) {
      if (value === undefined) target.delete(key)
      else target.set(key, value)
    }
  }
}

interface Version { readonly height: number, readonly value: string | undefined }

/** Committed state with every past version, so that a query at an old height is answered exactly. */
export class StateHistory {
  private readonly versions = new Map<string, Version[]>()
  private readonly buckets = new Map<string, Set<string>>()

  commit(height: number, changes: Changes): void {
    for (const [key, value] of changes) {
      const versions = this.versions.get(key)
      if (versions) versions.push({ height, value })
      else {
        this.versions.set(key, [{ height, value }])
        const bucket = bucketOf(key)
        const keys = this.buckets.get(bucket)
        if (keys) keys.add(key)
        else this.buckets.set(bucket, new Set([key]))
      }
    }
  }

  private valueAt(key: string, height: number): string | undefined {
    const versions = this.versions.get(key)
    if (!versions) return undefined
    for (let position = versions.length - 1; position >= 0; position--) {
      const version = versions[position]!
      if (version.height <= height) return version.value
    }
    return undefined
  }

  /** State after block `height`. */
  at(height: number): StateReader {
    return {
      get: key => this.valueAt(key, height),
      keys: (bucket) => {
        const keys = [...this.buckets.get(bucket) ?? []]
        return keys.filter(key => this.valueAt(key, height) !== undefined).sort()
      },
    }
  }
}
