import { type Actor, ROLES, SCOPES, type Scope, SondeError } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { ACTION_SCOPES } from './action-scopes.ts'
import { type Action, authorize, authorizePublic, PERMISSIONS } from './authorize.ts'

const user = (role: (typeof ROLES)[number]): Actor => ({ kind: 'user', userId: 'me', name: 'Me', role })
const share: Actor = { kind: 'share', shareId: 's', captureId: 'c', hosts: true, args: true }
const anonymous: Actor = { kind: 'anonymous' }
const actions = Object.keys(PERMISSIONS) as Action[]

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'allowed'
  } catch (error) {
    if (error instanceof SondeError) return error.code
    throw error
  }
}

describe('authorize', () => {
  it.each(actions)('%s follows the table for every role', (action) => {
    for (const role of ROLES) {
      const rule = PERMISSIONS[action][role]
      expect(codeOf(() => authorize(user(role), action))).toBe(rule === 'yes' ? 'allowed' : 'forbidden')
      expect(codeOf(() => authorize(user(role), action, { ownerId: 'me' }))).toBe(rule === 'no' ? 'forbidden' : 'allowed')
      expect(codeOf(() => authorize(user(role), action, { ownerId: 'other' }))).toBe(rule === 'yes' ? 'allowed' : 'forbidden')
    }
    for (const nobody of [anonymous, share]) expect(codeOf(() => authorize(nobody, action, { ownerId: 'me' }))).toBe('not-signed-in')
  })

  it('never gives a role less than a lower one has', () => {
    const worth = { no: 0, own: 1, yes: 2 }
    for (const action of actions) {
      const [viewer, operator, admin] = ROLES.map((role) => worth[PERMISSIONS[action][role]])
      expect([action, viewer ?? 0, operator ?? 0]).toEqual([action, Math.min(viewer ?? 0, operator ?? 0), operator ?? 0])
      // Nobody edits in somebody else's name.
      expect([action, admin]).toEqual([action, action === 'comment.edit' ? 1 : 2])
    }
  })

  it('lets strangers in where the table says public, and nowhere else', () => {
    const open = actions.filter((action) => codeOf(() => authorizePublic(action)) === 'allowed')
    expect(open.sort()).toEqual([
      'capture.title',
      'device.poll',
      'device.start',
      'invite.accept',
      'invite.check',
      'session.read',
      'share.open',
    ])
  })

  it('lets a token do what one of its scopes says, and never more than its person', () => {
    for (const role of ROLES) {
      for (const scope of Object.keys(SCOPES) as Scope[]) {
        const token: Actor = { kind: 'user', userId: 'me', name: 'Me', role, scopes: [scope], tokenId: 'token' }
        for (const action of actions) {
          const needs = ACTION_SCOPES[action]
          const expected = needs === 'any' || needs === scope ? codeOf(() => authorize(user(role), action)) : 'forbidden'
          expect([action, role, scope, codeOf(() => authorize(token, action))]).toEqual([action, role, scope, expected])
        }
      }
      expect(codeOf(() => authorize({ kind: 'user', userId: 'me', name: 'Me', role, scopes: [] }, 'host.read'))).toBe('forbidden')
    }
  })

  it('keeps from tokens what makes more of them, or lets people in', () => {
    for (const action of ['token.create', 'token.revoke', 'device.answer', 'person.invite', 'join-token.create'] as const)
      expect([action, ACTION_SCOPES[action]]).toEqual([action, undefined])
  })
})
