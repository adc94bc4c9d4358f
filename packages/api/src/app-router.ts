import { capturesRouter } from './routers/captures.ts'
import { commentsRouter } from './routers/comments.ts'
import { comparisonsRouter } from './routers/comparisons.ts'
import { deploysRouter } from './routers/deploys.ts'
import { deviceRouter } from './routers/device.ts'
import { hostsRouter } from './routers/hosts.ts'
import { incidentsRouter } from './routers/incidents.ts'
import { joinTokensRouter } from './routers/join-tokens.ts'
import { mentionsRouter } from './routers/mentions.ts'
import { peopleRouter } from './routers/people.ts'
import { probesRouter } from './routers/probes.ts'
import { rulesRouter } from './routers/rules.ts'
import { sessionRouter } from './routers/session.ts'
import { sharesRouter } from './routers/shares.ts'
import { tagsRouter } from './routers/tags.ts'
import { tokensRouter } from './routers/tokens.ts'
import { createCallerFactory, router } from './trpc.ts'

export const appRouter = router({
  session: sessionRouter,
  people: peopleRouter,
  hosts: hostsRouter,
  joinTokens: joinTokensRouter,
  captures: capturesRouter,
  comments: commentsRouter,
  mentions: mentionsRouter,
  comparisons: comparisonsRouter,
  probes: probesRouter,
  tags: tagsRouter,
  incidents: incidentsRouter,
  shares: sharesRouter,
  rules: rulesRouter,
  tokens: tokensRouter,
  device: deviceRouter,
  deploys: deploysRouter,
})
export type AppRouter = typeof appRouter

/** Calls procedures without HTTP, for server components and tests: `createCaller({ actor, app }).captures.get({ id })`. */
export const createCaller = createCallerFactory(appRouter)
