import { type AgentCommand, type PollResponse, pollRequestSchema, type TargetRef } from '@sonde/contract'
import { claimWork, reportActive } from '@sonde/domain'
import type { FastifyInstance } from 'fastify'
import { hostOf } from '../authenticate.ts'
import type { GatewayContext } from '../gateway.ts'
import { RecentlySent } from '../recently-sent.ts'

/** Held until there is something to do, at most `waitMs`. */
export function pollRoute(server: FastifyInstance, { app, room }: GatewayContext): void {
  const stopsSent = new RecentlySent()

  server.post('/poll', async (request, reply): Promise<PollResponse> => {
    const host = hostOf(request)
    const { waitMs, active } = pollRequestSchema.parse(request.body)
    const until = performance.now() + waitMs
    const place = room.enter(host.id)
    // The agent hung up: whatever we would claim from now on would be lost for the time of an offer.
    const hungUp = () => {
      if (!reply.raw.writableFinished) place.release()
    }
    reply.raw.once('close', hungUp)
    try {
      const keyOf = (ref: TargetRef) => `${host.id}/${ref.captureId}/${ref.attempt}`
      const stops = (await reportActive(host, app, active)).filter((ref) => stopsSent.add(keyOf(ref)))
      let commands: AgentCommand[] = stops.map((target) => ({ type: 'cancel', target }))
      for (;;) {
        commands = [...commands, ...(await claimWork(host, app))]
        const restMs = until - performance.now()
        if (commands.length > 0 || restMs <= 0) return { commands }
        if ((await place.wait(restMs)) !== 'work') return { commands: [] }
      }
    } finally {
      reply.raw.off('close', hungUp)
      place.leave()
    }
  })
}
