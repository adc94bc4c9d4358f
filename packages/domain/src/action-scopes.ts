import type { Scope } from '@sonde/contract'
import type { Action } from './authorize.ts'

/** Which scope a token needs for an action; `any`: every token may. An action that is not here is not for tokens. */
export const ACTION_SCOPES: Readonly<Partial<Record<Action, Scope | 'any'>>> = {
  'host.read': 'hosts:read',
  'capture.read': 'captures:read',
  'capture.start': 'captures:write',
  'capture.import': 'captures:write',
  'capture.cancel': 'captures:write',
  'capture.delete': 'captures:write',
  'share.create': 'shares:write',
  'share.list': 'shares:write',
  'share.revoke': 'shares:write',
  'deploy.read': 'deploys:read',
  'deploy.mark': 'deploys:write',
  'deploy.decide': 'deploys:write',
  'token.read-self': 'any',
  'token.revoke-self': 'any',
}
