import { ERROR_CODES, type ErrorCode, SondeError } from '@sonde/contract'
import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { errorCodeOf, translateError } from './translate-error.ts'

describe('translateError', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s gets its status and keeps its code', (code) => {
    const translated = translateError(new SondeError(code, 'words for whoever asked'))
    // tRPC has no 410.
    expect(getHTTPStatusCodeFromError(translated)).toBe(code === 'gone' ? 404 : ERROR_CODES[code])
    expect(errorCodeOf(translated)).toBe(code)
    expect(translated.message === 'words for whoever asked').toBe(code !== 'internal')
  })

  it('looks into what tRPC wrapped, and changes nothing the second time', () => {
    const wrapped = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new SondeError('host-offline', 'web-1 is not connected') })
    const once = translateError(wrapped)
    expect(once).toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: 'web-1 is not connected' })
    expect(translateError(once)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: 'web-1 is not connected' })
  })

  it.each([
    new Error('password=hunter2'),
    'password=hunter2',
    null,
    new TypeError('x'),
    new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: 'password=hunter2' }),
  ])('lets nothing out of %s', (error) => {
    const translated = translateError(error)
    expect(translated.message).toBe('Something went wrong on the server. Its log has the details.')
    expect(errorCodeOf(translated)).toBe('internal')
  })

  it('says of an input which field is wrong, and why', () => {
    const { error } = z.object({ spec: z.object({ rateHz: z.number() }) }).safeParse({ spec: { rateHz: 'x' } })
    const translated = translateError(new TRPCError({ code: 'BAD_REQUEST', cause: error }))
    expect(translated).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(/^spec\.rateHz: .*expected number/) })
    expect(errorCodeOf(translated)).toBe('invalid')
  })
})
