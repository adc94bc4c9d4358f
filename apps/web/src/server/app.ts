import { type App, createApp } from '@sonde/domain'
import { webEnv } from '../env.ts'

// Route bundles may load this module more than once; the pool, the caches and the live feeds must be one per process.
const holder: typeof globalThis & { sondeApp?: App } = globalThis

/** What use cases work with, made at the first request. */
export function getApp(): App {
  holder.sondeApp ??= createApp({
    databaseUrl: webEnv().DATABASE_URL,
    webUrl: webEnv().SONDE_URL,
    gatewayUrl: webEnv().SONDE_GATEWAY_URL,
    onError: (error) => console.error('database notifications:', error.message),
  })
  return holder.sondeApp
}
