import type { Actor } from '@sonde/contract'
import type { App } from '@sonde/domain'

/** What every procedure gets: who asks (made from the session by the web app) and what use cases work with (one per process). */
export type ApiContext = { actor: Actor; app: App }
