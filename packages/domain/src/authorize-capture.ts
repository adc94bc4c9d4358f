import { type Actor, SondeError } from '@sonde/contract'
import { authorize } from './authorize.ts'

/**
 * How much of a capture an actor may see. `hosts`: names of hosts, containers and cgroups, commands and messages of hosts. `args`: the
 * arguments of events and conditions: paths, addresses, values. `shareId`: the link that it is seen through.
 */
export type CaptureSight = { hosts: boolean; args: boolean; shareId: string | null }

export const SEES_ALL: CaptureSight = { hosts: true, args: true, shareId: null }

/**
 * May this actor read this capture, and how much of it? The one place where a share link is let in: every use case that reads a capture
 * asks here and hides what the answer leaves out; everything else asks `authorize`, which knows no links. Throws `not-signed-in`,
 * `forbidden`.
 */
export function authorizeCapture(actor: Actor, captureId: string): CaptureSight {
  if (actor.kind === 'share') {
    if (actor.captureId !== captureId) throw new SondeError('forbidden', 'this link shows another capture')
    return { hosts: actor.hosts, args: actor.args, shareId: actor.shareId }
  }
  authorize(actor, 'capture.read')
  return SEES_ALL
}
