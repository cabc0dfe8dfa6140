/** An ABCI event, attributes in order and as plain text (CometBFT 0.38). */
export interface ChainEvent {
  readonly type: string
  readonly attributes: readonly (readonly [key: string, value: string])[]
}

export function event(type: string, attributes: Record<string, string>): ChainEvent {
  return { type, attributes: Object.entries(attributes) }
}

/** The SDK appends `msg_index` to every event of a message (fee events have none), x/authz `authz_msg_index` to those of a message inside a MsgExec. */
export function withIndex(events: readonly ChainEvent[], key: 'msg_index' | 'authz_msg_index', index: number): ChainEvent[] {
  return events.map(({ type, attributes }) => ({ type, attributes: [...attributes, [key, String(index)] as const] }))
}

/** ibc-go prefixes the events of a failed receive, attribute keys included, so that nobody takes them for facts. */
export function asCallbackErrors(events: readonly ChainEvent[]): ChainEvent[] {
  const prefix = 'ibccallbackerror-'
  return events.map(({ type, attributes }) => ({ type: prefix + type, attributes: attributes.map(([key, value]) => [prefix + key, value] as const) }))
}
