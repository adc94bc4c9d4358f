import * as z from 'zod'
import { scopeSchema, scopesSchema } from './api-tokens.ts'

/**
 * Sign-in of a program on a machine without a browser (RFC 8628): it shows a short code, a person types it on a page where they are
 * signed in, and the program that has polled meanwhile gets a token of that person.
 */

/** Consonants alone, so that no code is a word (RFC 8628, 6.1): 20⁸ codes. */
export const USER_CODE_ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ'
export const USER_CODE_LENGTH = 8
/** Seconds that a code lives, and seconds between two polls. */
export const DEVICE_LOGIN = { expiresIn: 600, interval: 5 } as const

/** A user code as a person may type it (any case, spaces, a dash) → as it is stored; null for what cannot be one. */
export function readUserCode(text: string): string | null {
  const code = text.slice(0, 40).toUpperCase().replace(/[\s-]/g, '')
  return code.length === USER_CODE_LENGTH && [...code].every((letter) => USER_CODE_ALPHABET.includes(letter)) ? code : null
}

/** As it is shown: `WDJB-MJHT`. */
export const formatUserCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`

/** What the program says of itself; shown to the person, so it is hostile text. */
export const deviceNameSchema = z.string().trim().min(1).max(120)

/** A person sees this before they say yes or no. */
export const deviceLoginViewSchema = z.object({
  userCode: z.string(),
  deviceName: z.string(),
  scopes: z.array(scopeSchema),
  createdAt: z.date(),
  expiresAt: z.date(),
})
export type DeviceLoginView = z.infer<typeof deviceLoginViewSchema>

export const answerDeviceLoginInputSchema = z.object({ userCode: z.string().max(40), allow: z.boolean() })

/** Answer of `POST /api/v1/device/code` (RFC 8628, 3.2). */
export const deviceCodeSchema = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string(),
  expires_in: z.number().int(),
  interval: z.number().int(),
})
export type DeviceCode = z.infer<typeof deviceCodeSchema>

export const startDeviceLoginInputSchema = z.object({ deviceName: deviceNameSchema, scopes: scopesSchema })

/** Errors of the token endpoint (RFC 8628, 3.5, and RFC 6749, 5.2). */
export const DEVICE_ERRORS = ['authorization_pending', 'slow_down', 'access_denied', 'expired_token', 'invalid_grant'] as const
export type DeviceError = (typeof DEVICE_ERRORS)[number]
