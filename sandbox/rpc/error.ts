/** A JSON-RPC error as CometBFT words it: the useful text is in `detail` (wire name `data`). */
export class RpcError extends Error {
  constructor(readonly code: number, message: string, readonly detail: string) {
    super(message)
  }
}

export function internalError(detail: string): RpcError {
  return new RpcError(-32603, 'Internal error', detail)
}

export function invalidParams(detail: string): RpcError {
  return new RpcError(-32602, 'Invalid params', detail)
}
