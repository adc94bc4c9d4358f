import * as z from 'zod'
import type { Scope } from './api-tokens.ts'

export const ROLES = ['viewer', 'operator', 'admin'] as const
export const roleSchema = z.enum(ROLES)
export type Role = z.infer<typeof roleSchema>

/**
 * Who asks. The first argument of every use case. `scopes`: the person acts through this token of theirs, which may do no more than its
 * scopes say; without it, by themselves. `share`: whoever holds a share link; may read its one capture, without names of hosts and without
 * arguments unless the link includes them (authorizeCapture of packages/domain).
 */
export type Actor =
  | { kind: 'user'; userId: string; name: string; role: Role; scopes?: readonly Scope[]; tokenId?: string }
  | { kind: 'share'; shareId: string; captureId: string; hosts: boolean; args: boolean }
  | { kind: 'anonymous' }

export const personSchema = z.object({ id: z.string(), name: z.string(), email: z.string(), role: roleSchema, createdAt: z.date() })
export type Person = z.infer<typeof personSchema>

export const signupInputSchema = z.object({
  token: z.string().min(10).max(200),
  name: z.string().trim().min(1, 'say what to call you').max(80),
  email: z.email('not an e-mail address').max(254),
  password: z.string().min(12, 'at least 12 characters').max(128),
})
export type SignupInput = z.infer<typeof signupInputSchema>
