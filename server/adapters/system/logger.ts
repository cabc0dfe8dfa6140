import pino, { type DestinationStream, type LevelWithSilent } from 'pino'
import type { Logger } from '../../usecases/ports'

/** Fields that never reach the log, wherever a caller put them (one level deep). */
const secretFields = ['mnemonic', 'signature', 'sessionSecret', 'secret', 'password', 'authorization', 'cookie', 'token']

/** URLs with credentials occur in the messages of libraries' errors. */
function withoutCredentials(text: string): string {
  return text.replace(/(\w+:\/\/)[^\s/@]+@/g, '$1***@')
}

function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: withoutCredentials(String(error)) }
  const { code } = error as { code?: unknown }
  return {
    type: error.name,
    message: withoutCredentials(error.message),
    ...code === undefined ? {} : { code },
    stack: withoutCredentials(error.stack ?? ''),
    ...error.cause === undefined ? {} : { cause: serializeError(error.cause) },
  }
}

/** JSON lines on standard output: the message is a constant, facts are fields; errors go under `error`. */
export function makeLogger(level: LevelWithSilent, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: serializeError, err: serializeError },
    redact: { paths: secretFields.flatMap(field => [field, `*.${field}`]), censor: '[secret]' },
  }
  const logger = destination ? pino(options, destination) : pino(options)
  return {
    debug: (facts, message) => logger.debug(facts, message),
    info: (facts, message) => logger.info(facts, message),
    warn: (facts, message) => logger.warn(facts, message),
    error: (facts, message) => logger.error(facts, message),
  }
}
