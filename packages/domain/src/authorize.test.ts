import { type Actor, ROLES, SondeError } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
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
      expect([action, admin]).toEqual([action, 2])
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
})
