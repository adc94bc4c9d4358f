import * as z from 'zod'
import { idSchema } from './text.ts'

/**
 * What a token of a person may be used for. A token acts as its person with the role that they have now, and never with more: a scope
 * adds nothing that the role does not allow.
 */
export const SCOPES = {
  'hosts:read': 'See hosts and recipes',
  'captures:read': 'Read captures, results and comparisons',
  'captures:write': 'Start, cancel, import and delete captures',
  'shares:write': 'Create, list and revoke share links',
  'deploys:read': 'Read deploys',
  'deploys:write': 'Record deploys',
} as const
export type Scope = keyof typeof SCOPES
export const scopeSchema = z.enum(Object.keys(SCOPES) as [Scope, ...Scope[]])
export const scopesSchema = z
  .array(scopeSchema)
  .min(1, 'pick at least one scope')
  .max(Object.keys(SCOPES).length)
  .transform((scopes) => [...new Set(scopes)])

export const TOKEN_DAYS = { default: 90, max: 365 } as const

export const createApiTokenInputSchema = z.object({
  /** What it is for: a pipeline, a laptop. */
  name: z.string().trim().min(1, 'say what the token is for').max(80),
  scopes: scopesSchema,
  days: z.number().int().min(1).max(TOKEN_DAYS.max).default(TOKEN_DAYS.default),
})
export type CreateApiTokenInput = z.infer<typeof createApiTokenInputSchema>

/** A token as its person sees it in a list: never the token itself. */
export const apiTokenViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  /** Its first characters, to tell it from others. */
  prefix: z.string(),
  scopes: z.array(scopeSchema),
  person: z.object({ id: z.string(), name: z.string() }),
  createdAt: z.date(),
  expiresAt: z.date(),
  /** To the minute; null: never. */
  lastUsedAt: z.date().nullable(),
  state: z.enum(['usable', 'expired', 'revoked']),
})
export type ApiTokenView = z.infer<typeof apiTokenViewSchema>

/** The token is shown this once. */
export const newApiTokenSchema = z.object({ token: z.string(), view: apiTokenViewSchema })
export type NewApiToken = z.infer<typeof newApiTokenSchema>
