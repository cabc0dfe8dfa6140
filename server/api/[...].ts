import { defineEventHandler, setResponseHeader } from 'h3'
import { DomainError } from '../domain/errors'
import { methodsAt } from '../utils/endpoints/all'
import { sendRefusal } from '../utils/send-refusal'

/** Whatever no other file of the API answers; without a name in the brackets, as h3 finds it for other methods only so. */
export default defineEventHandler((event) => {
  const methods = methodsAt(event.path.split('?')[0]!)
  if (methods.length === 0) return sendRefusal(event, new DomainError('not_found', 'The API has no such address.'), 'unknown address')
  setResponseHeader(event, 'allow', methods.join(', '))
  return sendRefusal(event, new DomainError('method_not_allowed', `This address knows ${methods.join(' and ')}.`), 'unknown method')
})
