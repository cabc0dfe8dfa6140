import { challengeRequestSchema, challengeSchema, sessionAnswerSchema, walletSignRequestSchema } from '../../../shared/schemas/auth'
import { endpoint } from '../endpoint'

export const createChallenge = endpoint({
  method: 'post', path: '/api/v1/auth/challenge', tag: 'Sign-in',
  summary: 'A text for the wallet to sign (ADR-36), good once and for five minutes',
  session: 'ignored', limit: 'sign_in', idempotent: true,
  body: challengeRequestSchema,
  answer: challengeSchema, refusals: ['chain_not_served'],
})

export const walletSign = endpoint({
  method: 'post', path: '/api/v1/auth/wallet-sign', tag: 'Sign-in',
  summary: 'Signs in with the signed text; sets the session cookie',
  description: 'Under one Idempotency-Key the same request from the same network gets the same cookie again, for five minutes.',
  session: 'ignored', limit: 'sign_in', changesSession: true, idempotent: true,
  body: walletSignRequestSchema,
  answer: sessionAnswerSchema, refusals: ['challenge_not_found', 'challenge_expired', 'signature_invalid', 'forbidden'],
})

export const getAuthSession = endpoint({
  method: 'get', path: '/api/v1/auth/session', tag: 'Sign-in',
  summary: 'Who is signed in; null: nobody',
  session: 'optional', limit: 'reads',
  answer: sessionAnswerSchema, refusals: [],
})

export const deleteAuthSession = endpoint({
  method: 'delete', path: '/api/v1/auth/session', tag: 'Sign-in',
  summary: 'Signs out',
  session: 'ignored', limit: 'reads', changesSession: true, idempotent: true,
  answer: null, refusals: ['forbidden'],
})
