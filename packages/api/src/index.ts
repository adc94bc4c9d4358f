export { type AppRouter, appRouter, createCaller } from './app-router.ts'
export type { ApiContext } from './context.ts'
export { REST_PREFIX, type RestServer, serveRest } from './rest/serve.ts'
export { errorCodeOf, translateError } from './translate-error.ts'
