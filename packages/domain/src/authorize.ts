import { type Actor, type Role, type Scope, SondeError } from '@sonde/contract'
import { ACTION_SCOPES } from './action-scopes.ts'

/** `own`: only on what the actor made. `public`: without being signed in, too. */
type Rule = { [R in Role]: 'yes' | 'own' | 'no' } & { public?: true }

const everyone: Rule = { viewer: 'yes', operator: 'yes', admin: 'yes', public: true }
const reader: Rule = { viewer: 'yes', operator: 'yes', admin: 'yes' }
const operator: Rule = { viewer: 'no', operator: 'yes', admin: 'yes' }
const owner: Rule = { viewer: 'no', operator: 'own', admin: 'yes' }
const author: Rule = { viewer: 'own', operator: 'own', admin: 'own' }
const authorOrAdmin: Rule = { viewer: 'own', operator: 'own', admin: 'yes' }
const admin: Rule = { viewer: 'no', operator: 'no', admin: 'yes' }

/** Who may do what. What is not here is not allowed. */
export const PERMISSIONS = {
  'session.read': everyone,
  'invite.check': everyone,
  'invite.accept': everyone,
  'person.list': admin,
  'person.invite': admin,
  /** Names alone, to mention somebody. */
  'person.names': reader,
  'host.read': reader,
  /** Ask a live agent: its processes, what it would run. */
  'host.ask': operator,
  /** Attach probes on a host for a second, to count how often they fire. */
  'host.count': operator,
  'host.remove': admin,
  /** What can be probed on hosts, from catalogues. */
  'probe.read': reader,
  'join-token.create': admin,
  'join-token.list': admin,
  'join-token.revoke': admin,
  'capture.read': reader,
  'capture.start': operator,
  /** Make a capture of a file. */
  'capture.import': operator,
  'capture.cancel': operator,
  'capture.delete': owner,
  'tag.read': reader,
  'tag.write': operator,
  'incident.read': reader,
  'incident.write': operator,
  'incident.delete': owner,
  /** Comments may hold names of people and hosts: for whoever is signed in, never for a reader of a share link. */
  'comment.read': reader,
  'comment.write': reader,
  'comment.edit': author,
  'comment.delete': authorOrAdmin,
  /** One's own. */
  'mention.read': reader,
  /** When a capture was made and what it is called, without anything that it holds: for those who follow a link to it. */
  'capture.title': everyone,
  /** A link widens who reads a capture, so those who only read make none. */
  'share.create': operator,
  'share.list': operator,
  'share.revoke': owner,
  'share.open': everyone,
  /** Tokens of the person who asks, for programs that act as them. */
  'token.create': reader,
  'token.list': reader,
  'token.list-everyone': admin,
  'token.revoke': authorOrAdmin,
  /** Who a token acts as, and what it may do. */
  'token.read-self': reader,
  /** Give a token back that is in one's hands. */
  'token.revoke-self': reader,
  'device.start': everyone,
  'device.poll': everyone,
  /** See what asks for a token, and answer it. */
  'device.answer': reader,
  'rule.read': reader,
  'rule.create': operator,
  /** Change it, turn it on and off, fire it by hand, renew its token, delete it. */
  'rule.change': owner,
  'deploy.read': reader,
  'deploy.mark': operator,
  /** Say of what an agent noticed whether it was a deploy. */
  'deploy.decide': operator,
  'deploy.delete': admin,
} as const satisfies Record<string, Rule>
export type Action = keyof typeof PERMISSIONS

export type SignedIn = Extract<Actor, { kind: 'user' }>

/**
 * Throws `not-signed-in` or `forbidden` unless the table allows it. Give the resource wherever the action has an owner; without
 * it, `own` is a no. Returns the actor as a person.
 */
export function authorize(actor: Actor, action: Action, resource?: { ownerId: string }): SignedIn {
  const rule: Rule = PERMISSIONS[action]
  // A share link is nobody: what it may read is decided by authorizeCapture alone.
  if (actor.kind !== 'user') throw new SondeError('not-signed-in', 'sign in first')
  if (actor.scopes) refuseBeyond(actor.scopes, action)
  const verdict = rule[actor.role]
  if (verdict === 'yes' || (verdict === 'own' && resource?.ownerId === actor.userId)) return actor
  const role = actor.role === 'viewer' ? 'a viewer' : actor.role === 'operator' ? 'an operator' : 'this account'
  throw new SondeError('forbidden', verdict === 'own' ? `${role} may do this to what they made themselves only` : `${role} may not do this`)
}

/** A token may do what one of its scopes says; what no scope names is for its person alone. */
function refuseBeyond(scopes: readonly Scope[], action: Action): void {
  const scope = ACTION_SCOPES[action]
  if (scope === undefined) throw new SondeError('forbidden', 'this is not for tokens: sign in to do it yourself')
  if (scope !== 'any' && !scopes.includes(scope)) throw new SondeError('forbidden', `this token has no scope ${scope}`)
}

/** Whether `authorize` would let it through, where a part of an answer is left out for who may not see it. */
export function isAllowed(actor: Actor, action: Action): boolean {
  try {
    authorize(actor, action)
    return true
  } catch (error) {
    if (error instanceof SondeError) return false
    throw error
  }
}

/** The same for actions that need no session. Throws unless the table says so. */
export function authorizePublic(action: Action): void {
  const rule: Rule = PERMISSIONS[action]
  if (rule.public !== true) throw new SondeError('not-signed-in', 'sign in first')
}
